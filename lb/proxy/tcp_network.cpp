#include "lb/proxy/tcp_network.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "lb/proxy/gathered_write.hpp"
#include "lb/proxy/listening_socket.hpp"

namespace cutover::lb::proxy {

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
// The io_context's own executor, not any_io_executor: no type erasure per operation.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using TcpAcceptorSocket = asio::basic_socket_acceptor<Tcp, Executor>;

class TcpStream final : public Stream {
 public:
  explicit TcpStream(Socket socket) : socket_(std::move(socket)) {}

  void connect(const Endpoint& to, Operation& operation) {
    operation.begin();
    error_code error;
    socket_.open(to.protocol(), error);
    if (error) {
      asio::post(socket_.get_executor(), [&operation, error] { operation.end(error, 0); });
      return;
    }
    socket_.async_connect(to, [this, &operation](const error_code& result) {
      if (!result) set_no_delay();
      operation.end(result, 0);
    });
  }

  void set_no_delay() {
    error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    socket_.native_non_blocking(true, ignored);
  }

  void read(char* into, std::size_t most, Operation& operation) override {
    operation.begin();
    socket_.async_read_some(
        asio::buffer(into, most),
        [&operation](const error_code& error, std::size_t bytes) { operation.end(error, bytes); });
  }

  void wait_readable(Operation& operation) override { wait(Socket::wait_read, operation); }
  void wait_writable(Operation& operation) override { wait(Socket::wait_write, operation); }

  std::size_t write_now(std::span<const std::string_view> pieces, error_code& error) override {
    bool full = false;
    return write_gathered(socket_.native_handle(), pieces, error, full);
  }

  void cancel() override {
    error_code ignored;
    socket_.cancel(ignored);
  }

  void shut_down_sending() override {
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

  void reset() override {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

 private:
  void wait(Socket::wait_type what, Operation& operation) {
    operation.begin();
    socket_.async_wait(what, [&operation](const error_code& error) { operation.end(error, 0); });
  }

  Socket socket_;
};

/// Accepts in a loop. When no file descriptor is left, one kept in reserve lets it accept and close
/// the connection, so that the client is refused at once instead of hanging in the backlog.
class TcpAcceptor final : public Acceptor {
 public:
  TcpAcceptor(asio::io_context& io, TcpAcceptorSocket socket)
      : io_(io), socket_(std::move(socket)), next_(io), reserve_(open_reserve()) {}

  ~TcpAcceptor() override {
    *alive_ = false;
    if (reserve_ >= 0) ::close(reserve_);
  }

  void start(Sink& sink) override {
    sink_ = &sink;
    accept();
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

  Endpoint local() const override {
    error_code ignored;
    return socket_.local_endpoint(ignored);
  }

 private:
  static int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

  void accept() {
    socket_.async_accept(next_, peer_, [this, alive = alive_](const error_code& error) {
      if (!*alive || error == asio::error::operation_aborted || !socket_.is_open()) return;
      if (!error) {
        auto stream = std::make_unique<TcpStream>(std::move(next_));
        stream->set_no_delay();
        next_ = Socket(io_);
        sink_->accepted({std::move(stream), peer_});
      } else if (error == boost::system::errc::too_many_files_open ||
                 error == boost::system::errc::too_many_files_open_in_system) {
        turn_away();
      }  // ECONNABORTED and the like concern one client only
      if (*alive && socket_.is_open()) accept();
    });
  }

  void turn_away() {
    if (reserve_ >= 0) ::close(reserve_);
    reserve_ = -1;
    const int unlucky = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (unlucky >= 0) ::close(unlucky);
    reserve_ = open_reserve();
    if (unlucky >= 0) sink_->turned_away();
  }

  asio::io_context& io_;
  TcpAcceptorSocket socket_;
  Socket next_;
  Endpoint peer_;
  Sink* sink_ = nullptr;
  int reserve_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Stream> TcpNetwork::connect(const Endpoint& to, Operation& operation) {
  auto stream = std::make_unique<TcpStream>(Socket(io_));
  stream->connect(to, operation);
  return stream;
}

Result<std::unique_ptr<Acceptor>> TcpNetwork::listen(const Endpoint& on) {
  auto opened = open_listening_socket(on);
  if (!opened) return opened.error();
  TcpAcceptorSocket socket(io_);
  error_code error;
  socket.assign(on.protocol(), opened->get(), error);
  if (error) return listen_error(on, error.value());
  (void)opened->release();
  return std::unique_ptr<Acceptor>(std::make_unique<TcpAcceptor>(io_, std::move(socket)));
}

}  // namespace cutover::lb::proxy
