#include "containers/apps/server.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "containers/apps/open_listener.hpp"

namespace cutover::containers::apps {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// How long to leave accepting alone when it failed: the descriptors have run out, most likely.
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

/// Outlives its server while an accept is under way.
struct AppServer::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(asio::io_context& io, std::size_t most)
      : socket(io), pause(io), connections_most(most) {}

  void accept() {
    if (!socket.is_open()) return;
    full = state->connections.size() >= connections_most;
    if (full) return;
    socket.async_accept([self = shared_from_this()](const error_code& error, tcp::socket client) {
      if (!self->socket.is_open()) return;
      if (error) return self->retry();
      std::make_shared<Connection>(self->state, std::move(client))->start();
      self->accept();
    });
  }

  void retry() {
    pause.expires_after(accept_pause);
    pause.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->accept();
    });
  }

  void on_closed() {
    if (full) accept();
    if (!state->stopping || !state->connections.empty()) return;
    asio::post(state->io, [self = shared_from_this()] {
      if (auto callback = std::exchange(self->on_stopped, {})) callback();
    });
  }

  void close() {
    error_code ignored;
    socket.close(ignored);
    pause.cancel();
  }

  std::vector<Connection*> connections() const {
    return {state->connections.begin(), state->connections.end()};
  }

  std::shared_ptr<ServerState> state;
  tcp::acceptor socket;
  asio::steady_timer pause;
  const std::size_t connections_most;
  bool full = false;
  std::function<void()> on_stopped;
};

Result<std::unique_ptr<AppServer>> AppServer::listen(asio::io_context& io, std::shared_ptr<App> app,
                                                     asio::ip::address address, std::uint16_t port,
                                                     const Clock& clock, AppServerOptions options) {
  auto acceptor = std::make_shared<Acceptor>(io, options.connections_most);
  const auto open = open_listener(acceptor->socket, {address, port});
  if (!open) return open.error();
  acceptor->state = std::shared_ptr<ServerState>(
      new ServerState{io, std::move(app), clock, std::move(options.on_request)});
  acceptor->state->on_closed = [weak = std::weak_ptr(acceptor)] {
    if (const auto locked = weak.lock()) locked->on_closed();
  };
  acceptor->accept();
  error_code ignored;  // A socket that listens has an address.
  const auto bound = acceptor->socket.local_endpoint(ignored).port();
  return std::unique_ptr<AppServer>(new AppServer(std::move(acceptor), bound));
}

void AppServer::stop(std::function<void()> on_stopped) {
  acceptor_->close();
  acceptor_->state->stopping = true;
  acceptor_->on_stopped = std::move(on_stopped);
  for (Connection* const connection : acceptor_->connections()) connection->drain();
  if (acceptor_->state->connections.empty()) acceptor_->on_closed();
}

void AppServer::kill() {
  acceptor_->close();
  acceptor_->on_stopped = nullptr;
  acceptor_->state->on_closed = nullptr;
  for (Connection* const connection : acceptor_->connections()) connection->close();
}

}  // namespace cutover::containers::apps
