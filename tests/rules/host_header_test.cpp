#include "rules/host_header.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

namespace cutover::rules {
namespace {

TEST(Host, IsComparedWithoutItsPort) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"example.com", "example.com"},
      {"example.com:8080", "example.com"},
      {"example.com:", "example.com"},
      {"", ""},
      {":80", ""},
      {"127.0.0.1:80", "127.0.0.1"},
      {"[::1]:80", "[::1]"},
      {"[::1]", "[::1]"},
      {"[2001:db8::7]", "[2001:db8::7]"},
      {"[::1", "[::1"},
  };
  for (const auto& [header, host] : cases) EXPECT_EQ(host_without_port(header), host) << header;
}

}  // namespace
}  // namespace cutover::rules
