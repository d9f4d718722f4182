#include "tests/conformance/player.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lb/base/duration.hpp"

namespace cutover::conformance {

namespace {

using nlohmann::json;

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(' ', begin), text.size());
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

Player::Player(std::unique_ptr<World> world, const Case& played, std::string access_log)
    : case_(played),
      access_log_(std::move(access_log)),
      world_(std::move(world)),
      control_(*world_, words_),
      checks_(*world_, words_) {
  for (const auto& name : case_.targets) {
    const std::string port = std::to_string(world_->add_target(name));
    words_["port." + name] = port;
    words_[name] = "127.0.0.1:" + port;
    checks_.add(name);
  }
  words_["client-ip"] = "127.0.0.1";
}

Player::~Player() {
  clients_.clear();
  world_->react = [] { return false; };
}

void Player::play() {
  world_->react = [this] { return checks_.react(); };
  start();
  for (std::size_t i = 0; i < case_.steps.size(); ++i) {
    try {
      take(case_.steps[i]);
    } catch (const Failure& failure) {
      throw Failure(fmt::format("step {}, {}: {}", i + 1, case_.steps[i].dump(), failure.what()));
    }
  }
  nothing_left_over();
}

/// Until every target that passes its health checks is healthy, unless it belongs to no group that
/// is in use.
void Player::start() {
  for (const auto& [target, how] : case_.checks.items()) checks_.behave(target, how);
  const bool logs =
      std::ranges::any_of(case_.steps, [](const json& step) { return step.contains("log"); });
  const auto started = control_.start(case_.stack, logs ? access_log_ : "", case_.nodes);
  if (!case_.refused.is_null()) {
    expect_refusal(started, case_.refused);
    return;
  }
  if (!started) throw Failure("the stack is refused: " + to_string(started.error()));
  const auto& balancer = world_->balancer();
  const bool all_healthy = world_->settle_until([&] {
    for (const auto& group : balancer.target_groups()) {
      for (const auto& each : *balancer.describe_target_health(group)) {
        const auto named = std::ranges::find_if(
            case_.targets, [&](const auto& name) { return control_.target(name) == each.target; });
        if (named != case_.targets.end() && checks_.passes(*named) &&
            each.health.state == lb::targets::State::initial) {
          return false;
        }
      }
    }
    return true;
  });
  if (!all_healthy) throw Failure("the targets don't become healthy");
  for (const auto& name : case_.targets) (void)checks_.seen(name);
}

void Player::nothing_left_over() {
  world_->settle();
  for (const auto& [name, wire] : clients_) {
    if (wire && !wire->unread.empty()) {
      throw Failure(
          fmt::format("at the end, {} has not expected:\n{}", name, visible(wire->unread)));
    }
  }
  for (const auto& name : case_.targets) {
    if (Wire* wire = find_unread({name, {}, false})) {
      throw Failure(
          fmt::format("at the end, {} has not expected:\n{}", name, visible(wire->unread)));
    }
  }
}

void Player::take(const json& step) {
  if (step.is_array()) {
    take_message_step(step);
  } else {
    take_statement(step);
  }
}

Player::Party Player::party(const std::string& text) const {
  const auto slash = text.find('/');
  Party party{text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1),
              text.starts_with("client")};
  if (!party.is_client && std::ranges::find(case_.targets, party.name) == case_.targets.end()) {
    throw Failure("there is no target " + party.name);
  }
  return party;
}

/// A step's first words with names put in. "${name=target}" stands for the target that something
/// has reached; from then on it has that name, and the first of the others is "${not name}".
std::string Player::named(const std::string& text) {
  const auto capture = text.find("=target}");
  if (capture == std::string::npos) return filled(text, words_);
  const auto begin = text.rfind("${", capture);
  const std::string name = text.substr(begin + 2, capture - begin - 2);
  const auto reached = [&] {
    for (const auto& target : case_.targets) {
      if (find_unread({target, {}, false}) == nullptr) continue;
      words_[name] = target;
      const auto other = std::ranges::find_if(case_.targets, [&](auto& t) { return t != target; });
      if (other != case_.targets.end()) words_["not " + name] = *other;
      return true;
    }
    return false;
  };
  if (!world_->settle_until(reached)) throw Failure("it has reached no target");
  return filled(text.substr(0, begin) + "${" + name + "}" + text.substr(capture + 8), words_);
}

