#include "cutover/api/kept/recorder.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

namespace cutover::api::kept {

Recorder::Recorder(boost::asio::io_context& io, std::unique_ptr<state::Store> store,
                   const state::Store::Documents& documents)
    : io_(io), store_(std::move(store)) {
  for (const auto& [key, text] : documents) keys_.insert(keys_.end(), key);
}

void Recorder::note(const std::string& key, Text text) {
  if (closed_) return;
  noted_.insert_or_assign(key, std::move(text));
  write_soon();
}

void Recorder::note_text(const std::string& key, std::string text) {
  const auto known = texts_.find(key);
  if (known != texts_.end() && known->second == text) return;
  texts_[key] = text;
  note(key, [text = std::move(text)] { return text; });
}

void Recorder::write_soon() {
  if (std::exchange(will_write_, true)) return;
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.lock()) return;
    will_write_ = false;
    if (!noted_.empty()) commit({});
  });
}

void Recorder::settle(Then then) {
  if (closed_) {
    return then(Error{"StateNotWritten", "", "the program is ending and takes no more changes"});
  }
  if (noted_.empty() && in_flight_ == 0 && !behind_) return then({});
  commit(std::move(then));
}

void Recorder::commit(Then then) {
  std::vector<state::Change> changes;
  for (auto& [key, text] : std::exchange(noted_, {})) {
    auto written = text();
    const auto known = keys_.find(key);
    if (!written && known == keys_.end()) continue;
    if (!written) keys_.erase(known);
    if (written && known == keys_.end()) keys_.insert(key);
    changes.push_back({key, std::move(written)});
  }
  ++in_flight_;
  store_->commit(std::move(changes), [this, then = std::move(then)](const Result<void>& done) {
    --in_flight_;
    behind_ = !done;
    if (then) then(done);
  });
}

void Recorder::clear() {
  noted_.clear();
  texts_.clear();
  for (const std::string& key : keys_) note(key, [] { return std::nullopt; });
}

void Recorder::close() {
  if (!closed_ && !noted_.empty()) commit({});
  closed_ = true;
}

}  // namespace cutover::api::kept
