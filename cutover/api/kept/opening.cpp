#include "cutover/api/kept/opening.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "cutover/api/kept/keys.hpp"
#include "lb/base/json.hpp"
#include "lb/base/random.hpp"

namespace cutover::api::kept {

namespace {

Result<Meta> parse_meta(const std::string& text) {
  const auto document = parse_json(text);
  if (!document) return document.error();
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  JsonReader reader(*document, "");
  Meta meta;
  meta.account = reader.string("account");
  meta.seed = static_cast<std::uint64_t>(reader.integer("seed", 0, most));
  meta.life = static_cast<std::uint64_t>(reader.integer("life", 0, most));
  if (const auto end = reader.finish(); !end) return end.error();
  return meta;
}

Error not_readable(const std::string& directory, const std::string& what) {
  return {"StateNotReadable", directory, what};
}

}  // namespace

std::string to_text(const Meta& meta) {
  return nlohmann::json{{"account", meta.account}, {"seed", meta.seed}, {"life", meta.life}}.dump();
}

Result<nlohmann::json> images_of(const state::Store::Documents& documents) {
  const std::string prefix = key_of(images_kind, "");
  const auto found = documents.lower_bound(prefix);
  if (found == documents.end() || !found->first.starts_with(prefix)) {
    return nlohmann::json::object();
  }
  auto images = parse_json(found->second);
  if (!images) return at(found->first, images.error());
  return images;
}

std::uint64_t seed_of_life(std::uint64_t seed, std::uint64_t life) {
  if (life == 0) return seed;
  Random random(seed ^ Random(life)());
  return random() >> 1;  // as --seed has them: documents keep it as a signed number
}

Result<KeptState> open_state(boost::asio::io_context& io, const std::string& directory,
                             const std::string& account, std::uint64_t seed) {
  auto store = state::Store::open(io, directory);
  if (!store) return store.error();
  auto documents = (*store)->read();
  if (!documents) return documents.error();
  KeptState kept{*std::move(store), *std::move(documents), {account, seed, 0}};
  const auto found = kept.documents.extract(meta_key);
  if (found.empty()) {
    if (kept.documents.empty()) return kept;
    return not_readable(directory, "found documents, but not the one that says whose they are");
  }
  const auto meta = parse_meta(found.mapped());
  if (!meta) return not_readable(directory, to_string(meta.error()));
  if (meta->account != account) {
    return not_readable(directory, fmt::format("found the state of account {}; give --account {}, "
                                               "or another directory",
                                               meta->account, meta->account));
  }
  kept.meta = *meta;
  ++kept.meta.life;
  return kept;
}

}  // namespace cutover::api::kept
