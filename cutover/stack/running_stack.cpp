#include "cutover/stack/running_stack.hpp"

#include <fmt/format.h>

#include <utility>

namespace cutover::stack {

namespace {

constexpr std::uint32_t port_most = 65'535;

containers::ClusterOptions cluster_options(const Model& model, const RunOptions& options) {
  containers::ClusterOptions result;
  result.region = options.balancing.region;
  result.account = options.balancing.account;
  result.seed = options.balancing.seed;
  result.images = model.images;
  result.container_instances = options.container_instances;
  if (options.unknown_images == RunOptions::UnknownImages::simulate) {
    // An entry of the stack's own for all other images stays.
    result.images.emplace(containers::any_image, containers::AppImage{"placeholder", {}});
  }
  return result;
}

}  // namespace

Error at_operation(const Operation& operation, Error error) {
  error.where = to_string(operation) + (error.where.empty() ? "" : ", " + error.where);
  return error;
}

Result<void> check_ports(const std::vector<Operation>& operations, std::uint16_t port_offset) {
  for (const Operation& operation : operations) {
    const auto* create = std::get_if<CreateListener>(&operation);
    if (!create || create->listener.port + std::uint32_t{port_offset} <= port_most) continue;
    return Error{"ValidationError", "listener " + to_string(create->listener),
                 fmt::format("port {} + offset {} is beyond {}; choose a smaller --port-offset",
                             create->listener.port, port_offset, port_most)};
  }
  return {};
}

/// What each operation asks of the cluster. Names were checked when the stack or plan was read;
/// whatever has changed since then it refuses itself.
struct RunningStack::ApplyToCluster {
  containers::Cluster& cluster;
  containers::TaskDefinitions& definitions;

  Result<void> operator()(const RegisterTaskDefinition& o) const {
    const auto registered = definitions.register_definition(o.definition);
    if (!registered) return registered.error();
    return {};
  }
  Result<void> operator()(const EndTaskDefinition& o) const {
    const auto ended = definitions.deregister(o.task_definition);
    if (!ended) return ended.error();
    if (!o.deletes) return {};
    const auto deleted = definitions.remove({o.task_definition});
    if (!deleted) return deleted.error();
    return {};
  }
  Result<void> operator()(const CreateService& o) const { return cluster.create_service(o.spec); }
  Result<void> operator()(const UpdateService& o) const {
    return cluster.update_service(o.service, o.update);
  }
  Result<void> operator()(const DeleteService& o) const {
    return cluster.delete_service(o.service, o.force);
  }
  Result<void> operator()(const StopTask& o) const {
    std::uint32_t number = 0;
    for (const auto& task : cluster.tasks(o.task.service)) {
      if (task.desired_status != containers::DesiredStatus::running) continue;
      if (number++ != o.task.number) continue;
      const auto stopped = cluster.stop_task(task.id, o.reason);
      if (!stopped) return stopped.error();
      return {};
    }
    return Error{"InvalidParameterException", "",
                 fmt::format("there is no task {}: {} run", to_string(o.task), number)};
  }
};

RunningStack::RunningStack(boost::asio::io_context& io, const Stack& stack,
                           const RunOptions& options)
    : stack_(stack),
      options_(options),
      control_clock_(options.speed),
      real_timers_(io, real_clock_),
      control_timers_(io, control_clock_),
      balancing_(io, control_timers_, options.balancing),
      registry_(balancing_),
      router_(balancing_),
      hooks_(io, real_clock_, stack.model.hooks),
      alarms_(control_timers_, stack.model.alarms,
              [this](const std::string& load_balancer) { return metrics(load_balancer); }),
      definitions_(control_clock_, options.balancing.region, options.balancing.account),
      addresses_(options.task_addresses ? options.task_addresses
                                        : std::make_shared<containers::LoopbackAddresses>()),
      runtimes_(io, control_timers_, real_timers_, options.runtime, options.docker_host,
                options.on_note) {
  balancing_.set_quotas(stack.model.balancing.quotas);
  auto cluster = cluster_options(stack.model, options);
  cluster.support = {&router_, &hooks_, &alarms_};
  clusters_ = std::make_unique<containers::Clusters>(control_timers_, runtimes_.chosen_by_image(),
                                                     registry_, definitions_, *addresses_,
                                                     std::move(cluster));
  if (stack.model.cluster.empty()) return;
  containers::ClusterSpec spec;
  spec.name = stack.model.cluster;
  spec.container_instances = stack.model.container_instances;
  spec.settings = stack.model.cluster_settings;
  spec.tags = stack.model.cluster_tags;
  clusters_->create(spec);
}

RunningStack::~RunningStack() = default;

std::vector<lb::MetricsSnapshot> RunningStack::metrics(const std::string& load_balancer) const {
  std::vector<lb::MetricsSnapshot> found;
  for (const auto& [name, balancer] : balancing_.all()) {
    if (load_balancer.empty() || load_balancer == name) found.push_back(balancer->metrics());
  }
  return found;
}

Result<void> RunningStack::start(const std::function<void(const Operation&)>& applied) {
  for (const auto& instance : stack_.model.registered_instances) {
    const auto restored = cluster().restore_container_instance(instance);
    if (!restored) return at("container instance " + instance.id, restored.error());
  }
  for (const Operation& operation : stack_.operations) {
    const auto done = apply(operation);
    if (!done) return at_operation(operation, done.error());
    if (applied) applied(operation);
  }
  return {};
}

Result<void> RunningStack::apply(const Operation& operation) {
  return std::visit(
      [this](const auto& kind) -> Result<void> {
        if constexpr (requires { balancing_.apply(kind); }) {
          return balancing_.apply(kind);
        } else {
          return ApplyToCluster{cluster(), definitions_}(kind);
        }
      },
      operation);
}

void RunningStack::stop(Duration grace, std::function<void()> done) {
  // Clients first: what is in flight still has its targets.
  alarms_.stop();
  balancing_.stop(grace);
  clusters_->shut_down(std::move(done));
}

}  // namespace cutover::stack
