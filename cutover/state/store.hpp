#pragma once

// Documents that outlive the program: a table of keys and texts in an SQLite database. What
// commit() has reported as done is on disk, also after SIGKILL or a loss of power.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::state {

/// A key's next text, or its removal.
struct Change {
  std::string key;
  std::optional<std::string> text;

  friend bool operator==(const Change&, const Change&) = default;
};

/// Used on the control thread, the one that runs `control`; writes on a thread of its own, so that
/// nothing on the control thread waits for the disk.
class Store {
 public:
  using Documents = std::map<std::string, std::string>;
  using Done = std::function<void(const Result<void>&)>;

  /// Opens or makes `directory`/state.db. One program at a time: a second one is refused
  /// (`StateInUse`). `control` outlives the store.
  static Result<std::unique_ptr<Store>> open(boost::asio::io_context& control,
                                             const std::string& directory);
  /// Writes what was committed; reports no more.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// What there is. Blocks; for the start.
  Result<Documents> read() const;

  /// All of `changes` or none. Changes that wait at the same time share one write, in the order of
  /// the calls. What could not be written (a full disk) is told, and goes along with the next
  /// commit, so that the documents catch up once there is room again. `done` is called on the
  /// control thread, never from within.
  void commit(std::vector<Change> changes, Done done);

 private:
  class Writer;
  explicit Store(std::unique_ptr<Writer> writer);

  std::unique_ptr<Writer> writer_;
};

}  // namespace cutover::state
