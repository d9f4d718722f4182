#include "tests/lb/proxy/memory_network.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cstring>

namespace cutover::lb::proxy::test {

namespace asio = boost::asio;

MemoryStream::MemoryStream(asio::io_context& io, std::shared_ptr<Connection> connection, int end)
    : io_(io), connection_(std::move(connection)), end_(end) {
  connection_->ends[end_] = this;
}

MemoryStream::~MemoryStream() {
  leave(false);
  connection_->ends[end_] = nullptr;
}

void MemoryStream::end_later(Operation& operation, error_code error, std::size_t bytes) {
  asio::post(io_, [&operation, error, bytes] { operation.end(error, bytes); });
}

void MemoryStream::read(char* into, std::size_t most, Operation& operation) {
  operation.begin();
  if (!open_) return end_later(operation, asio::error::bad_descriptor, 0);
  reading_ = &operation;
  into_ = into;
  most_ = most;
  wake_reader();
}

void MemoryStream::wait_readable(Operation& operation) { read(nullptr, 0, operation); }

void MemoryStream::wait_writable(Operation& operation) {
  operation.begin();
  writing_ = &operation;
  wake_writer();
}

void MemoryStream::wake_reader() {
  if (reading_ == nullptr) return;
  Pipe& pipe = incoming();
  if (pipe.broken) {
    end_later(*std::exchange(reading_, nullptr), asio::error::connection_reset, 0);
  } else if (!pipe.bytes.empty()) {
    const std::size_t count = std::min(most_, pipe.bytes.size());
    if (count > 0) std::memcpy(into_, pipe.bytes.data(), count);
    pipe.bytes.erase(0, count);
    end_later(*std::exchange(reading_, nullptr), {}, count);
    wake_other();
  } else if (pipe.ended) {
    const error_code error = most_ == 0 ? error_code() : error_code(asio::error::eof);
    end_later(*std::exchange(reading_, nullptr), error, 0);
  }
}

void MemoryStream::wake_writer() {
  if (writing_ == nullptr || connecting_) return;
  const Pipe& pipe = outgoing();
  if (pipe.reader_gone || pipe.bytes.size() < pipe.capacity) {
    end_later(*std::exchange(writing_, nullptr), {}, 0);
  }
}

void MemoryStream::wake_other() {
  if (auto* other = connection_->ends[1 - end_]) {
    other->wake_reader();
    other->wake_writer();
  }
}

std::size_t MemoryStream::write_now(std::span<const std::string_view> pieces, error_code& error) {
  Pipe& pipe = outgoing();
  if (!open_ || pipe.reader_gone) {
    error = asio::error::broken_pipe;
    return 0;
  }
  std::size_t written = 0;
  for (const auto piece : pieces) {
    const std::size_t room = pipe.capacity - std::min(pipe.capacity, pipe.bytes.size());
    const auto part = piece.substr(0, room);
    pipe.bytes += part;
    written += part.size();
    if (part.size() < piece.size()) break;
  }
  wake_other();
  return written;
}

void MemoryStream::cancel() {
  if (auto* reading = std::exchange(reading_, nullptr)) {
    end_later(*reading, asio::error::operation_aborted, 0);
  }
  connecting_ = false;
  if (auto* writing = std::exchange(writing_, nullptr)) {
    end_later(*writing, asio::error::operation_aborted, 0);
  }
}

void MemoryStream::leave(bool broken) {
  if (!open_) return;
  open_ = false;
  outgoing().ended = true;
  outgoing().broken = broken || !incoming().bytes.empty();  // unread bytes make TCP reset, too
  incoming().reader_gone = true;
  wake_other();
}

void MemoryStream::shut_down_sending() {
  outgoing().ended = true;
  wake_other();
}

void MemoryStream::close() {
  cancel();
  leave(false);
}

void MemoryStream::reset() {
  cancel();
  leave(true);
}

void MemoryStream::send(std::string_view bytes) {
  outgoing().bytes += bytes;
  wake_other();
}

std::string MemoryStream::received() {
  std::string bytes = std::move(incoming().bytes);
  incoming().bytes.clear();
  wake_other();
  return bytes;
}

bool MemoryStream::ended() const {
  return incoming().broken || (incoming().ended && incoming().bytes.empty());
}

void MemoryStream::fail_connect(Operation& operation, error_code error) {
  operation.begin();
  end_later(operation, error, 0);
}

void MemoryStream::succeed_connect(Operation& operation) {
  operation.begin();
  end_later(operation, {}, 0);
}

class MemoryNetwork::MemoryAcceptor final : public Acceptor {
 public:
  MemoryAcceptor(MemoryNetwork& network, const Endpoint& on) : network_(network), on_(on) {}
  ~MemoryAcceptor() override { close(); }
  void start(Sink& sink) override { sink_ = &sink; }
  void close() override {
    const auto found = network_.listening_.find(on_);
    if (found != network_.listening_.end() && found->second == this) {
      network_.listening_.erase(found);
    }
  }
  Endpoint local() const override { return on_; }
  void accept(std::unique_ptr<Stream> stream, const Endpoint& peer) {
    sink_->accepted({std::move(stream), peer});
  }

 private:
  MemoryNetwork& network_;
  Endpoint on_;
  Sink* sink_ = nullptr;
};

std::unique_ptr<Stream> MemoryNetwork::connect(const Endpoint& to, Operation& operation) {
  const auto connection = std::make_shared<Connection>();
  auto near = std::make_unique<MemoryStream>(io_, connection, 0);
  const auto target = targets_.find(to);
  if (target == targets_.end() || target->second.refuses) {
    near->fail_connect(operation, asio::error::connection_refused);
  } else if (target->second.silent) {
    near->hang_connect(operation);
  } else {
    target->second.connections.push_back(std::make_unique<MemoryStream>(io_, connection, 1));
    near->succeed_connect(operation);
  }
  return near;
}

Result<std::unique_ptr<Acceptor>> MemoryNetwork::listen(const Endpoint& on) {
  auto acceptor = std::make_unique<MemoryAcceptor>(*this, on);
  // With several workers the last one takes the connections: each test says what it needs.
  listening_[on] = acceptor.get();
  return std::unique_ptr<Acceptor>(std::move(acceptor));
}

asio::ip::address MemoryNetwork::default_client_address() {
  return asio::ip::make_address("192.0.2.1");
}

std::unique_ptr<MemoryStream> MemoryNetwork::client(const Endpoint& to,
                                                    const asio::ip::address& from) {
  const auto connection = std::make_shared<Connection>();
  auto near = std::make_unique<MemoryStream>(io_, connection, 0);
  const auto found = listening_.find(to);
  if (found == listening_.end()) return nullptr;
  found->second->accept(std::make_unique<MemoryStream>(io_, connection, 1),
                        Endpoint(from, next_client_port_++));
  return near;
}

}  // namespace cutover::lb::proxy::test
