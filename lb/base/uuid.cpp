#include "lb/base/uuid.hpp"

#include <fmt/format.h>

namespace cutover {

std::string new_uuid(Random& random) {
  const auto high = random();
  const auto low = random();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xfff, 8 + (low >> 62), (low >> 48) & 0xfff, low & 0xffff'ffff'ffff);
}

}  // namespace cutover
