// Input: a cluster query. Whatever the bytes: it is refused with a message that says where, or it
// is answered for an instance, and its negation is answered the other way round.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "containers/query_expression.hpp"

namespace {

using namespace cutover::containers;

void demand(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

ContainerInstance instance() {
  ContainerInstance made;
  made.ec2_instance_id = "i-0123456789abcdef0";
  made.attributes = {{"ecs.availability-zone", "us-east-1a"}, {"a", "1"}, {"x", ""}};
  made.tasks = 3;
  made.tasks_by_group = {{"service:api", 2}, {"family:job", 1}};
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ContainerInstance subject = instance();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto query = QueryExpression::parse(text);
  if (!query) {
    demand(query.error().message.find("found") != std::string::npos, "an error says what it found");
    return 0;
  }
  const auto negated = QueryExpression::parse("not (" + std::string(text) + ")");
  if (!negated) {
    demand(text.size() + 6 > query_length_max ||
               negated.error().message.find("at most 50") != std::string::npos,
           "only length and depth keep a query from being negated");
    return 0;
  }
  demand(query->matches(subject) != negated->matches(subject), "a negation is the other way round");
  return 0;
}
