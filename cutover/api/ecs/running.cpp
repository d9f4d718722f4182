#include "cutover/api/ecs/running.hpp"

#include <utility>

#include "cutover/stack/names.hpp"

namespace cutover::api::ecs {

namespace {

/// Names as the stack has them become ARNs; whatever is an ARN already stays.
class RunningTargetArns final : public TargetArns {
 public:
  /// Borrowed.
  explicit RunningTargetArns(const stack::RunningBalancing& balancing) : balancing_(balancing) {}

  std::string target_group_arn(const std::string& name) const override {
    return is_there(name) ? balancing_.arn_of(stack::TargetGroupName{name}) : name;
  }
  std::string target_group_name(const std::string& arn) const override {
    // "arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<name>/<id>"
    const std::size_t begin = arn.find('/');
    const std::size_t end = arn.rfind('/');
    if (begin == end) return arn;
    const std::string name = arn.substr(begin + 1, end - begin - 1);
    return is_there(name) && target_group_arn(name) == arn ? name : arn;
  }
  std::string rule_arn(const std::string& name) const override {
    const auto rule = stack::parse_rule_name(name);
    if (!rule) return name;
    const auto& balancers = balancing_.there().load_balancers;
    const auto balancer = balancers.find(rule->listener.load_balancer);
    const bool known =
        balancer != balancers.end() && balancer->second.listeners.contains(rule->listener.port);
    return known ? balancing_.arn_of(*rule) : name;
  }

 private:
  bool is_there(const std::string& target_group) const {
    return balancing_.there().target_groups.contains(target_group);
  }

  const stack::RunningBalancing& balancing_;
};

}  // namespace

struct RunningEcs::Held {
  Held(std::string name, stack::RunningStack& stack)
      : settings(stack.options().balancing.account),
        targets(stack.balancing()),
        region{std::move(name),  stack.options().balancing.account,
               stack.clusters(), stack.definitions(),
               settings,         targets} {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  AccountSettings settings;
  RunningTargetArns targets;
  Region region;
};

RunningEcs::RunningEcs(StackOf stack_of, Shape::Strings strings)
    : stack_of_(std::move(stack_of)),
      strings_(strings),
      regions_([this](const std::string& region) {
        return std::make_unique<Held>(region, stack_of_(region));
      }) {}

RunningEcs::~RunningEcs() = default;

void RunningEcs::clear() { regions_.clear(); }

Region& RunningEcs::in(const std::string& region) { return regions_.at(region).region; }

Service RunningEcs::service() {
  return ecs::service([this](const std::string& region) -> Region& { return in(region); },
                      strings_);
}

}  // namespace cutover::api::ecs
