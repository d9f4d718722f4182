#include "lb/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "lb/http/grammar.hpp"

namespace cutover::lb {

namespace {

using std::chrono::seconds;

constexpr std::size_t value_length_most = 1024;

constexpr std::array<std::string_view, 10> insertable{
    "Strict-Transport-Security",        "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods",     "Access-Control-Allow-Headers",
    "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",           "Content-Security-Policy",
    "X-Content-Type-Options",           "X-Frame-Options",
};

Error refused(std::string where, std::string message) {
  return {"InvalidConfigurationRequest", std::move(where), std::move(message)};
}

Result<void> check_seconds(std::string_view member, Duration value, seconds least, seconds most) {
  if (value >= least && value <= most && value % seconds(1) == Duration::zero()) return {};
  return refused(std::string(member), fmt::format("found {} s; allowed are {} to {} whole seconds",
                                                  std::chrono::duration<double>(value).count(),
                                                  least.count(), most.count()));
}

Result<void> check_delivery(std::string_view member, const LogDelivery& delivery) {
  if (delivery.enabled && delivery.bucket.empty()) {
    return refused(fmt::format("{}.bucket", member), "found none; an enabled log needs a bucket");
  }
  if (delivery.bucket.size() > value_length_most || delivery.prefix.size() > value_length_most) {
    return refused(std::string(member),
                   fmt::format("bucket and prefix have at most {} characters", value_length_most));
  }
  if (delivery.prefix.find("AWSLogs") != std::string::npos) {
    return refused(
        fmt::format("{}.prefix", member),
        fmt::format("found \"{}\"; \"AWSLogs\" follows the prefix by itself", delivery.prefix));
  }
  return {};
}

bool is_header_text(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Result<void> check_header(std::size_t index, const ResponseHeader& header) {
  const std::string where = fmt::format("response_headers/{}", index);
  if (std::find(insertable.begin(), insertable.end(), header.name) == insertable.end()) {
    return refused(where, fmt::format("found the header \"{}\"; allowed are {}", header.name,
                                      fmt::join(insertable, ", ")));
  }
  if (header.value.empty() || header.value.size() > value_length_most) {
    return refused(where, fmt::format("found {} characters for {}; allowed are 1 to {}",
                                      header.value.size(), header.name, value_length_most));
  }
  if (!is_header_text(header.value) || http::trim(header.value).size() != header.value.size()) {
    return refused(
        where,
        fmt::format("the value for {} must be visible ASCII, spaces only within it", header.name));
  }
  return {};
}

}  // namespace

std::span<const std::string_view> insertable_response_headers() { return insertable; }

Result<void> validate(const LoadBalancerAttributes& attributes) {
  for (const auto& valid :
       {check_seconds("idle_timeout", attributes.idle_timeout, seconds(1), seconds(4'000)),
        check_seconds("client_keep_alive", attributes.client_keep_alive, seconds(60),
                      seconds(604'800)),
        check_delivery("access_logs", attributes.access_logs),
        check_delivery("connection_logs", attributes.connection_logs)}) {
    if (!valid) return valid.error();
  }
  return {};
}

Result<void> validate(const ListenerAttributes& attributes) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < attributes.response_headers.size(); ++i) {
    const ResponseHeader& header = attributes.response_headers[i];
    if (const auto valid = check_header(i, header); !valid) return valid.error();
    if (!names.insert(header.name).second) {
      return refused(fmt::format("response_headers/{}", i),
                     fmt::format("{} stands twice in the list", header.name));
    }
  }
  return {};
}

http::ResponseHandling response_handling(const ListenerAttributes& attributes) {
  http::ResponseHandling handling;
  handling.server_header = attributes.server_header;
  for (const ResponseHeader& header : attributes.response_headers) {
    handling.inserted_lines += fmt::format("{}: {}\r\n", header.name, header.value);
    std::string& name = handling.overridden.emplace_back(header.name);
    std::transform(name.begin(), name.end(), name.begin(), http::lower);
  }
  return handling;
}

}  // namespace cutover::lb
