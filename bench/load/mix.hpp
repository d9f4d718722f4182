#pragma once

// The kinds of request a load consists of: checked once, written out as bytes once, and then chosen
// by weight with seeded chance.

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/generator.hpp"
#include "lb/base/random.hpp"

namespace cutover::load {

class Mix {
 public:
  /// Errors name the place within `kinds` ("/0/path"): no kind, no weight, or what would not be one
  /// well-formed HTTP/1.1 request.
  static Result<Mix> make(const std::vector<RequestKind>& kinds, const std::string& host,
                          std::uint64_t seed);

  /// The next request's kind, an index below size().
  std::size_t choose();
  std::size_t size() const { return prepared_.size(); }
  /// The kind's whole request. Stays where it is as long as the Mix does.
  const std::string& bytes(std::size_t kind) const { return prepared_[kind].bytes; }
  bool is_head(std::size_t kind) const { return prepared_[kind].head; }
  const std::string& path(std::size_t kind) const { return prepared_[kind].path; }

 private:
  struct Prepared {
    std::string bytes;
    std::string path;
    bool head = false;
    std::uint32_t weights_up_to = 0;  // The sum of the weights of the kinds up to this one.
  };

  explicit Mix(std::uint64_t seed) : random_(seed) {}

  std::vector<Prepared> prepared_;
  Random random_;
};

}  // namespace cutover::load
