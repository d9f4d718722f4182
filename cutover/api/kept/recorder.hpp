#pragma once

// Keeps a Store in step with what there is: things that have changed are noted by the keys of their
// documents, and written together. Control thread only.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cutover/state/store.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::kept {

class Recorder {
 public:
  /// A document's text when it is written; nothing: what it was of is gone.
  using Text = std::function<std::optional<std::string>()>;
  using Then = std::function<void(const Result<void>&)>;

  /// `io` outlives it. `documents`: what the store holds.
  Recorder(boost::asio::io_context& io, std::unique_ptr<state::Store> store,
           const state::Store::Documents& documents);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Whether the store holds a document of that key.
  bool holds(std::string_view key) const { return keys_.contains(key); }
  /// Is written soon, or with the next settle().
  void note(const std::string& key, Text text);
  /// Unless it is what was last noted here.
  void note_text(const std::string& key, std::string text);

  /// `then` is called when all that was noted is on disk, from within if it is already; with an
  /// error when it could not be written: then it goes along with what is written next.
  void settle(Then then);
  /// In place of all documents there are but what is noted from here on.
  void clear();
  /// Writes what was noted, and takes nothing any more: what changes as the program ends is not to
  /// last.
  void close();

 private:
  void commit(Then then);
  void write_soon();

  boost::asio::io_context& io_;
  std::unique_ptr<state::Store> store_;
  std::set<std::string, std::less<>> keys_;  ///< Of the documents that the store holds.
  std::map<std::string, Text> noted_;
  std::map<std::string, std::string> texts_;  ///< As last noted by note_text().
  std::size_t in_flight_ = 0;
  bool behind_ = false;  ///< The last write failed.
  bool will_write_ = false;
  bool closed_ = false;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace cutover::api::kept
