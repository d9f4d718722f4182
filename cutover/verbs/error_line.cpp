#include <cstdio>

#include "cutover/verbs/verb.hpp"

namespace cutover::verbs {

int report_error(const Error& error, int status) {
  std::fprintf(stderr, "cutover: %s\n", to_string(error).c_str());
  return status;
}

}  // namespace cutover::verbs
