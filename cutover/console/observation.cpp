#include "cutover/console/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace cutover::console {

namespace {

namespace http = boost::beast::http;
using Json = nlohmann::ordered_json;

constexpr const char* json_type = "application/json";
constexpr const char* text_type = "text/plain; charset=utf-8";

bool wants_text(const Request& request) {
  const auto target = request.target();
  const auto accept = request[http::field::accept];
  return query_of({target.data(), target.size()}) == "format=text" ||
         accept.starts_with("text/plain");
}

using Stores = std::vector<const lb::TraceStore*>;

Response trace_list(const Stores& stores) {
  std::vector<const lb::WhyTrace*> newest_first;
  std::size_t most = 0;
  std::uint64_t added = 0;
  for (const lb::TraceStore* store : stores) {
    for (const lb::WhyTrace& trace : store->all()) newest_first.push_back(&trace);
    most += store->most();
    added += store->added();
  }
  std::reverse(newest_first.begin(), newest_first.end());
  std::stable_sort(newest_first.begin(), newest_first.end(),
                   [](const auto* a, const auto* b) { return a->time > b->time; });
  Json traces = Json::array();
  for (const lb::WhyTrace* trace : newest_first) {
    traces.push_back({{"trace_id", trace->trace_id},
                      {"request_line", trace->request_line},
                      {"status", trace->status},
                      {"fate", trace->fate}});
  }
  const Json body = {{"kept_most", most}, {"added", added}, {"traces", traces}};
  return make_response(http::status::ok, json_type,
                       body.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

Response one_trace(const Stores& stores, const Request& request, std::string_view id) {
  const lb::WhyTrace* trace = nullptr;
  for (const lb::TraceStore* store : stores) {
    if (trace == nullptr) trace = store->find(id);
  }
  if (trace == nullptr) {
    return make_error(http::status::not_found,
                      fmt::format("no trace {} is kept; /traces lists those that are", id));
  }
  if (wants_text(request)) return make_response(http::status::ok, text_type, to_text(*trace));
  return make_response(http::status::ok, json_type, to_json(*trace) + '\n');
}

}  // namespace

void add_observation(Router& router, Observed observed) {
  const auto get = http::verb::get;
  router.add(get, "/health", [](const Request&, std::string_view) {
    return make_response(http::status::ok, json_type, "{\"status\":\"running\"}\n");
  });
  router.add(get, "/metrics", [metrics = observed.metrics](const Request&, std::string_view) {
    return make_response(http::status::ok, "text/plain; version=0.0.4; charset=utf-8",
                         lb::to_prometheus(metrics()));
  });
  router.add(get, "/metrics.json", [metrics = observed.metrics](const Request&, std::string_view) {
    return make_response(http::status::ok, json_type, lb::to_cloudwatch_json(metrics()) + '\n');
  });
  router.add(get, "/traces", [traces = observed.traces](const Request&, std::string_view) {
    return trace_list(traces());
  });
  router.add(get, "/traces/",
             [traces = std::move(observed.traces)](const Request& request, std::string_view id) {
               return one_trace(traces(), request, id);
             });
}

}  // namespace cutover::console
