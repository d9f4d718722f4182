// ELBv2's operations on listeners.

#include <fmt/format.h>

#include <map>

#include "cutover/api/elbv2/arns.hpp"
#include "cutover/api/elbv2/operations.hpp"
#include "cutover/api/elbv2/paging.hpp"
#include "cutover/api/elbv2/refusals.hpp"
#include "cutover/api/elbv2/render.hpp"
#include "cutover/stack/listener_json.hpp"

namespace cutover::api::elbv2 {

namespace {

/// What only HTTPS listeners have is refused on an HTTP one, and those by name.
Result<void> check_protocol(const json& input) {
  const std::string protocol = input.value("Protocol", "HTTP");
  if (protocol == "HTTPS") return unsupported("Listeners of protocol 'HTTPS' are");
  if (protocol != "HTTP") {
    return Error{"UnsupportedProtocol", "",
                 fmt::format("Protocol '{}' is not valid for a listener of an application load "
                             "balancer; allowed are HTTP and HTTPS",
                             protocol)};
  }
  const json mutual = input.value("MutualAuthentication", json::object());
  const std::string mode = mutual.value("Mode", "off");
  if (mode != "off") {
    return Error{"InvalidConfigurationRequest", "",
                 fmt::format("Mutual authentication mode '{}' can only be specified for HTTPS "
                             "listeners",
                             mode)};
  }
  for (const char* key : {"SslPolicy", "Certificates"}) {
    if (!input.contains(key) || input[key].empty()) continue;
    return Error{"InvalidConfigurationRequest", "",
                 fmt::format("{} can only be specified for HTTPS listeners", key)};
  }
  return {};
}

/// Members that are settled before the stack's parser reads the rest.
json without_tls(json input) {
  input.erase("SslPolicy");
  input.erase("Certificates");
  input.erase("MutualAuthentication");
  return input;
}

Json one_listener(const Place& place, const stack::ListenerName& name) {
  Json answer;
  answer["Listeners"] = Json::array({listener_json(place, name)});
  return answer;
}

Outcome create_listener(const Place& place, const json& input) {
  const auto balancer = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!balancer) return balancer.error();
  if (!input.contains("Protocol")) return validation_error("A protocol must be specified");
  if (!input.contains("Port")) return validation_error("A port must be specified");
  if (const auto http = check_protocol(input); !http) return http.error();
  json named = without_tls(input);
  named["LoadBalancerArn"] = *balancer;
  if (const auto groups = name_groups(place, named, "DefaultActions"); !groups) {
    return groups.error();
  }
  auto operation = stack::parse_create_listener(named, "");
  if (!operation) return operation.error();
  const stack::ListenerName name = operation->listener;
  if (const auto* existing = place.there().listener(name)) {
    if (existing->rules.default_action == operation->default_action) {
      return one_listener(place, name);
    }
    return duplicate_listener();
  }
  const auto done = place.balancing.apply(*std::move(operation));
  if (!done) return in_aws_words(place, done.error(), input);
  return one_listener(place, name);
}

Outcome modify_listener(const Place& place, const json& input) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  if (const auto http = check_protocol(input); !http) return http.error();
  json named = without_tls(input);
  named["ListenerArn"] = to_string(*name);
  if (const auto groups = name_groups(place, named, "DefaultActions"); !groups) {
    return groups.error();
  }
  const auto operation = stack::parse_modify_listener(named, "");
  if (!operation) return operation.error();
  const auto done = place.balancing.apply(*operation);
  if (!done) return in_aws_words(place, done.error(), input);
  return one_listener(place, {name->load_balancer, operation->port.value_or(name->port)});
}

Outcome describe_listeners(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  Json answer;
  if (input.contains("ListenerArns")) {
    if (input.contains("LoadBalancerArn")) {
      return validation_error("You cannot specify both listener ARNs and a load balancer ARN");
    }
    std::vector<stack::ListenerName> named;
    for (const json& arn : input["ListenerArns"]) {
      const auto name = listener_of(place, arn);
      if (!name) return name.error();
      named.push_back(*name);
    }
    fill_page(answer, "Listeners", numbered(named), *page,
              [&](const auto& entry) { return listener_json(place, entry.second); });
    return answer;
  }
  if (!input.contains("LoadBalancerArn")) {
    return validation_error("You must specify either listener ARNs or a load balancer ARN");
  }
  const auto balancer = load_balancer_of(place, input["LoadBalancerArn"]);
  if (!balancer) return balancer.error();
  fill_page(answer, "Listeners", place.there().load_balancers.at(*balancer).listener_order, *page,
            [&](const auto& entry) {
              return listener_json(place, {*balancer, entry.second});
            });
  return answer;
}

Outcome delete_listener(const Place& place, const json& input) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  const auto done = place.balancing.apply(stack::DeleteListener{*name});
  if (!done) return done.error();
  return Json::object();
}

Json attributes_answer(const Place& place, const stack::ListenerName& name) {
  return {{"Attributes",
           attributes_json(stack::attribute_list(place.there().listener(name)->attributes))}};
}

Outcome describe_attributes(const Place& place, const json& input) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  return attributes_answer(place, *name);
}

Outcome modify_attributes(const Place& place, const json& input) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  json named = input;
  named["ListenerArn"] = to_string(*name);
  const auto operation = stack::parse_modify_listener_attributes(named, "");
  if (!operation) return attribute_refusal(operation.error(), "Listener", input);
  const auto done = place.balancing.apply(*operation);
  if (!done) return done.error();
  return attributes_answer(place, *name);
}

/// There are HTTP listeners only, which have none.
Outcome describe_certificates(const Place& place, const json& input) {
  const auto page = page_of(input);
  if (!page) return page.error();
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  return Json{{"Certificates", Json::array()}};
}

Outcome change_certificates(const Place& place, const json& input) {
  const auto name = listener_of(place, input["ListenerArn"]);
  if (!name) return name.error();
  return Error{"InvalidConfigurationRequest", "",
               "Certificates can only be specified for HTTPS listeners"};
}

}  // namespace

void add_listeners(Operations& operations) {
  operations["CreateListener"] = create_listener;
  operations["ModifyListener"] = modify_listener;
  operations["DescribeListeners"] = describe_listeners;
  operations["DeleteListener"] = delete_listener;
  operations["DescribeListenerAttributes"] = describe_attributes;
  operations["ModifyListenerAttributes"] = modify_attributes;
  operations["DescribeListenerCertificates"] = describe_certificates;
  operations["AddListenerCertificates"] = change_certificates;
  operations["RemoveListenerCertificates"] = change_certificates;
}

}  // namespace cutover::api::elbv2
