#include "cutover/stack/running_balancing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cutover::stack {

namespace {

/// Numbers for ids are none that clients see elsewhere.
constexpr std::uint64_t id_seed = 0x1d5;

/// Ten digits that come from a load balancer's id, as its DNS name has them.
std::uint64_t digits_of(const std::string& id) {
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number, 16);
  return 1'000'000'000 + number % 1'000'000'000;
}

}  // namespace

RunningBalancing::RunningBalancing(boost::asio::io_context& io, Timers& timers,
                                   const BalancingOptions& options)
    : io_(io),
      timers_(timers),
      options_(options),
      random_(options.seed ^ id_seed),
      targets_(
          there_, [this](const std::string& name) { return find(name); },
          [this](const std::string& name) { return arn_of(TargetGroupName{name}); }) {
  if (!options_.addresses) options_.addresses = std::make_shared<LoopbackAddresses>();
}

RunningBalancing::~RunningBalancing() { clear(); }

std::string RunningBalancing::new_id() { return fmt::format("{:016x}", random_()); }

lb::LoadBalancer* RunningBalancing::find(const std::string& load_balancer) const {
  const auto found = running_.find(load_balancer);
  return found == running_.end() ? nullptr : found->second.get();
}

std::vector<std::pair<std::string, lb::LoadBalancer*>> RunningBalancing::all() const {
  std::vector<std::pair<std::string, lb::LoadBalancer*>> found;
  for (const auto& [sequence, name] : there_.load_balancer_order) {
    found.emplace_back(name, running_.at(name).get());
  }
  return found;
}

lb::Options RunningBalancing::options_for(const std::string& name) const {
  const LoadBalancerState& state = there_.load_balancers.at(name);
  lb::Options result;
  result.name = name;
  result.account = options_.account;
  result.region = options_.region;
  result.id = state.described.id;
  result.dns_name = dns_name(name);
  result.quotas = there_.quotas.per_load_balancer;
  result.target_quotas = there_.quotas.targets;
  result.attributes = state.attributes;
  result.workers = options_.workers;
  result.nodes = options_.nodes;
  result.propagation_lag = options_.propagation_lag;
  result.log_directory = options_.log_directory;
  result.traces = options_.traces;
  // Each has chance of its own; the first that of the seed itself.
  result.seed = options_.seed + state.sequence - 1;
  result.access_log = options_.access_log;
  result.label_responses = options_.label_responses;
  return result;
}

Result<void> RunningBalancing::perform(CreateLoadBalancer operation) {
  if (operation.id.empty()) operation.id = new_id();
  if (operation.address.empty()) operation.address = options_.addresses->first_free();
  if (operation.created == WallTime()) operation.created = timers_.clock().wall_now();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  const auto started = start(operation.name);
  if (started) return started;
  there_.load_balancer_order.erase(there_.load_balancers.at(operation.name).sequence);
  there_.load_balancers.erase(operation.name);
  return started;
}

/// Lets the load balancer of that name run, without listeners.
Result<void> RunningBalancing::start(const std::string& load_balancer) {
  auto balancer = std::make_unique<lb::LoadBalancer>(io_, timers_, options_for(load_balancer));
  balancer->on_health_change([this](const std::string& group, const lb::targets::TargetId& reached,
                                    const lb::targets::TargetHealth&) {
    if (on_health_change_) on_health_change_(group, reached);
  });
  if (const auto started = balancer->start(); !started) return started;
  options_.addresses->take(there_.load_balancers.at(load_balancer).address);
  running_.emplace(load_balancer, std::move(balancer));
  return {};
}

Result<void> RunningBalancing::restore(SavedBalancing saved) {
  there_ = std::move(saved.there);
  for (const auto& [sequence, name] : there_.target_group_order) {
    targets_.add_group(name);
    targets_.restore(name, saved.targets[name]);
  }
  for (const auto& [sequence, name] : there_.load_balancer_order) {
    if (const auto started = start(name); !started) return started;
  }
  for (const auto& [sequence, name] : there_.target_group_order) {
    const std::string& user = there_.target_groups.at(name).used_by;
    if (user.empty()) continue;
    if (const auto placed = targets_.place(std::vector{name}, user); !placed) return placed;
  }
  for (const auto& [name, balancer] : there_.load_balancers) {
    for (const auto& [sequence, port] : balancer.listener_order) {
      if (const auto done = listen({name, port}); !done) {
        return at("listener " + to_string(ListenerName{name, port}) + " ", done.error());
      }
    }
  }
  return {};
}

void RunningBalancing::tell_changes(const std::vector<ResourceName>& names) const {
  if (!on_change_) return;
  for (const ResourceName& name : names) on_change_(arn_of(name), name);
}

Result<void> RunningBalancing::perform(const DeleteLoadBalancer& operation) {
  const auto* state = there_.load_balancer(operation.load_balancer);
  const std::string address = state ? state->address : "";
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  running_.erase(operation.load_balancer);
  targets_.load_balancer_gone(operation.load_balancer);
  options_.addresses->give_back(address);
  return {};
}