/// "client -> lb", "lb -> a/1 raw", "a closes", "lb keeps client", …: see README.md.
void Player::take_message_step(const json& step) {
  const Lines all = step.get<Lines>();
  const Lines lines(all.begin() + 1, all.end());
  const auto words = words_of(named(all.front()));
  const auto is = [&](std::size_t i, const char* word) {
    return words.size() > i && words[i] == word;
  };
  if (is(1, "->") && is(2, "lb")) {
    if (is(3, "check")) {
      Wire* wire = checks_.waiting(words[0]);
      if (wire == nullptr) throw Failure("no health check waits");
      wire->handled = true;
      wire->send(message_bytes(lines, words_));
      world_->settle();
    } else {
      send(party(words[0]), is(3, "raw"), lines);
    }
  } else if (is(0, "lb") && is(1, "->") && words.size() > 2) {
    if (is(3, "nothing")) return expect_nothing(party(words[2]));
    if (is(3, "check")) return expect_check(party(words[2]), lines);
    expect(party(words[2]), is(3, "raw"), lines);
  } else if (is(0, "lb") && (is(1, "closes") || is(1, "keeps")) && words.size() > 2) {
    expect_end(party(words[2]), is(1, "closes"));
  } else if (words.size() == 2) {
    end(party(words[0]), words[1]);
  } else {
    throw Failure("no step is called this");
  }
}

void Player::take_statement(const json& step) {
  const std::string group = step.value("in", "");
  if (step.contains("advance")) {
    const auto by = parse_duration(step.at("advance").get<std::string>());
    if (!by) throw Failure(to_string(by.error()));
    world_->advance(*by);
  } else if (step.contains("checks")) {
    for (const auto& [target, how] : step.at("checks").items()) {
      checks_.behave(filled(target, words_), how);
    }
  } else if (step.contains("checked")) {
    world_->settle();
    for (const auto& [target, times] : step.at("checked").items()) {
      const auto seen = checks_.seen(target);
      if (seen != times) throw Failure(fmt::format("{} was checked {} times", target, seen));
    }
  } else if (step.contains("health")) {
    health(step.at("health"), group);
  } else if (step.contains("described")) {
    described(step.at("described"), group);
  } else if (step.contains("ask")) {
    spread(step);
  } else if (step.contains("log")) {
    log(step.at("log"));
  } else if (step.contains("metrics")) {
    metrics(step.at("metrics"), group);
  } else if (step.contains("connect")) {
    connect(step.at("connect"), step.value("from", "127.0.0.1"),
            step.value("to", control_.first_listener()));
  } else {
    operation(step);
  }
}

void Player::connect(const std::string& client, const std::string& from, std::uint16_t to) {
  clients_[client] = world_->connect(to, from);
  words_[client + "-ip"] = from;
}

Wire* Player::find(const Party& party) {
  if (party.is_client) {
    auto& wire = clients_[party.name];
    if (!wire) connect(party.name, "127.0.0.1", control_.first_listener());
    return clients_[party.name].get();
  }
  if (party.label.empty()) {
    const auto found = current_.find(party.name);
    return found == current_.end() ? nullptr : found->second;
  }
  const auto& wires = world_->wires_to(party.name);
  const auto found = std::ranges::find(wires, party.label, [](const auto& w) { return w->label; });
  return found == wires.end() ? nullptr : found->get();
}

Wire* Player::find_unread(const Party& party) {
  if (party.is_client) return find(party);
  if (Wire* wire = party.label.empty() ? nullptr : find(party)) {
    return wire->unread.empty() ? nullptr : wire;
  }
  for (const auto& wire : world_->wires_to(party.name)) {
    const bool labelled_otherwise = !party.label.empty() && !wire->label.empty();
    if (wire->use == Wire::Use::traffic && !wire->unread.empty() && !labelled_otherwise) {
      return wire.get();
    }
  }
  return nullptr;
}

