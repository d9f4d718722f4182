#include "containers/runtimes/relay.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <unordered_map>
#include <utility>

#include "containers/apps/open_listener.hpp"
#include "containers/runtimes/relayed_connection.hpp"

namespace cutover::containers {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t buffer_size = 64 * 1024;
/// More wait in the kernel's queue.
constexpr std::size_t connections_most = 20'000;
/// How long to leave accepting alone when it failed: the descriptors have run out, most likely.
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

RelayThread::RelayThread()
    : work_(io_.get_executor()), buffer_(buffer_size), thread_([this] { io_.run(); }) {}

RelayThread::~RelayThread() {
  io_.stop();
  thread_.join();
}

/// On the relays' thread, once it accepts.
struct Relay::Listener final : std::enable_shared_from_this<Listener> {
  Listener(RelayThread& thread, std::uint16_t its_container_port,
           std::shared_ptr<InnerSockets> its_sockets)
      : socket(thread.io()),
        pause(thread.io()),
        buffer(thread.buffer()),
        container_port(its_container_port),
        sockets(std::move(its_sockets)) {}

  void accept() {
    if (!socket.is_open() || connections.size() >= connections_most) return;
    socket.async_accept([self = shared_from_this()](const error_code& error, tcp::socket client) {
      if (!self->socket.is_open()) return;
      if (error) return self->retry();
      self->take(std::move(client));
      self->accept();
    });
  }

  void retry() {
    pause.expires_after(accept_pause);
    pause.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->accept();
    });
  }

  void take(tcp::socket client) {
    const auto connection = std::make_shared<RelayedConnection>(
        std::move(client), buffer, [weak = weak_from_this()](RelayedConnection& ended) {
          if (const auto self = weak.lock()) self->forget(ended);
        });
    connections.emplace(connection.get(), connection);
    sockets->take([connection, port = container_port](Descriptor inner) {
      connection->connect(std::move(inner), port);
    });
  }

  void forget(RelayedConnection& ended) {
    const bool was_full = connections.size() >= connections_most;
    connections.erase(&ended);
    if (was_full) accept();
  }

  void close() {
    error_code ignored;
    socket.close(ignored);
    pause.cancel();
    sockets->close();
    for (const auto& [key, connection] : std::exchange(connections, {})) {
      if (const auto open = connection.lock()) open->reset();
    }
  }

  tcp::acceptor socket;
  asio::steady_timer pause;
  std::vector<char>& buffer;
  const std::uint16_t container_port;
  const std::shared_ptr<InnerSockets> sockets;
  std::unordered_map<RelayedConnection*, std::weak_ptr<RelayedConnection>> connections;
};

Relay::Relay(std::shared_ptr<RelayThread> thread, std::shared_ptr<Listener> listener,
             std::uint16_t port)
    : thread_(std::move(thread)), listener_(std::move(listener)), port_(port) {}

Result<std::unique_ptr<Relay>> Relay::listen(std::shared_ptr<RelayThread> thread,
                                             const std::string& address, std::uint16_t port,
                                             std::uint16_t container_port,
                                             std::shared_ptr<InnerSockets> sockets) {
  auto listener = std::make_shared<Listener>(*thread, container_port, std::move(sockets));
  const auto open = apps::open_listener(listener->socket, {asio::ip::make_address(address), port});
  if (!open) return open.error();
  const std::uint16_t bound = listener->socket.local_endpoint().port();
  asio::post(thread->io(), [listener] { listener->accept(); });
  return std::unique_ptr<Relay>(new Relay(std::move(thread), std::move(listener), bound));
}

Relay::~Relay() {
  // Whoever is started next may want the same port.
  std::promise<void> closed;
  asio::post(thread_->io(), [&] {
    listener_->close();
    closed.set_value();
  });
  closed.get_future().wait();
}

}  // namespace cutover::containers
