#include "cutover/api/cloudwatch/cloudwatch.hpp"

#include <utility>

#include "cutover/api/cloudwatch/operations.hpp"

namespace cutover::api::cloudwatch {

void CloudWatch::start() {
  sample();
  wait();
}

void CloudWatch::clear() {
  histories_.clear();
  sample();
}

void CloudWatch::sample() {
  const WallTime now = timers_.clock().wall_now();
  for (auto& [region, snapshots] : source_()) histories_[region].sample(std::move(snapshots), now);
}

void CloudWatch::wait() {
  const auto since = timers_.clock().wall_now().time_since_epoch();
  const Duration rest = History::minute - since % History::minute;
  next_ = timers_.after(rest, [this] {
    sample();
    wait();
  });
}

Service CloudWatch::service() {
  Service service;
  service.name = "monitoring";
  service.protocol = Protocol::query;
  service.version = "2010-08-01";
  service.name_space = "http://monitoring.amazonaws.com/doc/2010-08-01/";
  service.lists = {"Dimensions", "MetricDataQueries", "Statistics", "ExtendedStatistics"};
  add_operations(service);
  return service;
}

Service CloudWatch::json_service() {
  Service service;
  service.name = "monitoring";
  service.protocol = Protocol::json;
  service.version = "2010-08-01";
  service.target_prefix = "GraniteServiceVersion20100801";
  add_operations(service);
  return service;
}

void CloudWatch::add_operations(Service& service) {
  const auto add = [&](const char* name, Outcome (*operation)(const Context&)) {
    const Protocol protocol = service.protocol;
    service.operations[name] = at_once([this, operation, protocol](const Call& call) {
      auto all = source_();
      return operation(
          {call, protocol, histories_[call.region], all[call.region], timers_.clock().wall_now()});
    });
  };
  add("GetMetricData", get_metric_data);
  add("GetMetricStatistics", get_metric_statistics);
  add("ListMetrics", list_metrics);
}

}  // namespace cutover::api::cloudwatch
