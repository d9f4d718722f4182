#include "cutover/stack/saved_balancing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "cutover/stack/listener_json.hpp"
#include "cutover/stack/load_balancing_json.hpp"
#include "cutover/stack/target_group_json.hpp"
#include "lb/base/json.hpp"

namespace cutover::stack {

namespace {

using nlohmann::json;

constexpr const char* order_key = "Sequence";

json in_order(json entry, std::uint64_t sequence) {
  entry[order_key] = sequence;
  return entry;
}

struct Write {
  const LoadBalancing& there;
  const std::vector<TargetEntry>& targets;

  json operator()(const LoadBalancerName& name) const {
    const LoadBalancerState& state = there.load_balancers.at(name.name);
    return in_order(entry_json(name.name, state), state.sequence);
  }
  json operator()(const TargetGroupName& name) const {
    const TargetGroupState& state = there.target_groups.at(name.name);
    return in_order(entry_json(name.name, state, targets), state.sequence);
  }
  json operator()(const ListenerName& name) const {
    const ListenerState& state = *there.listener(name);
    return in_order(entry_json(name, state), state.sequence);
  }
  /// Its listener goes by the id, which stays when the listener moves to another port.
  json operator()(const RuleName& name) const {
    const ListenerState& listener = *there.listener(name.listener);
    const std::size_t place = *place_of(listener.rules, name.priority);
    json entry = entry_json(name.listener, listener.rules.rules[place], listener.each_rule[place]);
    entry["ListenerArn"] = listener.described.id;
    return entry;
  }
};

struct Document {
  std::uint64_t order = 0;  ///< Of creation; of a rule its priority.
  std::string arn;
  json entry;
};

class Reader {
 public:
  explicit Reader(const Quotas& quotas) { saved_.there.quotas = quotas; }

  Result<SavedBalancing> read(const BalancingDocuments& documents) {
    for (const auto& [arn, entry] : documents) {
      if (const auto sorted = sort(arn, entry); !sorted) return at(arn, sorted.error());
    }
    // Actions name groups, listeners their load balancers, rules their listeners.
    for (auto* kind : {&groups_, &balancers_, &listeners_, &rules_}) {
      std::sort(kind->begin(), kind->end(), [](const Document& a, const Document& b) {
        return std::tie(a.order, a.arn) < std::tie(b.order, b.arn);
      });
    }
    for (const auto& [kind, apply] : {std::pair(&groups_, &Reader::apply_group),
                                      {&balancers_, &Reader::apply_balancer},
                                      {&listeners_, &Reader::apply_listener},
                                      {&rules_, &Reader::apply_rule}}) {
      for (const Document& document : *kind) {
        saved_.there.next_sequence = document.order;
        const auto done = (this->*apply)(document.entry);
        if (!done) return at(document.arn, done.error());
      }
    }
    saved_.there.next_sequence = last_ + 1;
    return std::move(saved_);
  }

 private:
  std::vector<Document>* kind_of(const std::string& arn) {
    const auto is = [&arn](const char* kind) { return arn.find(kind) != std::string::npos; };
    if (is(":loadbalancer/")) return &balancers_;
    if (is(":targetgroup/")) return &groups_;
    if (is(":listener-rule/")) return &rules_;
    return is(":listener/") ? &listeners_ : nullptr;
  }

  Result<void> sort(const std::string& arn, const json& document) {
    std::vector<Document>* kind = kind_of(arn);
    if (!kind) return Error{"StateNotReadable", "", "found a document of no known kind"};
    const bool is_rule = kind == &rules_;
    const auto order = document.find(is_rule ? "Priority" : order_key);
    if (order == document.end() || !order->is_number_unsigned()) {
      return Error{"StateNotReadable", "", "found no place in the order"};
    }
    Document sorted{order->get<std::uint64_t>(), arn, document};
    if (!is_rule) {
      sorted.entry.erase(order_key);
      last_ = std::max(last_, sorted.order);
    }
    kind->push_back(std::move(sorted));
    return {};
  }

  Result<void> apply_group(const json& entry) {
    auto group = parse_target_group_entry(entry, "");
    if (!group) return group.error();
    saved_.targets[group->create.spec.name] = std::move(group->targets);
    return apply_to(saved_.there, group->create);
  }

  Result<void> apply_balancer(const json& entry) {
    const auto operation = parse_load_balancer_entry(entry, "");
    if (!operation) return operation.error();
    return apply_to(saved_.there, *operation);
  }

  Result<void> apply_listener(const json& entry) {
    const auto operation = parse_listener_entry(entry, "");
    if (!operation) return operation.error();
    listener_names_[operation->id] = to_string(operation->listener);
    return apply_to(saved_.there, *operation);
  }

  Result<void> apply_rule(const json& entry) {
    const auto id = entry.find("ListenerArn");
    const auto listener = id != entry.end() && id->is_string()
                              ? listener_names_.find(id->get<std::string>())
                              : listener_names_.end();
    if (listener == listener_names_.end()) {
      return Error{"StateNotReadable", "/ListenerArn", "found a rule of no listener"};
    }
    json named = entry;
    named["ListenerArn"] = listener->second;
    const auto operation = parse_rule_entry(named, "");
    if (!operation) return operation.error();
    return apply_to(saved_.there, *operation);
  }

  SavedBalancing saved_;
  std::vector<Document> groups_;
  std::vector<Document> balancers_;
  std::vector<Document> listeners_;
  std::vector<Document> rules_;
  std::uint64_t last_ = 0;
  std::map<std::string, std::string> listener_names_;  ///< By id.
};

}  // namespace

json saved_json(const LoadBalancing& there, const ResourceName& name,
                const std::vector<TargetEntry>& targets) {
  return std::visit(Write{there, targets}, name);
}

Result<SavedBalancing> read_saved(const BalancingDocuments& documents, const Quotas& quotas) {
  return Reader(quotas).read(documents);
}

}  // namespace cutover::stack
