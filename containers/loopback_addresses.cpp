#include "containers/loopback_addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cutover::containers {

namespace {

constexpr std::string_view first_instance = "127.0.0.1";

std::string to_text(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 0xff, (address >> 8) & 0xff,
                     address & 0xff);
}

/// Only what to_text() wrote has to be read.
std::uint32_t from_text(std::string_view text) {
  std::uint32_t address = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('.'), text.size());
    std::uint8_t part = 0;
    std::from_chars(text.data(), text.data() + end, part);
    address = address << 8 | part;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return address;
}

}  // namespace

AddressRange::AddressRange(std::uint32_t first, std::uint32_t last)
    : first_(first), last_(last), next_(first) {}

std::optional<std::uint32_t> AddressRange::take() {
  if (taken_.size() > last_ - first_) return std::nullopt;
  while (taken_.contains(next_)) next_ = next_ == last_ ? first_ : next_ + 1;
  const std::uint32_t address = next_;
  taken_.insert(address);
  next_ = next_ == last_ ? first_ : next_ + 1;
  return address;
}

bool AddressRange::take(std::uint32_t address) {
  return address >= first_ && address <= last_ && taken_.insert(address).second;
}

bool LoopbackAddresses::take_for_instance(std::string_view address) {
  if (address == first_instance) return !std::exchange(first_taken_, true);
  return instances_.take(from_text(address));
}

std::optional<std::string> LoopbackAddresses::take_for_instance() {
  if (!first_taken_) {
    first_taken_ = true;
    return std::string(first_instance);
  }
  const auto address = instances_.take();
  if (!address) return std::nullopt;
  return to_text(*address);
}

std::optional<std::string> LoopbackAddresses::take_for_task() {
  const auto address = tasks_.take();
  if (!address) return std::nullopt;
  return to_text(*address);
}

void LoopbackAddresses::give_back(std::string_view address) {
  if (address == first_instance) {
    first_taken_ = false;
  } else if (const std::uint32_t number = from_text(address); !instances_.give_back(number)) {
    tasks_.give_back(number);
  }
}

}  // namespace cutover::containers