Result<void> RunningBalancing::perform(const ModifyLoadBalancerAttributes& operation) {
  const auto* state = there_.load_balancer(operation.load_balancer);
  const lb::LoadBalancerAttributes before =
      state ? state->attributes : lb::LoadBalancerAttributes();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  auto& attributes = there_.load_balancers.at(operation.load_balancer).attributes;
  const auto done = running_.at(operation.load_balancer)->modify_attributes(attributes);
  if (!done) attributes = before;
  return done;
}

// What is only kept and told.

Result<void> RunningBalancing::perform(const SetSubnets& operation) {
  return apply_to(there_, operation);
}
Result<void> RunningBalancing::perform(const SetSecurityGroups& operation) {
  return apply_to(there_, operation);
}
Result<void> RunningBalancing::perform(const SetIpAddressType& operation) {
  return apply_to(there_, operation);
}
Result<void> RunningBalancing::perform(const AddTags& operation) {
  return apply_to(there_, operation);
}
Result<void> RunningBalancing::perform(const RemoveTags& operation) {
  return apply_to(there_, operation);
}

Result<void> RunningBalancing::perform(CreateTargetGroup operation) {
  if (operation.id.empty()) operation.id = new_id();
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  targets_.add_group(operation.spec.name);
  return {};
}

Result<void> RunningBalancing::perform(const ModifyTargetGroup& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  return targets_.modify_group(operation.target_group);
}

Result<void> RunningBalancing::perform(const ModifyTargetGroupAttributes& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  return targets_.modify_group(operation.target_group);
}

Result<void> RunningBalancing::perform(const DeleteTargetGroup& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  targets_.remove_group(operation.target_group);
  return {};
}

Result<void> RunningBalancing::perform(const RegisterTargets& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  return targets_.add(operation.target_group, operation.targets);
}

Result<void> RunningBalancing::perform(const DeregisterTargets& operation) {
  if (const auto valid = apply_to(there_, operation); !valid) return valid.error();
  return targets_.remove(operation.target_group, operation.targets);
}

std::string RunningBalancing::arn_of(const LoadBalancerName& name) const {
  return fmt::format("arn:aws:elasticloadbalancing:{}:{}:loadbalancer/app/{}/{}", options_.region,
                     options_.account, name.name, there_.load_balancers.at(name.name).described.id);
}

std::string RunningBalancing::arn_of(const TargetGroupName& name) const {
  return fmt::format("arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{}", options_.region,
                     options_.account, name.name, there_.target_groups.at(name.name).described.id);
}

std::string RunningBalancing::arn_of(const ListenerName& name) const {
  const LoadBalancerState& balancer = there_.load_balancers.at(name.load_balancer);
  return fmt::format("arn:aws:elasticloadbalancing:{}:{}:listener/app/{}/{}/{}", options_.region,
                     options_.account, name.load_balancer, balancer.described.id,
                     balancer.listeners.at(name.port).described.id);
}

std::string RunningBalancing::arn_of(const RuleName& name) const {
  const LoadBalancerState& balancer = there_.load_balancers.at(name.listener.load_balancer);
  const ListenerState& listener = balancer.listeners.at(name.listener.port);
  const auto place = place_of(listener.rules, name.priority);
  const Described& rule = place ? listener.each_rule[*place] : listener.default_rule;
  return fmt::format("arn:aws:elasticloadbalancing:{}:{}:listener-rule/app/{}/{}/{}/{}",
                     options_.region, options_.account, name.listener.load_balancer,
                     balancer.described.id, listener.described.id, rule.id);
}

std::string RunningBalancing::arn_of(const ResourceName& name) const {
  return std::visit([this](const auto& kind) { return arn_of(kind); }, name);
}

std::string RunningBalancing::dns_name(const std::string& load_balancer) const {
  const LoadBalancerState& state = there_.load_balancers.at(load_balancer);
  if (options_.dns_suffix.empty()) return state.address;
  return fmt::format("{}{}-{}.{}.elb.{}", state.placement.scheme == "internal" ? "internal-" : "",
                     load_balancer, digits_of(state.described.id), options_.region,
                     options_.dns_suffix);
}

void RunningBalancing::stop(Duration grace) {
  const TimePoint end = RealClock().now() + grace;
  for (const auto& [name, balancer] : running_) {
    balancer->stop(std::max(Duration::zero(), end - RealClock().now()));
  }
}

void RunningBalancing::clear() {
  for (const auto& [name, state] : there_.load_balancers) {
    options_.addresses->give_back(state.address);
  }
  running_.clear();
  for (const auto& [name, group] : there_.target_groups) {
    targets_.load_balancer_gone(group.used_by);
    targets_.remove_group(name);
  }
  const Quotas quotas = there_.quotas;
  there_ = LoadBalancing{};
  there_.quotas = quotas;
}

}  // namespace cutover::stack
