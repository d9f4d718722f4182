#pragma once

// The task definitions of a region, by family and revision; its clusters share them. Follows the
// ECS API: RegisterTaskDefinition, DeregisterTaskDefinition, DeleteTaskDefinitions and the lists.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/failure.hpp"
#include "containers/tags.hpp"
#include "containers/task_definition.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

using DefinitionPtr = std::shared_ptr<const TaskDefinition>;

enum class TaskDefinitionStatus { active, inactive, delete_in_progress };

/// "ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"
std::string_view to_string(TaskDefinitionStatus status);

struct RegisteredTaskDefinition {
  DefinitionPtr definition;  ///< Its tags are those it was registered with.
  TaskDefinitionStatus status = TaskDefinitionStatus::active;
  WallTime registered_at{};
  std::optional<WallTime> deregistered_at;
  std::optional<WallTime> delete_requested_at;
  Tags tags{};  ///< As they are now.
};

class TaskDefinitions {
 public:
  /// The clock is borrowed.
  TaskDefinitions(const Clock& clock, std::string_view region, std::string_view account);

  /// Gives the next revision of its family. Definitions come from parse_task_definition().
  Result<RegisteredTaskDefinition> register_definition(TaskDefinition definition);
  /// "family" (its latest ACTIVE revision), "family:revision" or an ARN.
  Result<RegisteredTaskDefinition> describe(std::string_view reference) const;
  /// As describe(), for what is to run tasks of it: INACTIVE ones are refused.
  Result<DefinitionPtr> find_active(std::string_view reference) const;
  /// Needs a revision. An INACTIVE one stays as it is.
  Result<RegisteredTaskDefinition> deregister(std::string_view reference);

  struct Deleted {
    std::vector<RegisteredTaskDefinition> definitions;
    std::vector<Failure> failures;
  };
  /// INACTIVE revisions become DELETE_IN_PROGRESS; at most 10 in one call.
  Result<Deleted> remove(const std::vector<std::string>& references);

  struct Filter {
    std::string family;  ///< The full name; empty: every family.
    TaskDefinitionStatus status = TaskDefinitionStatus::active;
    bool descending = false;
  };
  /// ARNs, by family, then by revision.
  std::vector<std::string> list(const Filter& filter) const;
  enum class FamilyStatus { active, inactive, all };
  /// A family is ACTIVE while one of its revisions is.
  std::vector<std::string> families(std::string_view prefix, FamilyStatus status) const;

  /// By ARN.
  Result<void> tag(std::string_view arn, const Tags& tags);
  Result<void> untag(std::string_view arn, const std::vector<std::string>& keys);
  Result<Tags> tags(std::string_view arn) const;

  /// All there are, by family, then by revision.
  std::vector<const RegisteredTaskDefinition*> all() const;
  /// Puts back what all() gave; a family's revisions in their order.
  Result<void> restore(RegisteredTaskDefinition registered);
  /// Hears of each one that is registered or changes.
  using OnChange = std::function<void(const std::string& arn)>;
  void on_change(OnChange listener) { on_change_ = std::move(listener); }

 private:
  using Revisions = std::vector<RegisteredTaskDefinition>;  ///< Revision n at index n - 1.

  struct Reference {
    std::string_view family;
    std::optional<std::string_view> revision;
  };
  /// Nothing when it is the ARN of something else.
  std::optional<Reference> parse(std::string_view reference) const;
  Result<const RegisteredTaskDefinition*> find(std::string_view reference) const;
  Result<const RegisteredTaskDefinition*> latest(std::string_view family) const;
  /// The entry itself; `found` is what find() gave.
  RegisteredTaskDefinition& own(const RegisteredTaskDefinition& found);
  Result<const RegisteredTaskDefinition*> find_tagged(std::string_view arn) const;
  void tell_change(const RegisteredTaskDefinition& registered) const;

  const Clock& clock_;
  std::string prefix_;  ///< "arn:aws:ecs:<region>:<account>:task-definition/"
  std::map<std::string, Revisions, std::less<>> families_;
  OnChange on_change_;
};

}  // namespace cutover::containers
