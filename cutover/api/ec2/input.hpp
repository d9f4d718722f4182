#pragma once

// Reading the parameters of EC2's operations, in EC2's own error codes, and what its Describe
// operations have in common: ids, filters, pages.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cutover/api/ec2/state.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/json.hpp"
#include "lb/base/result.hpp"

namespace cutover::api::ec2 {

using Json = nlohmann::ordered_json;

/// Everything an operation works on.
struct Context {
  Ec2State& state;
  const Call& call;
  Random& random;
  WallTime now;
  /// Whether something outside EC2, a load balancer, stands on the thing of that id.
  std::function<bool(const std::string& id)> is_used_outside;
};

/// A JsonReader that speaks of MissingParameter, InvalidParameterValue and UnknownParameter.
class Input {
 public:
  explicit Input(const nlohmann::json& parameters, std::string pointer = "")
      : reader_(parameters, std::move(pointer), Numbers::strings_allowed) {}

  std::string required(std::string_view name);
  std::optional<std::string> text(std::string_view name) { return reader_.optional_string(name); }
  std::vector<std::string> texts(std::string_view name) { return reader_.strings(name); }
  std::optional<bool> flag(std::string_view name) { return reader_.optional_boolean(name); }
  /// A setting that there is only without: "true" is refused (`UnsupportedOperation`).
  void only_off(std::string_view name);
  /// EC2's attributes: "EnableDnsSupport.Value=true".
  std::optional<bool> attribute(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                      std::int64_t most) {
    return reader_.optional_integer(name, least, most);
  }
  JsonReader& reader() { return reader_; }
  void fail(Error error) { reader_.fail(std::move(error)); }
  bool ok() const { return reader_.ok(); }

  /// The first problem; else what every operation takes: DryRun, answered 412 when it is true.
  Result<void> finish();

 private:
  JsonReader reader_;
};

/// Tag.1.Key=…&Tag.1.Value=…
Tags read_tags(Input& input);
/// TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=…: those for `type`; others are
/// refused.
Tags read_tag_specifications(Input& input, std::string_view type);

/// A filter's name -> the values of one object.
using Facts = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// What a Describe operation was asked for.
struct Query {
  std::vector<std::string> ids;
  std::vector<std::pair<std::string, std::vector<std::string>>> filters;
  std::optional<std::size_t> most;
  std::string token;
};

/// Reads "Filter.N", `ids` (such as "VpcId"), MaxResults and NextToken.
Query read_query(Input& input, std::string_view ids);

/// Refuses filters that are neither among `facts` nor "tag:KEY" nor "tag-key".
Result<void> check_filters(const Query& query, const Facts& facts);
/// Whether one of each filter's values matches, wildcards allowed.
bool matches(const Query& query, const Facts& facts, const Tags& tags);

/// Sorts out the objects asked for, each rendered: `facts(object)`, `render(object)`. An id that
/// none has is the error `not_found(id)`. The result is {list_name: […], "nextToken": …}.
template <class T, class FactsOf, class Render, class NotFound>
Outcome describe(const std::vector<T>& objects, const Query& query, const char* list_name,
                 FactsOf facts_of, Render render, NotFound not_found);

/// The tags as EC2 writes them: [{"key", "value"}].
Json tag_set(const Tags& tags);
/// {"return": true}
Json done();

Error vpc_not_found(const std::string& id);
Error subnet_not_found(const std::string& id);
Error group_not_found(const std::string& id);
Error instance_not_found(const std::string& id);

// ---

/// The first object of the page, and how many follow.
Result<std::pair<std::size_t, std::size_t>> page_of(const Query& query,
                                                    const std::vector<std::string>& ids);

template <class T, class FactsOf, class Render, class NotFound>
Outcome describe(const std::vector<T>& objects, const Query& query, const char* list_name,
                 FactsOf facts_of, Render render, NotFound not_found) {
  for (const std::string& id : query.ids) {
    bool known = false;
    for (const T& object : objects) known = known || object.id == id;
    if (!known) return not_found(id);
  }
  if (const auto known = check_filters(query, facts_of(T{})); !known) return known.error();
  std::vector<const T*> found;
  std::vector<std::string> ids;
  for (const T& object : objects) {
    bool wanted = query.ids.empty();
    for (const std::string& id : query.ids) wanted = wanted || object.id == id;
    if (!wanted || !matches(query, facts_of(object), object.tags)) continue;
    found.push_back(&object);
    ids.push_back(object.id);
  }
  const auto page = page_of(query, ids);
  if (!page) return page.error();
  const auto [first, count] = *page;
  Json list = Json::array();
  for (std::size_t i = first; i < first + count; ++i) list.push_back(render(*found[i]));
  Json answer = {{list_name, std::move(list)}};
  if (first + count < ids.size()) answer["nextToken"] = ids[first + count];
  return answer;
}

}  // namespace cutover::api::ec2
