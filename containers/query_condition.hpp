#pragma once

// One condition of a cluster query: a subject, an operator and what it is compared with.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "containers/container_instance.hpp"
#include "lb/base/result.hpp"

namespace re2 {
class RE2;
}

namespace cutover::containers {

class QueryCondition {
 public:
  enum class Subject {
    agent_connected,
    attribute,
    ec2_instance_id,
    registered_at,
    running_tasks_count,
    task_group
  };
  enum class Comparison {
    equal,
    greater,
    greater_or_equal,
    less,
    less_or_equal,
    in,
    matches,
    exists
  };

  struct Operator {
    Comparison comparison = Comparison::equal;
    bool negated = false;  ///< !=, not_in, !~, !exists
  };

  /// "attribute:stack", "runningTasksCount", …; an error lists what there is.
  static Result<QueryCondition> about(std::string_view subject);
  /// "==", "not_in", …; an error lists those that go with the subject.
  Result<void> set_operator(std::string_view word);
  /// Several only for in and not_in; none for exists.
  Result<void> set_arguments(std::vector<std::string> arguments);

  const Operator& comparison() const { return operator_; }
  bool matches(const ContainerInstance& instance) const;

 private:
  explicit QueryCondition(Subject subject, std::string attribute = {})
      : subject_(subject), attribute_(std::move(attribute)) {}

  bool meets(std::string_view value) const;
  bool met_by_number(double value) const;
  bool positively_matches(const ContainerInstance& instance) const;

  Subject subject_;
  std::string attribute_;
  Operator operator_;
  std::vector<std::string> arguments_;
  double number_ = 0;  ///< Of runningTasksCount and registeredAt (seconds).
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace cutover::containers
