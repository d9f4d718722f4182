#pragma once

// CloudWatch over the load balancers' metrics, namespace AWS/ApplicationELB: what other namespaces
// would hold is nobody's to publish here.

#include <functional>
#include <map>
#include <string>

#include "cutover/api/cloudwatch/history.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/timers.hpp"

namespace cutover::api::cloudwatch {

class CloudWatch {
 public:
  /// All load balancers, by region.
  using Source = std::function<std::map<std::string, Snapshots>()>;

  /// `timers` are borrowed and outlive it; it takes its first sample when it is started.
  CloudWatch(Timers& timers, Source source) : timers_(timers), source_(std::move(source)) {}
  ~CloudWatch() { timers_.cancel(next_); }
  CloudWatch(const CloudWatch&) = delete;
  CloudWatch& operator=(const CloudWatch&) = delete;

  /// Samples now and at the end of each minute from then on.
  void start();
  /// Forgets all samples and begins anew.
  void clear();

  /// In Query, which older clients speak, and in JSON, which newer ones do. The handlers refer to
  /// this object, which outlives them.
  Service service();
  Service json_service();

 private:
  void add_operations(Service& service);
  void sample();
  void wait();

  Timers& timers_;
  Source source_;
  std::map<std::string, History> histories_;
  TimerId next_ = 0;
};

}  // namespace cutover::api::cloudwatch
