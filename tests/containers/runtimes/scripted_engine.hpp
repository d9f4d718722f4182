#pragma once

// A container engine that answers as a test says, on a socket in a directory of its own, and
// remembers what it was asked.

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cutover::containers {

struct EngineReply {
  enum class Then { close, stay };  ///< `stay`: the test sends the rest, and closes.

  unsigned status = 200;
  std::string body{};
  Then then = Then::close;
  bool raw = false;  ///< `body` is all that is sent, without a head.

  /// Nothing is answered until the test does.
  static EngineReply silence() { return {0, "", Then::stay, true}; }
  /// A stream that is open and ends with its connection.
  static EngineReply open() { return {200, "", Then::stay}; }
};

/// On the io_context of who asks. Every container it makes is "c1"; unless told otherwise there is
/// an image for each, it runs, its port 3000 is published on 32768, and it goes on for ever.
class ScriptedEngine {
 public:
  explicit ScriptedEngine(boost::asio::io_context& io);
  ~ScriptedEngine();
  ScriptedEngine(const ScriptedEngine&) = delete;
  ScriptedEngine& operator=(const ScriptedEngine&) = delete;

  std::string docker_host() const { return "unix://" + path_; }

  /// What to answer from now on to "METHOD /path?query", or to "METHOD /path" with any query. The
  /// API version is left out.
  void on(const std::string& request, EngineReply reply) { script_[request] = std::move(reply); }

  /// All requests so far, without the API version.
  const std::vector<std::string>& requests() const { return requests_; }
  bool was_asked(const std::string& request) const;
  int times_asked(const std::string& request) const;
  /// The body of the last such request.
  std::string body_of(const std::string& request) const;

  /// Sends bytes on the connection of the last such request that stayed open, or a whole answer.
  void send(const std::string& request, const std::string& bytes);
  void answer(const std::string& request, const EngineReply& reply);
  void close(const std::string& request);

  /// Closes every connection and listens no more; then listens again.
  void die();
  void come_back();

 private:
  class Connection;

  void accept();
  EngineReply reply_to(const std::string& request) const;
  void handle(const std::shared_ptr<Connection>& connection, const std::string& request,
              const std::string& body);

  boost::asio::io_context& io_;
  std::string directory_;
  std::string path_;
  std::unique_ptr<boost::asio::local::stream_protocol::acceptor> acceptor_;
  std::map<std::string, EngineReply> script_;
  std::vector<std::string> requests_;
  std::map<std::string, std::string> bodies_;
  std::map<std::string, std::shared_ptr<Connection>> open_;
  std::vector<std::weak_ptr<Connection>> connections_;
};

/// One frame of a container's output.
std::string frame(unsigned char kind, const std::string& payload);

}  // namespace cutover::containers
