#include "cutover/verbs/endpoint_client.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <memory>

#include "cutover/console/endpoint.hpp"
#include "lb/base/json.hpp"

namespace cutover::verbs {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr auto patience = std::chrono::seconds(10);
/// A task's whole log, with room.
constexpr std::uint64_t answer_bytes_most = 64 * 1024 * 1024;

/// One request and its answer on a connection of its own.
class Exchange {
 public:
  Exchange(const asio::ip::tcp::endpoint& endpoint, const EndpointRequest& asked)
      : endpoint_(endpoint), stream_(io_) {
    request_.method(asked.body.empty() ? http::verb::get : http::verb::post);
    request_.target(asked.path);
    request_.set(http::field::host,
                 console::url_of(endpoint).substr(std::string_view("http://").size()));
    request_.set(http::field::user_agent, "cutover");
    request_.body() = asked.body;
    request_.prepare_payload();
    parser_.body_limit(answer_bytes_most);
  }

  Result<http::response<http::string_body>> run() {
    stream_.expires_after(patience);
    stream_.async_connect(endpoint_, [this](error_code error) { connected(error); });
    io_.run();
    if (error_) return unreachable();
    return parser_.release();
  }

 private:
  void connected(error_code error) {
    error_ = error;
    if (error) return;
    http::async_write(stream_, request_, [this](error_code failed, std::size_t) {
      error_ = failed;
      if (failed) return;
      http::async_read(stream_, buffer_, parser_,
                       [this](error_code ended, std::size_t) { error_ = ended; });
    });
  }

  Error unreachable() const {
    return {"EndpointNotReached", "--endpoint",
            fmt::format("{}: {}; `cutover up` prints where its control endpoint is",
                        console::url_of(endpoint_),
                        error_ == beast::error::timeout ? "no answer" : error_.message())};
  }

  const asio::ip::tcp::endpoint endpoint_;
  asio::io_context io_{1};
  beast::tcp_stream stream_;
  http::request<http::string_body> request_{http::verb::get, "/", 11};
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  error_code error_;
};

}  // namespace

Result<nlohmann::json> ask_endpoint(const EndpointRequest& request) {
  const auto endpoint = console::parse_endpoint(request.endpoint, true);
  if (!endpoint) return endpoint.error();
  if (!*endpoint) {
    return Error{"ValidationError", "--endpoint", "found \"none\"; an address is required"};
  }
  auto response = Exchange(**endpoint, request).run();
  if (!response) return response.error();
  auto body = parse_json(response->body());
  if (response->result() == http::status::ok) return body;
  const bool told = body && body->contains("error") && (*body)["error"].is_string();
  return Error{"Refused", "",
               told ? (*body)["error"].get<std::string>()
                    : fmt::format("the endpoint answered {}", response->result_int())};
}

}  // namespace cutover::verbs
