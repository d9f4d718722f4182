#pragma once

// What a service of the API is to the dispatcher: a name, a protocol, and a handler per operation.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cutover/api/wire/query.hpp"
#include "lb/base/result.hpp"

namespace cutover::api {

enum class Protocol { query, ec2, json };

/// An answer's members in AWS's own names and order. In EC2's protocol the names are those of the
/// XML elements ("vpcSet"), in all others those of the API reference.
class [[nodiscard]] Outcome : public Result<nlohmann::ordered_json> {
 public:
  using Result<nlohmann::ordered_json>::Result;
  Outcome(Result<nlohmann::ordered_json> given)
      : Result<nlohmann::ordered_json>(std::move(given)) {}
  /// `members` is what the error has beside its code and message ("resourceIds"): an object.
  Outcome(Error error, nlohmann::ordered_json members)
      : Result<nlohmann::ordered_json>(std::move(error)), error_members_(std::move(members)) {}

  /// Null, or written beside an error's code and message, in JSON only.
  const nlohmann::ordered_json& error_members() const { return error_members_; }

 private:
  nlohmann::ordered_json error_members_;
};
/// Called once, at once or later, on the control thread.
using Answer = std::function<void(Outcome)>;

struct Call {
  std::string region;
  std::string operation;
  /// An object. Through the Query protocols every leaf is a string.
  nlohmann::json parameters;
  Answer answer;
};

using Handler = std::function<void(Call)>;

/// A handler that knows its answer at once: `function(const Call&) -> Outcome`.
template <class Function>
Handler at_once(Function function) {
  return [function = std::move(function)](const Call& call) { call.answer(function(call)); };
}

struct Service {
  std::string name;  ///< As requests are signed for it: "elasticloadbalancing".
  Protocol protocol = Protocol::query;
  std::string version;        ///< "2015-12-01"
  std::string name_space;     ///< The XML namespace of its answers.
  std::string target_prefix;  ///< JSON: "AmazonEC2ContainerServiceV20141113".
  wire::ListNames lists;      ///< Query: members that are lists.
  std::map<std::string, Handler, std::less<>> operations;
};

}  // namespace cutover::api
