// Which target group, and which target of it, gets a request: by weight, by turn or by what the
// client's stickiness cookies say; and the cookies of the answer (ALB user guide: Sticky sessions;
// Target group weights).

#include <algorithm>

#include "lb/http/date.hpp"
#include "lb/http/grammar.hpp"
#include "lb/proxy/client_connection.hpp"
#include "lb/proxy/worker.hpp"

namespace cutover::lb::proxy {

using targets::Stickiness;
using targets::Sticky;

targets::StickyCookies ClientConnection::read_cookies(std::string_view app_cookie_name) const {
  targets::StickyCookies cookies;
  for (const auto& header : worker_.request_head.headers) {
    if (!http::equals_ignore_case(header.name, "cookie")) continue;
    cookies.read(header.value, app_cookie_name);
  }
  return cookies;
}

std::optional<GroupSlot> ClientConnection::choose_group(Exchange& exchange,
                                                        const ForwardRoute& route) {
  std::optional<GroupSlot> chosen;
  std::string_view reason = "the only group";
  if (route.stickiness > std::chrono::seconds(0)) {
    chosen = stuck_group(exchange, route);
    if (chosen) reason = "AWSALBTG cookie";
  }
  if (!chosen && !route.choice) chosen = route.groups.front();
  if (!chosen) {
    const auto picked = route.choice->choose(worker_.random());
    if (!picked) return std::nullopt;
    chosen = route.groups[*picked];
    reason = "by weight";
  }
  if (exchange.why() != nullptr) trace_group(exchange, route, *chosen, reason);
  return chosen;
}

/// The group that the client's cookie names, if the action still does; a weight of 0 is no
/// hindrance (ALB's documentation is silent on that).
std::optional<GroupSlot> ClientConnection::stuck_group(Exchange& exchange,
                                                       const ForwardRoute& route) {
  exchange.peculiar().group_stickiness = route.stickiness;
  const auto text = read_cookies({}).target_group();
  if (text.empty()) return std::nullopt;
  const auto sticky =
      worker_.cookies().honoured(text, Sticky::Kind::target_group, worker_.coarse_wall());
  if (sticky &&
      std::find(route.groups.begin(), route.groups.end(), sticky->group) != route.groups.end()) {
    return sticky->group;
  }
  // ALB's documentation names this for URL-encoded values. The client is balanced anew.
  if (text.find('%') != std::string_view::npos) {
    exchange.peculiar().error_reason = "AWSALBTGCookieInvalid";
  }
  ++worker_.mutable_metrics().non_sticky_requests;
  return std::nullopt;
}

std::size_t ClientConnection::choose_target(Exchange& exchange, const GroupRoute& group) {
  auto& selection = exchange.group->selection;
  std::optional<std::size_t> chosen;
  std::string_view reason = targets::to_string(group.balancing.algorithm);
  if (group.stickiness.enabled) {
    chosen = stuck_target(exchange, group);
    if (chosen) {
      reason = group.stickiness.type == Stickiness::Type::lb_cookie ? "AWSALB cookie"
                                                                    : "AWSALBAPP cookie";
    }
  }
  if (!chosen) {
    chosen = selection.pick(worker_.coarse_control_now(), worker_.random(), [&](std::size_t at) {
      return worker_.target_state(group.eligible[at]).in_flight;
    });
  }
  if (exchange.why() != nullptr) trace_target(exchange, group, *chosen, reason);
  return *chosen;
}

/// The target that the client's cookies name, if it may get requests.
std::optional<std::size_t> ClientConnection::stuck_target(Exchange& exchange,
                                                          const GroupRoute& group) {
  const auto& stickiness = group.stickiness;
  exchange.peculiar().target_stickiness = stickiness;
  const bool by_app = stickiness.type == Stickiness::Type::app_cookie;
  const auto cookies =
      read_cookies(by_app ? std::string_view(stickiness.app_cookie_name) : std::string_view());
  std::optional<targets::SealedText> shards;
  std::string_view text = cookies.lb_cookie();
  if (by_app) {
    shards = cookies.app_cookie();
    if (!cookies.has_app_cookie() && !shards) return std::nullopt;
    text = cookies.has_app_cookie() && shards ? targets::view(*shards) : std::string_view();
  } else if (text.empty()) {
    return std::nullopt;
  }
  const auto kind = by_app ? Sticky::Kind::app_cookie : Sticky::Kind::lb_cookie;
  const auto sticky = worker_.cookies().honoured(text, kind, worker_.coarse_wall());
  if (sticky && sticky->group == group.slot) {
    const auto at = exchange.group->selection.find(sticky->target);
    if (at) return at;
  }
  auto& metrics = worker_.mutable_metrics();
  ++metrics.non_sticky_requests;
  if (by_app) ++metrics.app_cookie_non_stickiness;
  return std::nullopt;
}

/// Makes the Set-Cookie lines for a target's answer. Group and target cookies are renewed with
/// every one; AWSALBAPP goes along with the application's own cookie.
void ClientConnection::write_cookies(Exchange& exchange, bool sets_app_cookie) {
  auto& peculiar = exchange.peculiar();
  peculiar.cookie_lines.clear();
  const WallTime now = worker_.coarse_wall();
  char expires[29];
  http::write_http_date(now + targets::sticky_browser_life, expires);
  const auto append = [&](Sticky::Kind kind, Duration life) {
    Sticky sticky;
    sticky.kind = kind;
    sticky.group = exchange.fate.group;
    if (kind != Sticky::Kind::target_group) sticky.target = exchange.fate.target;
    sticky.expires = std::chrono::floor<std::chrono::seconds>(now) +
                     std::chrono::duration_cast<std::chrono::seconds>(life);
    const auto sealed = worker_.cookies().seal(sticky, worker_.random());
    targets::append_set_cookie(peculiar.cookie_lines, kind, targets::view(sealed),
                               {expires, sizeof expires});
  };
  if (peculiar.group_stickiness > std::chrono::seconds(0)) {
    append(Sticky::Kind::target_group, peculiar.group_stickiness);
  }
  if (!peculiar.target_stickiness) return;
  const auto& stickiness = *peculiar.target_stickiness;
  if (stickiness.type == Stickiness::Type::lb_cookie) {
    append(Sticky::Kind::lb_cookie, stickiness.lb_cookie_duration);
  } else if (sets_app_cookie) {
    append(Sticky::Kind::app_cookie, stickiness.app_cookie_duration);
  }
}

/// Rewrites host and URI as the rule says; the target was chosen already. False: it failed.
bool ClientConnection::transform(Exchange& exchange) {
  auto& peculiar = exchange.peculiar();
  const auto& head = worker_.request_head;
  std::string uri(head.path);  // without the authority of an absolute-form target
  if (head.has_query) uri.append("?").append(head.query);
  peculiar.transform = exchange.transforms->apply(exchange.host, uri, peculiar.transformed_host,
                                                  peculiar.transformed_uri);
  if (peculiar.transform == rules::TransformStatus::success) exchange.actions = "rewrite,forward";
  return !rules::is_failure(peculiar.transform);
}

}  // namespace cutover::lb::proxy
