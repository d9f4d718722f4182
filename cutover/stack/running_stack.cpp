#include "cutover/stack/running_stack.hpp"

#include <fmt/format.h>

#include "cutover/stack/load_balancer_attributes_json.hpp"

namespace cutover::stack {

namespace {

constexpr std::uint32_t port_most = 65'535;
constexpr std::string_view region = "us-east-1";

lb::Options load_balancer_options(const Model& model, const RunOptions& options) {
  lb::Options result;
  result.name = model.load_balancer->name;
  result.account = options.account;
  result.attributes = model.load_balancer->attributes;
  result.workers = options.workers;
  result.nodes = options.nodes;
  result.propagation_lag = options.propagation_lag;
  result.log_directory = options.log_directory;
  result.traces = options.traces;
  result.seed = options.seed;
  result.access_log = options.access_log;
  result.label_responses = options.label_responses;
  return result;
}

containers::ClusterOptions cluster_options(const Model& model, const RunOptions& options) {
  containers::ClusterOptions result;
  result.name = model.cluster;
  result.region = region;
  result.account = options.account;
  result.seed = options.seed;
  result.images = model.images;
  if (options.unknown_images == RunOptions::UnknownImages::simulate) {
    // An entry of the stack's own for all other images stays.
    result.images.emplace(containers::any_image, containers::AppImage{"placeholder", {}});
  }
  return result;
}

}  // namespace

Error at_operation(const Operation& operation, Error error) {
  error.where = to_string(operation) + (error.where.empty() ? "" : ", " + error.where);
  return error;
}

Result<void> check_ports(const std::vector<Operation>& operations, std::uint16_t port_offset) {
  for (const Operation& operation : operations) {
    const auto* create = std::get_if<CreateListener>(&operation);
    if (!create || create->listener.port + std::uint32_t{port_offset} <= port_most) continue;
    return Error{"ValidationError", "listener " + to_string(create->listener),
                 fmt::format("port {} + offset {} is beyond {}; choose a smaller --port-offset",
                             create->listener.port, port_offset, port_most)};
  }
  return {};
}

/// What each operation asks of the load balancer or the cluster. Names were checked when the stack
/// or plan was read; whatever has changed since then they refuse themselves.
struct RunningStack::Apply {
  RunningStack& stack;
  lb::LoadBalancer& lb = *stack.load_balancer_;
  containers::Cluster& cluster = *stack.cluster_;

  Result<void> modify(const std::string& name, const TargetGroupSettings& settings) const {
    const auto spec = lb.target_group(name);
    if (!spec) return spec.error();
    return lb.modify_target_group(changed(*spec, settings));
  }

  /// `call(group, id)` for each target, its port filled in.
  template <class Call>
  Result<void> each(const std::string& name, const std::vector<TargetEntry>& targets,
                    Call call) const {
    const auto spec = lb.target_group(name);
    if (!spec) return spec.error();
    for (const TargetEntry& target : targets) {
      const lb::targets::TargetId id{target.id, target.port.value_or(spec->port)};
      if (const auto done = call(id); !done) return done.error();
    }
    return {};
  }

  // The load balancer itself was made with the stack: there is exactly one.
  Result<void> operator()(const CreateLoadBalancer&) const { return {}; }
  Result<void> operator()(const CreateTargetGroup& o) const {
    return lb.create_target_group(o.spec);
  }
  Result<void> operator()(const ModifyTargetGroup& o) const {
    return modify(o.target_group, o.settings);
  }
  Result<void> operator()(const ModifyTargetGroupAttributes& o) const {
    return modify(o.target_group, o.settings);
  }
  Result<void> operator()(const DeleteTargetGroup& o) const {
    return lb.delete_target_group(o.target_group);
  }
  Result<void> operator()(const RegisterTargets& o) const {
    return each(o.target_group, o.targets, [&](const lb::targets::TargetId& id) {
      return lb.register_target(o.target_group, {id, nullptr});
    });
  }
  Result<void> operator()(const DeregisterTargets& o) const {
    return each(o.target_group, o.targets, [&](const lb::targets::TargetId& id) {
      return lb.deregister_target(o.target_group, id);
    });
  }

