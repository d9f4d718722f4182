#pragma once

// A cluster query: an expression about a container instance, as a placement constraint memberOf or
// a filter of ListContainerInstances holds it (ECS developer guide: Cluster query language). For
// example: attribute:ecs.instance-type =~ t2.* and not (task:group == service:api)

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "containers/container_instance.hpp"
#include "lb/base/result.hpp"

namespace cutover::containers {

inline constexpr std::size_t query_length_max = 2000;

/// Immutable; cheap to copy.
class QueryExpression {
 public:
  /// An error's message says at which character what was found and what is allowed.
  static Result<QueryExpression> parse(std::string_view text);

  /// Of several values (an instance has tasks of several groups) one has to meet a condition, and
  /// all have to meet a negated one; an attribute that is not there meets negated ones only.
  bool matches(const ContainerInstance& instance) const;

  /// A condition, or several nodes combined.
  struct Node;

 private:
  explicit QueryExpression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace cutover::containers
