#include "cutover/api/dispatcher.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>

#include "cutover/api/wire/json.hpp"
#include "cutover/api/wire/xml.hpp"
#include "lb/base/uuid.hpp"

namespace cutover::api {

namespace {

constexpr std::size_t regions_most = 64;

/// A page that embeds a picture can make a browser send any GET, and not every browser says for
/// whom: what changes something takes a POST.
bool only_reads(std::string_view operation) {
  constexpr std::array<std::string_view, 5> prefixes{"BatchGet", "Describe", "Filter", "Get",
                                                     "List"};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return operation.starts_with(prefix); });
}

/// Each API has its own words for an operation that it does not have (unverified).
Error unknown_operation(const Service& service, const std::string& operation,
                        const std::string& version) {
  if (service.protocol == Protocol::json) {
    return {"UnknownOperationException", "",
            fmt::format("The operation {} is not supported by {}", operation, service.name)};
  }
  if (service.protocol == Protocol::ec2) {
    return {"InvalidAction", "",
            fmt::format("The action {} is not valid for this web service.", operation)};
  }
  return {"InvalidAction", "",
          fmt::format("Could not find operation {} for version {}", operation, version)};
}

Error internal_error(Protocol protocol, const std::string& what) {
  switch (protocol) {
    case Protocol::json:
      return {"ServerException", "", what};
    case Protocol::ec2:
      return {"InternalError", "", what};
    case Protocol::query:
      break;
  }
  return {"InternalFailure", "", what};
}

}  // namespace

Error Dispatcher::unknown_service(const std::string& name) const {
  std::set<std::string> names;
  for (const Service& service : services_) names.insert(service.name);
  const std::string found =
      name.empty() ? "The request names no service" : fmt::format("There is no service {}", name);
  return {"UnknownOperationException", "",
          fmt::format("{} here; this endpoint speaks for {}", found, fmt::join(names, ", "))};
}

Result<const Service*> Dispatcher::service_of(const Asked& asked) const {
  const Service* other_version = nullptr;
  for (const Service& service : services_) {
    if (!asked.target_prefix.empty()) {
      if (service.target_prefix == asked.target_prefix) return &service;
      continue;
    }
    const bool named = asked.scope && asked.scope->service == service.name;
    if (asked.scope && !named) continue;
    if (service.version == asked.version || (named && asked.version.empty())) return &service;
    if (named) other_version = &service;
  }
  if (!other_version) {
    return unknown_service(!asked.target_prefix.empty() ? asked.target_prefix
                           : asked.scope                ? asked.scope->service
                                                        : asked.version);
  }
  // EC2's answers keep their form from version to version; elsewhere another version is another
  // API: classic load balancers are "elasticloadbalancing" too.
  if (other_version->protocol == Protocol::ec2) return other_version;
  return unknown_operation(*other_version, asked.operation, asked.version);
}

Result<const Handler*> Dispatcher::handler_of(const Service& service, const Asked& asked) const {
  const auto found = service.operations.find(asked.operation);
  if (found != service.operations.end()) return &found->second;
  if (asked.operation.empty()) {
    return Error{"MissingAction", "",
                 service.protocol == Protocol::json
                     ? "The request must name its operation in the header X-Amz-Target"
                     : "The request must contain the parameter Action"};
  }
  return unknown_operation(service, asked.operation, service.version);
}

Result<Call> Dispatcher::call_of(const Service& service, const Asked& asked,
                                 const HttpRequest& request) {
  if (request.method != "POST" && (request.method != "GET" || !only_reads(asked.operation))) {
    return Error{"InvalidAction", "",
                 fmt::format("{} is sent with POST, not with {}", asked.operation, request.method)};
  }
  if (const auto admitted = admit_region(asked.region()); !admitted) return admitted.error();
  const auto form =
      service.protocol == Protocol::ec2 ? wire::ListForm::bare : wire::ListForm::members;
  auto parameters = service.protocol == Protocol::json
                        ? wire::decode_json(request.body)
                        : wire::nest(asked.pairs, form, service.lists);
  if (!parameters) return parameters.error();
  return Call{asked.region(), asked.operation, *std::move(parameters), {}};
}

Result<void> Dispatcher::admit_region(const std::string& region) {
  if (regions_.contains(region)) return {};
  if (regions_.size() == regions_most) {
    return Error{"LimitExceededException", "",
                 fmt::format("The region {} would be one more than the {} that are kept at most",
                             region, regions_most)};
  }
  regions_.insert(region);
  return {};
}

HttpAnswer Dispatcher::written(const Form& form, const Outcome& outcome) {
  HttpAnswer answer;
  answer.request_id = form.request_id;
  answer.content_type = form.protocol == Protocol::json ? wire::json_type : wire::xml_type;
  const wire::XmlFrame frame{form.operation, form.name_space, form.request_id};
  if (outcome) {
    switch (form.protocol) {
      case Protocol::query:
        answer.body = wire::query_answer(frame, *outcome);
        break;
      case Protocol::ec2:
        answer.body = wire::ec2_answer(frame, *outcome);
        break;
      case Protocol::json:
        answer.body = wire::json_answer(*outcome);
        break;
    }
    return answer;
  }
  const ApiError error = to_api_error(outcome.error());
  answer.status = error.status;
  switch (form.protocol) {
    case Protocol::query:
      answer.body = wire::query_error(frame, error);
      break;
    case Protocol::ec2:
      answer.body = wire::ec2_error(frame, error);
      break;
    case Protocol::json:
      answer.body = wire::json_error(error, outcome.error_members());
      break;
  }
  return answer;
}

void Dispatcher::answer(const Form& form, const Called& called, const Outcome& outcome,
                        const Respond& respond) {
  if (!settle_ || only_reads(form.operation)) return respond(written(form, outcome));
  settle_(called, [form, outcome, respond](const Result<void>& lasting) {
    if (!outcome || lasting) return respond(written(form, outcome));
    const std::string what = "The change was made, but could not be kept: ";
    respond(written(form, internal_error(form.protocol, what + to_string(lasting.error()))));
  });
}

void Dispatcher::handle(const HttpRequest& request, Respond respond) {
  Form form;
  form.request_id = new_uuid(random_);
  if (!request.amz_target.empty()) form.protocol = Protocol::json;
  const auto asked = read_request(request);
  if (!asked) return respond(written(form, asked.error()));
  const auto service = service_of(*asked);
  if (!service) return respond(written(form, service.error()));
  form.protocol = (*service)->protocol;
  form.name_space = (*service)->name_space;
  form.operation = asked->operation;
  const auto handler = handler_of(**service, *asked);
  if (!handler) return respond(written(form, handler.error()));
  auto call = call_of(**service, *asked, request);
  if (!call) return respond(written(form, call.error()));
  // A handler that throws after it has answered must not answer twice.
  const auto answered = std::make_shared<bool>(false);
  const Called called{(*service)->name, call->region};
  call->answer = [this, form, called, respond, answered](const Outcome& outcome) {
    if (!std::exchange(*answered, true)) answer(form, called, outcome, respond);
  };
  try {
    (**handler)(*call);
  } catch (const std::exception& error) {
    call->answer(internal_error(form.protocol, error.what()));
  }
}

}  // namespace cutover::api
