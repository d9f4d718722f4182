#pragma once

// A container engine whose API version has been agreed on.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "containers/runtimes/docker_client.hpp"
#include "containers/runtimes/docker_messages.hpp"

namespace cutover::containers {

/// One thread. Requests name their target without the API version. Callbacks never come from within
/// a call. Owned by a shared_ptr: what is under way keeps it.
class DockerEngine : public std::enable_shared_from_this<DockerEngine> {
 public:
  /// How long it gets for what it does at once: looking, listing, signalling.
  static constexpr Duration answer_most = std::chrono::seconds(30);
  /// For what moves files or waits for the kernel: creating, starting, removing.
  static constexpr Duration work_most = std::chrono::seconds(120);

  /// `docker_host`: "unix:///path"; another one makes every connect() fail.
  DockerEngine(boost::asio::io_context& io, Timers& timers, std::string docker_host);

  /// Asks which API the engine speaks. Requests are made only after this has gone well once. The
  /// error's message is a sentence about the engine as a whole, or its absence.
  using OnConnected = std::function<void(Result<void>)>;
  void connect(OnConnected on_connected);

  [[nodiscard]] DockerCall call(DockerRequest request, Duration within,
                                DockerClient::OnAnswer on_answer);
  [[nodiscard]] DockerCall follow(DockerRequest request, std::optional<Duration> silence_most,
                                  DockerClient::OnBytes on_bytes, DockerClient::OnAnswer on_answer);

  /// Removes the containers that carry `label` ("name" or "name=value") and are `doomed`; tells how
  /// many it found, once it has tried them all.
  using IsDoomed = std::function<bool(const DockerListed&)>;
  using OnSwept = std::function<void(Result<std::size_t>)>;
  void sweep(std::string_view label, IsDoomed is_doomed, OnSwept on_swept);

  boost::asio::io_context& io() { return client_.io(); }
  Timers& timers() { return client_.timers(); }
  const std::string& docker_host() const { return docker_host_; }

 private:
  void remove_all(const std::vector<std::string>& ids, OnSwept on_swept);
  Error absent(const Error& why) const;

  const std::string docker_host_;
  const Result<std::string> socket_;
  DockerClient client_;
  std::string version_;
};

/// What went wrong with a call, or nothing: also when all was as it should be already.
std::optional<std::string> problem(const Result<DockerAnswer>& answer);

/// Whether the engine knows nothing of the container that was asked about.
bool is_unknown(const Result<DockerAnswer>& answer);

/// Ends a container and takes it away with its volumes.
DockerRequest remove_request(const std::string& id);

}  // namespace cutover::containers
