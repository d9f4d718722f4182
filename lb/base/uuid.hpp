#pragma once

// Identifiers in the form of a UUID, version 4 (RFC 4122), from seeded chance.

#include <string>

#include "lb/base/random.hpp"

namespace cutover {

/// "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
std::string new_uuid(Random& random);

}  // namespace cutover
