#include "cutover/api/serve.hpp"

#include <utility>

namespace cutover::api {

namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpRequest api_request(const console::Request& request) {
  return {view(request.method_string()),
          view(request.target()),
          view(request[http::field::content_type]),
          view(request["X-Amz-Target"]),
          view(request[http::field::authorization]),
          request.body()};
}

console::Response response_of(HttpAnswer answer) {
  auto response = console::make_response(http::int_to_status(answer.status), answer.content_type,
                                         std::move(answer.body));
  response.set("x-amzn-RequestId", answer.request_id);
  return response;
}

}  // namespace

console::HttpServer::Handle api_or_console(Dispatcher& dispatcher, const console::Router& router) {
  return [&dispatcher, &router](const console::Request& request,
                                console::HttpServer::Respond respond) {
    const HttpRequest asked = api_request(request);
    if (!speaks_aws(asked)) return router.handle(request, respond);
    dispatcher.handle(asked, [respond = std::move(respond)](HttpAnswer answer) {
      respond(response_of(std::move(answer)));
    });
  };
}

}  // namespace cutover::api
