#include "containers/runtimes/docker_container.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <list>
#include <optional>
#include <utility>

#include "containers/runtimes/docker_commands.hpp"
#include "containers/runtimes/docker_exec.hpp"
#include "containers/runtimes/docker_image.hpp"
#include "containers/runtimes/docker_output.hpp"
#include "containers/runtimes/program_container.hpp"
#include "containers/runtimes/start_error.hpp"

namespace cutover::containers {

namespace {

/// What the last output gets to arrive after the container's end.
constexpr Duration output_most = std::chrono::seconds(2);
constexpr Duration retry_interval = std::chrono::seconds(1);
/// How often an engine that does not answer is asked before its container is given up.
constexpr int looks_most = 30;
constexpr int exit_unknown = 255;
/// Stands for the image's own stop signal.
constexpr const char* stop_signal = "stop";
constexpr const char* kill_signal = "SIGKILL";

Error not_running() { return {"InvalidParameterException", "", "the container is not running"}; }

/// One container. Creation, start and removal hold it until they are answered, also when its
/// Container is gone before; all else ends with the Container.
class Life final : public std::enable_shared_from_this<Life> {
 public:
  Life(std::shared_ptr<DockerRun> run, ContainerLaunch launch, DockerImage image,
       Runtime::OnRunning on_running, Runtime::OnExit on_exit)
      : run_(std::move(run)),
        launch_(std::move(launch)),
        image_(std::move(image)),
        on_running_(std::move(on_running)),
        on_exit_(std::move(on_exit)) {}

  void begin();
  void terminate();
  void kill();
  Result<void> pause();
  Result<void> resume();
  void execute(const std::vector<std::string>& command, Duration timeout,
               Container::OnExecuted done);
  /// Removes the container without a word.
  void abandon();

 private:
  enum class Phase { preparing, creating, starting, running, ended };

  DockerEngine& engine() const { return *run_->engine(); }
  std::string path(std::string_view action) const {
    return fmt::format("/containers/{}/{}", id_, action);
  }
  /// For calls that this object owns. Callbacks may destroy the Container.
  template <class Callback>
  auto kept(Callback callback) {
    return [this, callback = std::move(callback)](const auto&... arguments) {
      const auto self = shared_from_this();
      callback(arguments...);
    };
  }

  void provide_image();
  void create();
  void have_created(const Result<DockerAnswer>& answer);
  void start();
  void have_started(const Result<DockerAnswer>& answer);
  void follow_output(bool from_the_start);
  void wait_for_end();
  void look();
  void have_looked(const Result<DockerAnswer>& answer);
  void look_again(const std::string& why);
  void report_running(const DockerContainerState& state);
  void have_ended(int exit_code);
  void look_at_end();
  void finish();
  void end(const ContainerExit& exit);
  void end_before_start(int exit_code);
  void send_held_signal();
  void send_last_signal();
  void enqueue(const std::string& action);
  void take_away();

  const std::shared_ptr<DockerRun> run_;
  const ContainerLaunch launch_;
  const DockerImage image_;
  const Runtime::OnRunning on_running_;
  const Runtime::OnExit on_exit_;

  Phase phase_ = Phase::preparing;
  bool abandoned_ = false;
  std::string id_;
  std::unique_ptr<DockerImageProvision> provision_;

  DockerOutput output_{run_->engine(), launch_.log};
  DockerCall wait_;
  bool waiting_ = false;
  DockerCall look_;
  int looks_in_vain_ = 0;
  TimerId timer_ = 0;  ///< Of the next look, or of the output's end.
  bool looked_ = false;
  bool told_running_ = false;
  bool end_looked_at_ = false;
  std::optional<ContainerExit> exit_;

