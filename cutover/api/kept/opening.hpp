#pragma once

// The state of earlier lives of the program, opened: `cutover up --state DIRECTORY`.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cutover/state/store.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::kept {

/// The document that says whose state it is and how many lives it has had.
inline constexpr const char* meta_key = "meta";

struct Meta {
  std::string account;
  std::uint64_t seed = 1;
  /// Of the state: starts of the program, and resets. Each draws other ids.
  std::uint64_t life = 0;
};

std::string to_text(const Meta& meta);

/// The images of the stack that the state began with; what it writes is checked with its documents.
Result<nlohmann::json> images_of(const state::Store::Documents& documents);

struct KeptState {
  std::unique_ptr<state::Store> store;
  state::Store::Documents documents;  ///< Without the meta document.
  Meta meta;                          ///< Of the life that begins.
};

/// `account` and `seed` are for a directory that has none yet; the account of one that has must be
/// the same. Errors: the directory can't be used (`StateNotWritten`), another program uses it
/// (`StateInUse`), what it holds was not written by this program (`StateNotReadable`).
Result<KeptState> open_state(boost::asio::io_context& io, const std::string& directory,
                             const std::string& account, std::uint64_t seed);

/// The seed of one life: the first has `seed` itself.
std::uint64_t seed_of_life(std::uint64_t seed, std::uint64_t life);

}  // namespace cutover::api::kept
