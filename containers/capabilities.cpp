#include "containers/capabilities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

namespace cutover::containers {

namespace {

constexpr std::string_view agent_prefix = "ecs.capability.";
constexpr std::string_view engine_prefix = "com.amazonaws.ecs.capability.";

/// Docker API versions that the agent speaks: 1.17 to this.
constexpr int engine_api_oldest = 17;
constexpr int engine_api_newest = 44;

constexpr std::array agent_words{"aws-appmesh",
                                 "container-health-check",
                                 "container-ordering",
                                 "docker-plugin.local",
                                 "ecr-endpoint",
                                 "efs",
                                 "efsAuth",
                                 "env-files.s3",
                                 "execution-role-awslogs",
                                 "execution-role-ecr-pull",
                                 "firelens.fluentbit",
                                 "firelens.fluentd",
                                 "full-sync",
                                 "increased-task-cpu-limit",
                                 "logging-driver.awsfirelens.log-driver-buffer-limit",
                                 "pid-ipc-namespace-sharing",
                                 "secrets.asm.bootstrap.log-driver",
                                 "secrets.asm.environment-variables",
                                 "secrets.ssm.bootstrap.log-driver",
                                 "secrets.ssm.environment-variables",
                                 "task-cpu-mem-limit",
                                 "task-eni"};

constexpr std::array engine_words{"ecr-auth",
                                  "logging-driver.awsfirelens",
                                  "logging-driver.awslogs",
                                  "logging-driver.fluentd",
                                  "logging-driver.json-file",
                                  "logging-driver.none",
                                  "logging-driver.syslog",
                                  "privileged-container",
                                  "task-iam-role",
                                  "task-iam-role-network-host"};

std::string of_agent(std::string_view word) { return fmt::format("{}{}", agent_prefix, word); }
std::string of_engine(std::string_view word) { return fmt::format("{}{}", engine_prefix, word); }
std::string engine_api(int minor) {
  return of_engine(fmt::format("docker-remote-api.1.{}", minor));
}

/// The Docker API version that knows the driver first (the ECS agent's own table).
int engine_api_of(std::string_view log_driver) {
  if (log_driver == "awslogs" || log_driver == "journald") return 19;
  if (log_driver == "gelf" || log_driver == "fluentd" || log_driver == "awsfirelens") return 20;
  return log_driver == "splunk" ? 22 : 18;
}

std::optional<std::string> log_driver(const ContainerDefinition& container) {
  for (const auto& [name, text] : container.carried) {
    if (name != "logConfiguration") continue;
    const auto value = nlohmann::json::parse(text);
    return value.value("logDriver", std::string{});
  }
  return std::nullopt;
}

/// "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:latest"
bool is_in_ecr(std::string_view image) {
  const std::string_view host = image.substr(0, image.find('/'));
  return host.size() < image.size() && host.find(".dkr.ecr.") != std::string_view::npos;
}

void add_of(const ContainerDefinition& container, bool execution_role, Capabilities& required) {
  if (const auto driver = log_driver(container)) {
    required.insert(of_engine("logging-driver." + *driver));
    required.insert(engine_api(engine_api_of(*driver)));
    if (*driver == "awslogs" && execution_role) required.insert(of_agent("execution-role-awslogs"));
  }
  if (is_in_ecr(container.image)) {
    required.insert(of_engine("ecr-auth"));
    if (execution_role) required.insert(of_agent("execution-role-ecr-pull"));
  }
  if (container.memory_reservation) required.insert(engine_api(21));
  if (container.health_check) {
    required.insert(of_agent("container-health-check"));
    required.insert(engine_api(container.health_check->start_period ? 29 : 24));
  }
  if (!container.depends_on.empty() || container.start_timeout || container.stop_timeout) {
    required.insert(of_agent("container-ordering"));
  }
}

}  // namespace

const Capabilities& agent_capabilities() {
  static const Capabilities all = [] {
    Capabilities made;
    for (const auto* word : agent_words) made.insert(of_agent(word));
    for (const auto* word : engine_words) made.insert(of_engine(word));
    for (int i = engine_api_oldest; i <= engine_api_newest; ++i) made.insert(engine_api(i));
    return made;
  }();
  return all;
}

bool is_capability(std::string_view name) {
  return name.starts_with(agent_prefix) || name.starts_with(engine_prefix);
}

std::vector<std::string> required_attributes(const TaskDefinition& definition) {
  Capabilities required;
  for (const ContainerDefinition& each : definition.containers) {
    add_of(each, !definition.execution_role_arn.empty(), required);
  }
  if (!definition.task_role_arn.empty()) {
    required.insert(of_engine("task-iam-role"));
    if (definition.network_mode == NetworkMode::host) {
      required.insert(of_engine("task-iam-role-network-host"));
    }
  }
  if (definition.network_mode == NetworkMode::awsvpc) {
    required.insert(of_agent("task-eni"));
    required.insert(engine_api(18));
  }
  return {required.begin(), required.end()};
}

}  // namespace cutover::containers
