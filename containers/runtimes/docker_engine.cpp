#include "containers/runtimes/docker_engine.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "containers/runtimes/docker_host.hpp"

namespace cutover::containers {

DockerEngine::DockerEngine(boost::asio::io_context& io, Timers& timers, std::string docker_host)
    : docker_host_(std::move(docker_host)),
      socket_(docker_socket(docker_host_)),
      client_(io, timers, socket_ ? *socket_ : std::string{}) {}

void DockerEngine::connect(OnConnected on_connected) {
  if (!socket_) {
    boost::asio::post(io(), [error = absent(socket_.error()),
                             on_connected = std::move(on_connected)] { on_connected(error); });
    return;
  }
  auto call = client_.call(
      {"GET", "/version"}, answer_most,
      [this, self = shared_from_this(),
       on_connected = std::move(on_connected)](const Result<DockerAnswer>& answer) {
        if (!answer) return on_connected(absent(answer.error()));
        if (!answer->ok())
          return on_connected(absent({"EngineUnsupported", "", engine_message(answer->body)}));
        const auto version = choose_version(version_of(answer->body));
        if (!version) return on_connected(absent(version.error()));
        version_ = *version;
        on_connected({});
      });
  call.detach();
}

Error DockerEngine::absent(const Error& why) const {
  return {why.code, "",
          fmt::format("no container engine at {}: {}; start one or map the image to an app or "
                      "command",
                      docker_host_, why.message)};
}

DockerCall DockerEngine::call(DockerRequest request, Duration within,
                              DockerClient::OnAnswer on_answer) {
  return follow(std::move(request), within, nullptr, std::move(on_answer));
}

DockerCall DockerEngine::follow(DockerRequest request, std::optional<Duration> silence_most,
                                DockerClient::OnBytes on_bytes, DockerClient::OnAnswer on_answer) {
  request.target = fmt::format("/{}{}", version_, request.target);
  return client_.follow(std::move(request), silence_most, std::move(on_bytes),
                        std::move(on_answer));
}

void DockerEngine::sweep(std::string_view label, IsDoomed is_doomed, OnSwept on_swept) {
  auto list = call({"GET", "/containers/json?" + list_query(label)}, answer_most,
                   [this, self = shared_from_this(), is_doomed = std::move(is_doomed),
                    on_swept = std::move(on_swept)](const Result<DockerAnswer>& answer) {
                     if (!answer) return on_swept(answer.error());
                     if (!answer->ok())
                       return on_swept(Error{"EngineRefused", "", engine_message(answer->body)});
                     std::vector<std::string> ids;
                     for (const auto& container : listed_containers(answer->body)) {
                       if (is_doomed(container)) ids.push_back(container.id);
                     }
                     remove_all(ids, on_swept);
                   });
  list.detach();
}

void DockerEngine::remove_all(const std::vector<std::string>& ids, OnSwept on_swept) {
  if (ids.empty()) return on_swept(std::size_t{0});
  auto left = std::make_shared<std::size_t>(ids.size());
  for (const auto& id : ids) {
    auto removal = call(remove_request(id), work_most,
                        [left, on_swept, count = ids.size()](const Result<DockerAnswer>&) {
                          if (--*left == 0) on_swept(count);
                        });
    removal.detach();
  }
}

std::optional<std::string> problem(const Result<DockerAnswer>& answer) {
  constexpr unsigned status_not_modified = 304;
  if (!answer) return answer.error().message;
  if (answer->ok() || answer->status == status_not_modified) return std::nullopt;
  return engine_message(answer->body);
}

bool is_unknown(const Result<DockerAnswer>& answer) {
  constexpr unsigned not_found = 404;
  return answer && answer->status == not_found;
}

DockerRequest remove_request(const std::string& id) {
  return {"DELETE", fmt::format("/containers/{}?force=1&v=1", id)};
}

}  // namespace cutover::containers
