#include "cutover/console/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lb/base/percent.hpp"

namespace cutover::console {

namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

/// "localhost" of "localhost:4566", "::1" of "[::1]:4566".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool names_this_machine(std::string_view authority) {
  const std::string_view host = host_of(authority);
  if (equal_ignoring_case(host, "localhost")) return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

bool covers(std::string_view route, std::string_view path) {
  const bool whole_subtree = route.size() > 1 && route.ends_with('/');
  return whole_subtree ? path.starts_with(route) && path.size() > route.size() : path == route;
}

bool answers(http::verb route, http::verb asked) {
  return route == asked || (route == http::verb::get && asked == http::verb::head);
}

}  // namespace

Response make_response(http::status status, std::string_view content_type, std::string body) {
  Response response(status, 11);
  response.set(http::field::content_type, {content_type.data(), content_type.size()});
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.body() = std::move(body);
  return response;
}

Response make_error(http::status status, std::string_view message) {
  const nlohmann::json body = {{"error", message}};
  return make_response(status, "application/json",
                       body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
}

std::optional<std::string> decoded_path(std::string_view target) {
  return percent_decoded(target.substr(0, target.find('?')), Plus::itself);
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::optional<Response> refuse_cross_site(const Request& request, bool loopback_only) {
  const auto hosts = request.count(http::field::host);
  const std::string_view host = view(request[http::field::host]);
  if (hosts > 1 || (loopback_only && hosts == 1 && !names_this_machine(host))) {
    return make_error(http::status::forbidden,
                      "this endpoint answers to localhost and loopback addresses only; the request "
                      "names another host");
  }
  const auto origins = request.equal_range(http::field::origin);
  const bool foreign = std::any_of(origins.first, origins.second, [&](const auto& field) {
    return !equal_ignoring_case(view(field.value()), "http://" + std::string(host));
  });
  const std::string_view site = view(request["Sec-Fetch-Site"]);
  if (foreign || (!site.empty() && site != "same-origin" && site != "none")) {
    return make_error(http::status::forbidden, "pages of other sites may not call this endpoint");
  }
  return std::nullopt;
}

void Router::add(http::verb method, std::string path, Handler handler) {
  routes_.push_back({method, std::move(path),
                     [handler = std::move(handler)](const Request& request, std::string_view rest,
                                                    const Respond& respond) {
                       respond(handler(request, rest));
                     }});
}

void Router::add_later(http::verb method, std::string path, LaterHandler handler) {
  routes_.push_back(
      {method, std::move(path),
       [handler = std::move(handler)](const Request& request, std::string_view,
                                      const Respond& respond) { handler(request, respond); }});
}

void Router::handle(const Request& request, const Respond& respond) const {
  const std::string_view target = view(request.target());
  const auto path = decoded_path(target);
  if (!path || !path->starts_with('/')) {
    return respond(make_error(http::status::bad_request, "the request's target is no path"));
  }
  const Route* best = nullptr;
  std::set<std::string> methods;
  for (const Route& route : routes_) {
    if (!covers(route.path, *path)) continue;
    methods.emplace(view(http::to_string(route.method)));
    if (!answers(route.method, request.method())) continue;
    if (best == nullptr || route.path.size() > best->path.size()) best = &route;
  }
  if (best != nullptr) {
    const bool below = best->path.size() < path->size();
    return best->handler(
        request, below ? std::string_view(*path).substr(best->path.size()) : std::string_view(),
        respond);
  }
  if (methods.empty()) return respond(not_found(*path));
  if (methods.contains("GET")) methods.insert("HEAD");
  auto refused = make_error(http::status::method_not_allowed,
                            fmt::format("{} allows {}", *path, fmt::join(methods, ", ")));
  refused.set(http::field::allow, fmt::format("{}", fmt::join(methods, ", ")));
  respond(std::move(refused));
}

Response Router::not_found(std::string_view path) const {
  std::set<std::string> paths;
  for (const Route& route : routes_) {
    paths.insert(route.path.size() > 1 && route.path.ends_with('/') ? route.path + "…"
                                                                    : route.path);
  }
  return make_error(http::status::not_found,
                    fmt::format("there is no {}; there are {}", path, fmt::join(paths, ", ")));
}

}  // namespace cutover::console
