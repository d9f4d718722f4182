#pragma once

// From an HTTP request to the handler of the operation it asks for, and from the handler's outcome
// to the bytes of the answer, in the protocol in which it was asked. No sockets. One thread.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cutover/api/errors.hpp"
#include "cutover/api/request.hpp"
#include "cutover/api/service.hpp"
#include "lb/base/random.hpp"

namespace cutover::api {

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type;
  std::string request_id;  ///< For the header x-amzn-RequestId.
  std::string body;
};

class Dispatcher {
 public:
  using Respond = std::function<void(HttpAnswer)>;

  /// `seed` decides the request ids.
  explicit Dispatcher(std::uint64_t seed) : random_(seed) {}

  void add(Service service) { services_.push_back(std::move(service)); }

  /// Whose operation was called, where.
  struct Called {
    std::string service;
    std::string region;
  };
  /// Called when an operation that may have changed something has answered; the answer goes out
  /// when `then` is called: what has changed is to last by then, else an error is answered.
  using Settle = std::function<void(const Called&, std::function<void(const Result<void>&)> then)>;
  void settle_with(Settle settle) { settle_ = std::move(settle); }

  /// Answers at once what can't be dispatched; else when the handler does. `request` is not used
  /// after this call. A handler that drops its Answer drops `respond`.
  void handle(const HttpRequest& request, Respond respond);

 private:
  /// How the answer will be written.
  struct Form {
    Protocol protocol = Protocol::query;
    std::string operation;
    std::string name_space;
    std::string request_id;
  };

  void answer(const Form& form, const Called& called, const Outcome& outcome,
              const Respond& respond);
  Result<const Service*> service_of(const Asked& asked) const;
  Result<const Handler*> handler_of(const Service& service, const Asked& asked) const;
  Result<Call> call_of(const Service& service, const Asked& asked, const HttpRequest& request);
  Error unknown_service(const std::string& name) const;
  /// Bounds what first uses of regions can create.
  Result<void> admit_region(const std::string& region);
  static HttpAnswer written(const Form& form, const Outcome& outcome);

  std::vector<Service> services_;
  Settle settle_;
  std::set<std::string> regions_;
  Random random_;
};

}  // namespace cutover::api