  std::string stop_signal_ = "SIGTERM";  ///< The image's.
  bool asked_to_end_ = false;
  std::string held_signal_;  ///< To be sent once it runs and is not paused; empty: none.
  std::string last_signal_;
  bool paused_ = false;
  std::unique_ptr<DockerCommands> commands_;  ///< Once it runs.
  std::list<std::unique_ptr<DockerExec>> executed_;
  bool removing_ = false;
};

void Life::begin() {
  run_->prepare([weak = weak_from_this()](const Result<void>& prepared) {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::preparing) return;
    if (!prepared) return self->end({0, cannot_pull(prepared.error().message), false});
    self->provide_image();
  });
}

void Life::provide_image() {
  provision_ = std::make_unique<DockerImageProvision>(
      run_->engine(), image_, kept([this](const Result<void>& provided) {
        if (!provided) return end({0, cannot_pull(provided.error().message), false});
        create();
      }));
  provision_->begin();
}

void Life::create() {
  phase_ = Phase::creating;
  run_->will_create();
  auto call = engine().call({"POST", "/containers/create",
                             create_body(launch_, with_tag(image_.reference), run_->labels())},
                            DockerEngine::work_most,
                            [self = shared_from_this()](const Result<DockerAnswer>& answer) {
                              self->have_created(answer);
                            });
  call.detach();
}

void Life::have_created(const Result<DockerAnswer>& answer) {
  // Without an answer nobody knows; it is left to the guardian then.
  if (answer && !answer->ok()) run_->is_removed();
  if (answer && answer->ok()) id_ = id_of(answer->body);
  if (phase_ != Phase::creating) {
    take_away();
    return;
  }
  if (const auto why = problem(answer)) return end({0, cannot_create(*why), false});
  if (id_.empty()) return end({0, cannot_create("the engine gave it no id"), false});
  start();
}

void Life::start() {
  phase_ = Phase::starting;
  auto call = engine().call({"POST", path("start")}, DockerEngine::work_most,
                            [self = shared_from_this()](const Result<DockerAnswer>& answer) {
                              if (!self->abandoned_) self->have_started(answer);
                            });
  call.detach();
}

void Life::have_started(const Result<DockerAnswer>& answer) {
  if (const auto why = problem(answer)) return end({0, cannot_start(*why), false});
  phase_ = Phase::running;
  commands_ = std::make_unique<DockerCommands>(
      run_->engine(), id_, [this](const std::string& action, const std::string& why) {
        // A signal that finds nobody is no news: the end is.
        if (!action.starts_with("kill") && !exit_) output_.note(fmt::format("{}: {}", action, why));
      });
  follow_output(true);
  wait_for_end();
  look();
}

void Life::follow_output(bool from_the_start) {
  output_.follow(id_, from_the_start, kept([this] { finish(); }));
}

void Life::wait_for_end() {
  waiting_ = true;
  wait_ = engine().follow({"POST", path("wait")}, std::nullopt, nullptr,
                          kept([this](const Result<DockerAnswer>& answer) {
                            waiting_ = false;
                            const auto why = problem(answer);
                            const auto code = why ? std::nullopt : status_code_of(answer->body);
                            if (code) return have_ended(*code);
                            look_again(why.value_or("the engine does not say how it ended"));
                          }));
}

void Life::look() {
  look_ = engine().call({"GET", path("json")}, DockerEngine::answer_most,
                        kept([this](const Result<DockerAnswer>& answer) { have_looked(answer); }));
}

void Life::have_looked(const Result<DockerAnswer>& answer) {
  if (exit_) return;
  if (is_unknown(answer)) return end({exit_unknown, cannot_inspect(engine_message(answer->body))});
  if (const auto why = problem(answer)) return look_again(*why);
  const auto state = container_state_of(answer->body);
  if (!waiting_ && !state.running) return have_ended(state.exit_code);
  looks_in_vain_ = 0;
  if (!looked_) {
    looked_ = true;
    if (!state.stop_signal.empty()) stop_signal_ = state.stop_signal;
    send_held_signal();
  }
  if (!waiting_) {
    // The engine is back.
    wait_for_end();
    follow_output(false);
    if (!last_signal_.empty()) send_last_signal();
  }
  if (state.running) report_running(state);
}

void Life::look_again(const std::string& why) {
  if (timer_ != 0) return;
  if (++looks_in_vain_ > looks_most) return end({exit_unknown, cannot_inspect(why)});
  timer_ = engine().timers().after(retry_interval, kept([this] {
                                     timer_ = 0;
                                     look();
                                   }));
}

void Life::report_running(const DockerContainerState& state) {
  if (told_running_ || asked_to_end_) return;
  told_running_ = true;
  ContainerRunning running;
  running.host_ports = host_ports(launch_.ports, state);
  running.runtime_id = id_;
  on_running_(running);
}

void Life::have_ended(int exit_code) {
  exit_ = ContainerExit{exit_code, "", true};
  engine().timers().cancel(timer_);
  timer_ = engine().timers().after(output_most, kept([this] {
                                     timer_ = 0;
                                     output_.give_up();
                                     finish();
                                   }));
  look_at_end();
}

/// Why it ended.
void Life::look_at_end() {
  look_ = engine().call({"GET", path("json")}, DockerEngine::answer_most,
                        kept([this](const Result<DockerAnswer>& answer) {
                          end_looked_at_ = true;
                          if (answer && container_state_of(answer->body).out_of_memory)
                            exit_->reason = out_of_memory();
                          finish();
                        }));
}

void Life::finish() {
  if (!exit_ || !output_.has_ended() || !end_looked_at_) return;
  end(*exit_);
}

void Life::end(const ContainerExit& exit) {
  if (phase_ == Phase::ended) return;
  phase_ = Phase::ended;
  engine().timers().cancel(std::exchange(timer_, 0));
  output_.close();
  wait_.cancel();
  look_.cancel();
  commands_.reset();
  on_exit_(exit);
}

void Life::end_before_start(int exit_code) {
  phase_ = Phase::ended;
  provision_.reset();
  boost::asio::post(engine().io(), [weak = weak_from_this(), exit_code] {
    const auto self = weak.lock();
    if (self && !self->abandoned_) self->on_exit_({exit_code, "", false});
  });
}

void Life::terminate() {
  if (phase_ == Phase::preparing || phase_ == Phase::creating)
    return end_before_start(exit_after_sigterm);
  asked_to_end_ = true;
  // What the signal is called is not known before the first look.
  if (held_signal_.empty()) held_signal_ = stop_signal;
  if (looked_ && !paused_) send_held_signal();
}

void Life::kill() {
  if (phase_ == Phase::preparing || phase_ == Phase::creating)
    return end_before_start(exit_after_sigkill);
  asked_to_end_ = true;
  held_signal_ = kill_signal;
  if (!looked_) return;
  // Not every engine kills what is paused.
  if (std::exchange(paused_, false)) enqueue("unpause");
  send_held_signal();
}

Result<void> Life::pause() {
  if (phase_ != Phase::running || exit_) return not_running();
  if (!std::exchange(paused_, true)) enqueue("pause");
  return {};
}

Result<void> Life::resume() {
  if (phase_ != Phase::running || exit_) return not_running();
  if (!std::exchange(paused_, false)) return {};
  enqueue("unpause");
  send_held_signal();
  return {};
}

void Life::send_held_signal() {
  if (held_signal_.empty()) return;
  last_signal_ = std::exchange(held_signal_, {});
  send_last_signal();
}

void Life::send_last_signal() {
  const auto& signal = last_signal_ == stop_signal ? stop_signal_ : last_signal_;
  enqueue("kill?signal=" + query_value(signal));
}

void Life::enqueue(const std::string& action) {
  if (phase_ == Phase::running && !exit_) commands_->enqueue(action);
}

void Life::execute(const std::vector<std::string>& command, Duration timeout,
                   Container::OnExecuted done) {
  if (phase_ != Phase::running) return;
  executed_.push_back(nullptr);
  const auto place = std::prev(executed_.end());
  *place = std::make_unique<DockerExec>(run_->engine(), id_,
                                        kept([this, place, done = std::move(done)](int exit_code) {
                                          executed_.erase(place);
                                          done(exit_code);
                                        }));
  (*place)->begin(command, timeout);
}

void Life::abandon() {
  abandoned_ = true;
  phase_ = Phase::ended;
  provision_.reset();
  engine().timers().cancel(std::exchange(timer_, 0));
  output_.cancel();
  wait_.cancel();
  look_.cancel();
  commands_.reset();
  executed_.clear();
  take_away();
}

void Life::take_away() {
  if (!id_.empty() && !std::exchange(removing_, true)) run_->remove(id_);
}

}  // namespace

std::unique_ptr<Container> start_docker_container(std::shared_ptr<DockerRun> run,
                                                  const ContainerLaunch& launch,
                                                  const DockerImage& image,
                                                  Runtime::OnRunning on_running,
                                                  Runtime::OnExit on_exit) {
  auto life = std::make_shared<Life>(std::move(run), launch, image, std::move(on_running),
                                     std::move(on_exit));
  life->begin();
  return std::make_unique<ProgramContainer<Life>>(std::move(life));
}

}  // namespace cutover::containers
