#pragma once

// Result and Error, by the name under which all folders but rules/ include them.

#include "rules/result.hpp"  // IWYU pragma: export
