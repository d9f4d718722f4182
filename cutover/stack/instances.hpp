#pragma once

// Who knows the instances that targets of type `instance` go by: the cluster's container instances
// and EC2's. An instance is an address here.

#include <optional>
#include <string>

namespace cutover::stack {

class Instances {
 public:
  struct Instance {
    std::string address;
    std::string state = "running";  ///< EC2's word: "running", "stopped", "terminated", …
  };

  virtual ~Instances() = default;
  /// `id`: "i-…". Nothing when there is no such instance.
  virtual std::optional<Instance> find(const std::string& id) const = 0;
  /// The id of the instance at that address; empty: there is none.
  virtual std::string at(const std::string& address) const = 0;
};

}  // namespace cutover::stack
