#pragma once

// What the operations of ECS work on, in one region, and how they are told to it.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "containers/clusters.hpp"
#include "containers/task_definitions.hpp"
#include "cutover/api/ecs/account_settings.hpp"
#include "cutover/api/service.hpp"

namespace cutover::api::ecs {

/// The names and ARNs of what services are behind: the cluster goes by names, as stack files do.
class TargetArns {
 public:
  virtual ~TargetArns() = default;
  // What is not known is given back as it is.
  virtual std::string target_group_arn(const std::string& name) const = 0;
  virtual std::string target_group_name(const std::string& arn) const = 0;
  /// There is no way back: rules change their names with their priorities, so that services keep
  /// the ARN they were given.
  virtual std::string rule_arn(const std::string& name) const = 0;
};

/// All of it is borrowed. Control thread only.
struct Region {
  std::string name;
  std::string account;
  containers::Clusters& clusters;
  containers::TaskDefinitions& definitions;
  AccountSettings& settings;
  const TargetArns& targets;
};

using Json = nlohmann::json;
using Answered = nlohmann::ordered_json;

/// Takes what its shape lets through; called on the control thread.
using Run = Outcome (*)(Region& region, const Json& input);
using Operations = std::map<std::string, Run, std::less<>>;

void add_cluster_operations(Operations& operations);
void add_container_instance_operations(Operations& operations);
void add_account_setting_operations(Operations& operations);
void add_attribute_operations(Operations& operations);
void add_service_operations(Operations& operations);
void add_service_deployment_operations(Operations& operations);
void add_tag_operations(Operations& operations);
void add_task_definition_operations(Operations& operations);
void add_task_operations(Operations& operations);

/// The member, or "" when it is not there.
std::string text_of(const Json& input, std::string_view member);
/// Whether `input` asks for it: "TAGS".
bool includes(const Json& input, std::string_view what);

/// The cluster of the member `cluster`, and its name: "default" without one.
struct NamedCluster {
  std::string name;
  containers::Cluster* cluster = nullptr;
};
Result<NamedCluster> cluster_of(const Region& region, const Json& input);

/// [{"key", "value"}], checked against AWS's limits.
Result<containers::Tags> read_tags(const Json& input);
Answered to_json(const containers::Tags& tags);
/// [{"arn", "reason", "detail"}], the last one only where it says something.
Answered to_json(const std::vector<containers::Failure>& failures);
double epoch_seconds(WallTime moment);

}  // namespace cutover::api::ecs
