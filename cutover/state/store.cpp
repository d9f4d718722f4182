#include "cutover/state/store.hpp"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "cutover/state/database.hpp"

namespace cutover::state {

namespace asio = boost::asio;

/// The thread that writes, and what waits for it.
class Store::Writer {
 public:
  Writer(asio::io_context& control, Database database)
      : control_(control), database_(std::move(database)), thread_([this] { run(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Result<Documents> read() {
    const std::lock_guard lock(database_mutex_);
    return database_.read();
  }

  void add(std::vector<Change> changes, Done done) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(changes), std::move(done), asio::make_work_guard(control_)});
    }
    wake_.notify_one();
  }

 private:
  struct Batch {
    std::vector<Change> changes;
    Done done;
    /// The control thread's loop does not end while an answer is on its way to it.
    asio::executor_work_guard<asio::io_context::executor_type> guard;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      std::vector<Batch> batches = std::exchange(waiting_, {});
      lock.unlock();
      write(batches);
      lock.lock();
    }
  }

  void write(std::vector<Batch>& batches) {
    for (Batch& batch : batches) {
      for (Change& change : batch.changes) owed_[change.key] = std::move(change.text);
    }
    const Result<void> result = write_owed();
    if (result) owed_.clear();
    for (Batch& batch : batches) tell(std::move(batch), result);
  }

  Result<void> write_owed() {
    const std::lock_guard lock(database_mutex_);
    Result<void> result = database_.begin();
    for (auto change = owed_.begin(); result && change != owed_.end(); ++change) {
      const auto& [key, text] = *change;
      result = text ? database_.put(key, *text) : database_.erase(key);
    }
    if (result) result = database_.commit();
    if (!result) database_.roll_back();
    return result;
  }

  void tell(Batch batch, const Result<void>& result) {
    asio::post(control_, [alive = std::weak_ptr(alive_), batch = std::move(batch), result] {
      if (alive.lock() && batch.done) batch.done(result);
    });
  }

  asio::io_context& control_;
  std::mutex database_mutex_;
  Database database_;
  /// Not yet on disk; the writing thread's own.
  std::map<std::string, std::optional<std::string>> owed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Batch> waiting_;
  bool ending_ = false;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::thread thread_;  // the last: it uses all the others
};

Store::Store(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(asio::io_context& control,
                                           const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return Error{"StateNotWritten", directory,
                 fmt::format("the directory can't be made: {}", error.message())};
  }
  auto database = Database::open((std::filesystem::path(directory) / "state.db").string());
  if (!database) return database.error();
  return std::unique_ptr<Store>(new Store(std::make_unique<Writer>(control, *std::move(database))));
}

Result<Store::Documents> Store::read() const { return writer_->read(); }

void Store::commit(std::vector<Change> changes, Done done) {
  writer_->add(std::move(changes), std::move(done));
}

}  // namespace cutover::state
