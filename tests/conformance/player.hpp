#pragma once

// Plays one conformance case: its clients' and targets' parts, and what it says of both.

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/conformance/case_table.hpp"
#include "tests/conformance/control.hpp"
#include "tests/conformance/health_checks.hpp"
#include "tests/conformance/holes.hpp"
#include "tests/conformance/message.hpp"
#include "tests/conformance/world.hpp"

namespace cutover::conformance {

/// Throws a Failure unless the result is the error {"code": …, "says": a part of its text}.
void expect_refusal(const Result<void>& result, const nlohmann::json& expected);

class Player {
 public:
  /// `access_log` is a file that need not exist, for the load balancer to write.
  Player(std::unique_ptr<World> world, const Case& played, std::string access_log);
  ~Player();
  /// Throws a Failure when something is not as the case says.
  void play();

 private:
  /// "client", "a", "a/2": a client, a target's latest connection, one of a target's connections.
  struct Party {
    std::string name;
    std::string label;
    bool is_client = false;
  };

  void start();
  void take(const nlohmann::json& step);
  void take_message_step(const nlohmann::json& step);
  void take_statement(const nlohmann::json& step);
  void nothing_left_over();

  void send(const Party& from, bool raw, const Lines& lines);
  void expect(const Party& by, bool raw, const Lines& lines);
  void expect_nothing(const Party& by);
  void expect_check(const Party& by, const Lines& lines);
  void end(const Party& who, const std::string& how);
  void expect_end(const Party& whose, bool ended);
  void reconnect(const Party& client);
  void connect(const std::string& client, const std::string& from, std::uint16_t to);

  void spread(const nlohmann::json& step);
  std::string ask(const Party& asker, const Lines& request, const Lines& answer);
  void health(const nlohmann::json& expected, const std::string& group);
  void described(const nlohmann::json& expected, const std::string& group);
  void log(const nlohmann::json& expected);
  void metrics(const nlohmann::json& expected, const std::string& group);
  void operation(const nlohmann::json& step);

  std::string named(const std::string& text);
  Party party(const std::string& text) const;
  /// The connection that is meant; nullptr while there is none.
  Wire* find(const Party& party);
  /// The one that has something unread for the party.
  Wire* find_unread(const Party& party);
  Wire& existing(const Party& party);

  const Case& case_;
  std::string access_log_;
  Words words_;
  std::unique_ptr<World> world_;
  Control control_;
  HealthChecks checks_;
  std::map<std::string, std::unique_ptr<Wire>> clients_;
  std::map<std::string, Wire*> current_;  ///< By target.
  std::size_t log_lines_taken_ = 0;
};

}  // namespace cutover::conformance
