#pragma once

// One client's connection to an AppServer. Reads requests, asks the app, writes answers in order,
// and behaves as Node.js does when a client is idle, slow or wrong.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "containers/apps/answer_text.hpp"
#include "containers/apps/app.hpp"
#include "containers/apps/request_reader.hpp"

namespace cutover::containers::apps {

class Connection;

/// One request that was answered, for a log. Views live during the call.
struct ServedRequest {
  std::string_view method;
  std::string_view target;
  int status = 0;
  Duration took = Duration::zero();  ///< From the complete request to its answer.
};
using OnRequest = std::function<void(const ServedRequest&)>;

/// What the connections of one server share. Used on the server's thread only.
struct ServerState {
  boost::asio::io_context& io;
  const std::shared_ptr<App> app;
  const Clock& clock;
  const OnRequest on_request;
  HttpDate date{clock};
  bool stopping = false;
  std::unordered_set<Connection*> connections{};
  /// Called when a connection has left `connections`.
  std::function<void()> on_closed{};
};

/// Lives as long as an operation of it is under way; close() ends them all.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerState> server, boost::asio::ip::tcp::socket socket);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  void start();
  /// The server stops: an idle connection closes now, a busy one after its present answer.
  void drain();
  void close();

 private:
  /// An answer whose delay has not passed yet.
  struct Pending {
    AppAnswer answer;
    TimePoint begun;
  };
  enum class Parsed { request, need_more, refused };

  /// Does all that can be done without waiting, then starts the one operation to wait for.
  void work();
  Parsed parse();
  AppRequest request() const;
  void ask_app();
  void finish_request(const AppAnswer& answer, TimePoint begun, TimePoint now);
  /// Answers without asking the app; the connection ends with it.
  void refuse(std::string_view status_line);

  /// False when the buffer may not grow any more.
  bool make_room();
  void read();
  /// True when nothing is left to write; else work() goes on once it is written, or it is closed.
  bool write();
  void wait_for(Duration delay);
  /// Waits for the client to close, so that what it still sends does not destroy the last answer.
  void linger();
  void discard();
  void reset();

  bool is_idle() const;
  void set_deadline(Duration from_now);
  void arm_deadline();
  void on_deadline();

  const std::shared_ptr<ServerState> server_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer delay_timer_;
  boost::asio::steady_timer deadline_timer_;
  TimePoint deadline_;
  bool deadline_armed_ = false;

  std::vector<char> in_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<RequestReader> reader_;
  bool head_seen_ = false;
  /// Copies of the method and target of a request that did not arrive in one piece.
  std::optional<std::pair<std::string, std::string>> kept_;
  std::optional<Pending> pending_;

  std::string out_;
  std::size_t lingered_bytes_ = 0;
  bool last_answer_ = false;  ///< Nothing is read after what is in out_.
  bool lingering_ = false;
  bool answered_ = false;  ///< At least once: from then on Node.js' idle timeout applies.
  bool closed_ = false;
};

}  // namespace cutover::containers::apps