Wire& Player::existing(const Party& party) {
  Wire* wire = find(party);
  if (wire == nullptr) throw Failure("there is no such connection");
  return *wire;
}

/// A client whose connection was closed meanwhile begins its next request on another.
void Player::reconnect(const Party& client) {
  world_->settle();
  const auto wire = clients_.find(client.name);
  const bool over = wire != clients_.end() && wire->second && wire->second->ended();
  if (over && wire->second->unread.empty()) clients_.erase(wire);
}

void Player::send(const Party& from, bool raw, const Lines& lines) {
  if (from.is_client && !raw) reconnect(from);
  Wire& wire = existing(from);
  if (raw) {
    for (const auto& part : lines) wire.send(filled(part, words_));
  } else {
    if (from.is_client) wire.head_requests.push_back(lines.front().starts_with("HEAD "));
    wire.send(message_bytes(lines, words_));
  }
  world_->settle();
}

void Player::expect(const Party& by, bool raw, const Lines& lines) {
  std::string text;
  for (const auto& part : lines) text += part;
  Taken taken{std::nullopt, by.is_client ? "nothing came" : "nothing came to it"};
  Wire* wire = nullptr;
  const auto look = [&] {
    wire = find_unread(by);
    if (wire == nullptr) return false;
    if (raw) {
      const auto wanted = filled(text, words_);
      taken.problem = fmt::format("received:\n{}", visible(wire->unread));
      if (wire->unread.size() < wanted.size()) return wire->ended();
      taken = {wanted.size(), wire->unread.starts_with(wanted) ? "" : taken.problem};
      return true;
    }
    const bool to_head =
        by.is_client && !wire->head_requests.empty() && wire->head_requests.front();
    taken = take_message(lines, wire->unread, to_head, wire->ended(), words_);
    return taken.size.has_value();
  };
  (void)world_->settle_until(look);
  if (!taken.problem.empty()) throw Failure(taken.problem);
  const bool final = !wire->unread.starts_with("HTTP/1.1 1");
  if (by.is_client && !raw && final && !wire->head_requests.empty()) {
    wire->head_requests.pop_front();
  }
  wire->unread.erase(0, *taken.size);
  if (by.is_client) return;
  current_[by.name] = wire;
  if (!by.label.empty()) wire->label = by.label;
}

void Player::expect_nothing(const Party& by) {
  world_->settle();
  Wire* wire = find_unread(by);
  if (wire != nullptr && !wire->unread.empty()) {
    throw Failure(fmt::format("received:\n{}", visible(wire->unread)));
  }
}

void Player::expect_check(const Party& by, const Lines& lines) {
  Wire* wire = nullptr;
  if (!world_->settle_until([&] { return (wire = checks_.waiting(by.name)) != nullptr; })) {
    throw Failure("no health check came");
  }
  const auto taken = take_message(lines, wire->unread, false, false, words_);
  if (!taken.problem.empty()) throw Failure(taken.problem);
  wire->unread.erase(0, *taken.size);
}

void Player::end(const Party& who, const std::string& how) {
  if (how == "refuses" || how == "ignores" || how == "accepts") {
    checks_.behave(who.name, how == "accepts" ? json(200) : json(how));
    return;
  }
  Wire& wire = existing(who);
  if (how == "closes") {
    wire.close();
  } else if (how == "resets") {
    wire.reset();
  } else if (how == "finishes") {
    wire.finish_sending();
  } else if (how != "connects") {
    throw Failure("no step is called this");
  }
  world_->settle();
  if (who.is_client && (how == "closes" || how == "resets")) clients_.erase(who.name);
}

void Player::expect_end(const Party& whose, bool ended) {
  Wire& wire = existing(whose);
  if (ended) {
    (void)world_->settle_until([&] { return wire.ended(); });
  } else {
    world_->settle();
  }
  if (wire.ended() != ended) {
    throw Failure(ended ? "the connection is still open" : "the connection has been closed");
  }
  if (whose.is_client && ended && wire.unread.empty()) clients_.erase(whose.name);
}

}  // namespace cutover::conformance
