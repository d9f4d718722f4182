#include "containers/runtimes/docker_run.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace cutover::containers {

namespace {

constexpr int removals_most = 5;
constexpr Duration removal_interval = std::chrono::seconds(1);

}  // namespace

DockerRun::DockerRun(boost::asio::io_context& io, Timers& timers, DockerOptions options)
    : options_(std::move(options)),
      engine_(std::make_shared<DockerEngine>(io, timers, options_.host)),
      // Two runs never have the same: a process has one at a time of its monotonic clock.
      labels_{fmt::format("{}-{}-{}", owner_.pid, owner_.start,
                          timers.now().time_since_epoch().count()),
              to_string(owner_)} {}

DockerRun::~DockerRun() {
  if (guardian_ && left_ == 0) guardian_->release();
}

void DockerRun::prepare(OnPrepared on_prepared) {
  if (prepared_) {
    boost::asio::post(engine_->io(), [on_prepared = std::move(on_prepared)] { on_prepared({}); });
    return;
  }
  waiting_.push_back(std::move(on_prepared));
  if (waiting_.size() > 1) return;
  engine_->connect([weak = weak_from_this()](const Result<void>& connected) {
    const auto self = weak.lock();
    if (!self) return;
    if (!connected) return self->finish(connected.error());
    self->sweep();
  });
}

void DockerRun::sweep() {
  engine_->sweep(
      DockerLabels::owner_label,
      [me = owner_](const DockerListed& container) {
        const auto label = container.labels.find(DockerLabels::owner_label);
        if (label == container.labels.end()) return false;
        const auto owner = parse_docker_owner(label->second);
        return owner && is_gone(*owner, me);
      },
      // What could not be removed now is tried again by the next run.
      [weak = weak_from_this()](const Result<std::size_t>&) {
        if (const auto self = weak.lock()) self->finish(self->start_guardian());
      });
}

void DockerRun::try_to_remove(const std::string& container, int attempt) {
  auto call = engine_->call(
      remove_request(container), DockerEngine::work_most,
      [self = shared_from_this(), container, attempt](const Result<DockerAnswer>& answer) {
        if (!problem(answer) || is_unknown(answer)) return self->is_removed();
        if (attempt == removals_most) return;
        self->engine_->timers().after(removal_interval, [self, container, attempt] {
          self->try_to_remove(container, attempt + 1);
        });
      });
  call.detach();
}

Result<void> DockerRun::start_guardian() {
  auto guardian =
      DockerGuardian::start(engine_->io(), options_.guardian_program, options_.host, labels_.run);
  if (!guardian) return guardian.error();
  guardian_ = std::move(*guardian);
  return {};
}

void DockerRun::finish(const Result<void>& prepared) {
  prepared_ = prepared.has_value();
  for (const auto& on_prepared : std::exchange(waiting_, {})) on_prepared(prepared);
}

}  // namespace cutover::containers
