#include "tests/conformance/control.hpp"

#include <utility>
#include <variant>

#include "cutover/stack/load_balancer_attributes_json.hpp"
#include "cutover/stack/operation_json.hpp"

namespace cutover::conformance {

namespace {

using nlohmann::json;

/// Of the stack's one load balancer.
lb::Options options_of(const stack::Stack& parsed) {
  const auto& [name, state] = *parsed.model.balancing.load_balancers.begin();
  lb::Options options;
  options.name = name;
  options.attributes = state.attributes;
  return options;
}

/// What each operation asks of the load balancer.
struct Apply {
  lb::LoadBalancer& balancer;
  const World& world;

  Result<void> modify(const std::string& group, const stack::TargetGroupSettings& settings) const {
    const auto spec = balancer.target_group(group);
    if (!spec) return spec.error();
    return balancer.modify_target_group(changed(*spec, settings));
  }

  template <class Call>
  Result<void> each(const std::string& group, const std::vector<stack::TargetEntry>& targets,
                    Call call) const {
    const auto spec = balancer.target_group(group);
    if (!spec) return spec.error();
    for (const auto& target : targets) {
      const auto done = call(lb::targets::TargetId{target.id, target.port.value_or(spec->port)});
      if (!done) return done.error();
    }
    return {};
  }

  Result<void> operator()(const stack::CreateLoadBalancer&) const { return {}; }
  Result<void> operator()(const stack::CreateTargetGroup& o) const {
    return balancer.create_target_group(o.spec);
  }
  Result<void> operator()(const stack::ModifyTargetGroup& o) const {
    return modify(o.target_group, o.settings);
  }
  Result<void> operator()(const stack::ModifyTargetGroupAttributes& o) const {
    return modify(o.target_group, o.settings);
  }
  Result<void> operator()(const stack::DeleteTargetGroup& o) const {
    return balancer.delete_target_group(o.target_group);
  }
  Result<void> operator()(const stack::RegisterTargets& o) const {
    return each(o.target_group, o.targets, [&](const lb::targets::TargetId& id) {
      return balancer.register_target(o.target_group, {id, nullptr});
    });
  }
  Result<void> operator()(const stack::DeregisterTargets& o) const {
    return each(o.target_group, o.targets, [&](const lb::targets::TargetId& id) {
      return balancer.deregister_target(o.target_group, id);
    });
  }
  Result<void> operator()(const stack::CreateListener& o) const {
    lb::ListenerSpec spec;
    spec.port = o.listener.port;
    spec.bind_port = world.bind_port(spec.port);
    spec.default_action = o.default_action;
    spec.attributes = o.attributes;
    const auto bound = balancer.create_listener(spec);
    if (!bound) return bound.error();
    return {};
  }
  Result<void> operator()(const stack::ModifyLoadBalancerAttributes& o) const {
    const auto attributes = stack::changed(balancer.attributes(), o.attributes, "/Attributes");
    if (!attributes) return attributes.error();
    return balancer.modify_attributes(*attributes);
  }
  Result<void> operator()(const stack::ModifyListenerAttributes& o) const {
    const auto present = balancer.listener_attributes(o.listener.port);
    if (!present) return present.error();
    const auto attributes = stack::changed(*present, o.attributes, "/Attributes");
    if (!attributes) return attributes.error();
    return balancer.modify_listener_attributes(o.listener.port, *attributes);
  }
  Result<void> operator()(const stack::ModifyListener& o) const {
    return balancer.modify_listener(o.listener.port, o.default_action.value());
  }
  Result<void> operator()(const stack::DeleteListener& o) const {
    return balancer.delete_listener(o.listener.port);
  }
  Result<void> operator()(const stack::CreateRule& o) const {
    return balancer.create_rule(o.listener.port, o.rule);
  }
  Result<void> operator()(const stack::ModifyRule& o) const {
    const auto set = balancer.rules(o.rule.listener.port);
    if (!set) return set.error();
    for (const rules::Rule& rule : set->rules) {
      if (rule.priority != o.rule.priority) continue;
      return balancer.modify_rule(o.rule.listener.port, changed(rule, o));
    }
    return Error{"RuleNotFound", "", "One or more rules not found"};
  }
  Result<void> operator()(const stack::DeleteRule& o) const {
    return balancer.delete_rule(o.rule.listener.port, o.rule.priority);
  }
  Result<void> operator()(const stack::SetRulePriorities& o) const {
    std::vector<lb::LoadBalancer::NewPriority> changes;
    for (const auto& change : o.changes) changes.push_back({change.rule.priority, change.priority});
    return balancer.set_rule_priorities(o.changes.front().rule.listener.port, changes);
  }
  template <class Other>
  Result<void> operator()(const Other&) const {
    throw Failure("conformance cases have no containers");
  }
};

}  // namespace

json Control::written_out(const json& value) const {
  if (value.is_string()) return filled(value.get_ref<const std::string&>(), words_);
  if (value.is_array()) {
    json out = json::array();
    for (const auto& element : value) out.push_back(written_out(element));
    return out;
  }
  if (!value.is_object()) return value;
  json out = json::object();
  for (const auto& [key, member] : value.items()) {
    if (key == "Targets" && member.is_array()) {
      out[key] = json::array();
      for (const auto& each : member) {
        if (!each.is_string()) {
          out[key].push_back(each);
          continue;
        }
        const auto id = target(filled(each.get<std::string>(), words_));
        out[key].push_back({{"Id", id.id}, {"Port", id.port}});
      }
    } else {
      out[key] = written_out(member);
    }
  }
  return out;
}

lb::targets::TargetId Control::target(const std::string& name) const {
  return {"127.0.0.1",
          static_cast<std::uint16_t>(std::stoul(filled("${port." + name + "}", words_)))};
}

std::string Control::first_group() const {
  const auto& groups = model_.balancing.target_groups;
  if (groups.empty()) throw Failure("there is no target group");
  return groups.begin()->first;
}

std::uint16_t Control::first_listener() const {
  const auto& listeners = model_.balancing.load_balancers.begin()->second.listeners;
  if (listeners.empty()) throw Failure("there is no listener");
  return listeners.begin()->first;
}

Result<void> Control::start(const json& stack, const std::string& access_log, unsigned nodes) {
  const auto parsed = stack::parse_stack(written_out(stack));
  if (!parsed) return parsed.error();
  if (parsed->model.balancing.load_balancers.size() != 1) {
    throw Failure("a case's stack has exactly one load balancer");
  }
  auto options = options_of(*parsed);
  options.access_log = access_log;
  options.nodes = nodes;
  options.workers = nodes == 0 ? 1 : 0;
  if (const auto started = world_.start(options); !started) return started.error();
  for (const auto& operation : parsed->operations) {
    if (const auto done = apply(operation); !done) return done.error();
  }
  return {};
}

Result<void> Control::apply(const std::string& name, const json& input) {
  const auto operation = stack::parse_operation(name, written_out(input), "");
  if (!operation) return operation.error();
  return apply(*operation);
}

Result<void> Control::apply(const stack::Operation& operation) {
  if (const auto valid = model_.apply(operation); !valid) return valid.error();
  return std::visit(Apply{world_.balancer(), world_}, operation);
}

}  // namespace cutover::conformance
