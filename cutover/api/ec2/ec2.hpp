#pragma once

// EC2: the network that load balancers ask for by name, and instances, each of which is a loopback
// address. State per region; nothing here opens a socket.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cutover/api/account.hpp"
#include "cutover/api/ec2/state.hpp"
#include "cutover/api/regions.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/clock.hpp"
#include "lb/base/random.hpp"

namespace cutover::api::ec2 {

class Ec2 {
 public:
  /// An instance of that region was started, stopped or terminated.
  using OnInstance = std::function<void(const std::string& region, const Instance& instance)>;

  /// `clock` is borrowed and outlives it; `seed` decides the ids.
  Ec2(Account account, const Clock& clock, std::uint64_t seed);
  Ec2(const Ec2&) = delete;
  Ec2& operator=(const Ec2&) = delete;

  /// The handlers refer to this object, which outlives them.
  Service service();

  /// The region's state, made on first use. Others read it (does that subnet exist?), and whoever
  /// keeps the state may put back what it kept.
  Ec2State& in(const std::string& region) { return regions_.at(region); }
  const Regions<Ec2State>& regions() const { return regions_; }
  /// Back to what every region has from the start.
  void clear() { regions_.clear(); }

  /// An instance that is not run through the API: a container instance of a cluster, with the id
  /// and the address it has there. Ignored when it is known.
  void adopt(const std::string& region, std::string_view id, std::string_view address,
             std::string_view type, std::string_view image, std::string_view zone);

  /// Who else stands on subnets and security groups, which then can't be deleted.
  using IsUsed = std::function<bool(const std::string& region, const std::string& id)>;
  void used_outside(IsUsed is_used) { is_used_outside_ = std::move(is_used); }
  void on_instance(OnInstance callback) { on_instance_ = std::move(callback); }
  /// Called before each operation: the time to adopt what has come.
  void before_call(std::function<void(const std::string& region)> callback) {
    before_call_ = std::move(callback);
  }

 private:
  const Clock& clock_;
  std::uint64_t seed_;
  Random random_;
  Regions<Ec2State> regions_;
  OnInstance on_instance_;
  IsUsed is_used_outside_;
  std::function<void(const std::string& region)> before_call_;
};

}  // namespace cutover::api::ec2