  Result<void> operator()(const CreateListener& o) const {
    lb::ListenerSpec spec;
    spec.port = o.listener.port;
    spec.bind_port = static_cast<std::uint16_t>(o.listener.port + stack.options_.port_offset);
    spec.default_action = o.default_action;
    spec.attributes = o.attributes;
    const auto bound = lb.create_listener(spec);
    if (!bound) return bound.error();
    return {};
  }
  Result<void> operator()(const ModifyLoadBalancerAttributes& o) const {
    const auto attributes = changed(lb.attributes(), o.attributes, "/Attributes");
    if (!attributes) return attributes.error();
    return lb.modify_attributes(*attributes);
  }
  Result<void> operator()(const ModifyListenerAttributes& o) const {
    const auto present = lb.listener_attributes(o.listener.port);
    if (!present) return present.error();
    const auto attributes = changed(*present, o.attributes, "/Attributes");
    if (!attributes) return attributes.error();
    return lb.modify_listener_attributes(o.listener.port, *attributes);
  }
  Result<void> operator()(const ModifyListener& o) const {
    return lb.modify_listener(o.listener.port, o.default_action);
  }
  Result<void> operator()(const DeleteListener& o) const {
    return lb.delete_listener(o.listener.port);
  }
  Result<void> operator()(const CreateRule& o) const {
    return lb.create_rule(o.listener.port, o.rule);
  }
  Result<void> operator()(const ModifyRule& o) const {
    const auto set = lb.rules(o.rule.listener.port);
    if (!set) return set.error();
    for (const rules::Rule& rule : set->rules) {
      if (rule.priority != o.rule.priority) continue;
      return lb.modify_rule(o.rule.listener.port, changed(rule, o));
    }
    return Error{"RuleNotFound", "", "One or more rules not found"};
  }
  Result<void> operator()(const DeleteRule& o) const {
    return lb.delete_rule(o.rule.listener.port, o.rule.priority);
  }
  Result<void> operator()(const SetRulePriorities& o) const {
    std::vector<lb::LoadBalancer::NewPriority> changes;
    for (const auto& change : o.changes) changes.push_back({change.rule.priority, change.priority});
    return lb.set_rule_priorities(o.changes.front().rule.listener.port, changes);
  }

  Result<void> operator()(const RegisterTaskDefinition& o) const {
    const auto registered = stack.definitions_.register_definition(o.definition);
    if (!registered) return registered.error();
    return {};
  }
  Result<void> operator()(const CreateService& o) const { return cluster.create_service(o.spec); }
  Result<void> operator()(const UpdateService& o) const {
    return cluster.update_service(o.service, o.update);
  }
  Result<void> operator()(const DeleteService& o) const {
    return cluster.delete_service(o.service, o.force);
  }
  Result<void> operator()(const StopTask& o) const {
    std::uint32_t number = 0;
    for (const auto& task : cluster.tasks(o.task.service)) {
      if (task.desired_status != containers::DesiredStatus::running) continue;
      if (number++ == o.task.number) return cluster.stop_task(task.id, o.reason);
    }
    return Error{"InvalidParameterException", "",
                 fmt::format("there is no task {}: {} run", to_string(o.task), number)};
  }
};

RunningStack::RunningStack(boost::asio::io_context& io, const Stack& stack,
                           const RunOptions& options)
    : stack_(stack),
      options_(options),
      control_clock_(options.speed),
      real_timers_(io, real_clock_),
      control_timers_(io, control_clock_),
      load_balancer_(std::make_unique<lb::LoadBalancer>(
          io, control_timers_, load_balancer_options(stack.model, options))),
      registry_(std::make_unique<LoadBalancerRegistry>(*load_balancer_)),
      definitions_(control_clock_, region, options.account),
      runtimes_(io, control_timers_, real_clock_, options.runtime) {
  cluster_ = std::make_unique<containers::Cluster>(control_timers_, runtimes_.chosen_by_image(),
                                                   *registry_, definitions_,
                                                   cluster_options(stack.model, options));
}

RunningStack::~RunningStack() = default;

Result<void> RunningStack::start(const std::function<void(const Operation&)>& applied) {
  if (const auto started = load_balancer_->start(); !started) return started.error();
  for (const Operation& operation : stack_.operations) {
    const auto done = apply(operation);
    if (!done) return at_operation(operation, done.error());
    if (applied) applied(operation);
  }
  return {};
}

Result<void> RunningStack::apply(const Operation& operation) {
  return std::visit(Apply{*this}, operation);
}

void RunningStack::stop(Duration grace, std::function<void()> done) {
  // Clients first: what is in flight still has its targets.
  load_balancer_->stop(grace);
  cluster_->shut_down(std::move(done));
}

}  // namespace cutover::stack
