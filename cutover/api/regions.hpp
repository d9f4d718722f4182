#pragma once

// What an account holds per region: created on first use, and kept.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace cutover::api {

/// One thread.
template <class T>
class Regions {
 public:
  using Make = std::function<std::unique_ptr<T>(const std::string& region)>;

  explicit Regions(Make make) : make_(std::move(make)) {}

  T& at(const std::string& region) {
    auto& slot = regions_[region];
    if (!slot) slot = make_(region);
    return *slot;
  }
  /// Those that were used.
  const std::map<std::string, std::unique_ptr<T>>& used() const { return regions_; }
  /// What ends finds nothing here any more.
  void clear() { const auto ended = std::exchange(regions_, {}); }

 private:
  Make make_;
  std::map<std::string, std::unique_ptr<T>> regions_;
};

}  // namespace cutover::api
