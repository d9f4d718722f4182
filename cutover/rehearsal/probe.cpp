#include "cutover/rehearsal/probe.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace cutover::rehearsal {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

Answer no_answer(const boost::system::error_code& error) {
  Answer answer;
  answer.error = error == beast::error::timeout ? "timed out" : error.message();
  return answer;
}

Answer kept(const http::response<http::string_body>& response) {
  Answer answer;
  answer.status = static_cast<int>(response.result_int());
  for (const auto& field : response) {
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  answer.body = response.body();
  return answer;
}

}  // namespace

asio::awaitable<Answer> ask(asio::ip::tcp::endpoint endpoint, std::string host, std::string path,
                            Duration timeout) {
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(timeout);
  co_await stream.async_connect(endpoint, token);
  if (error) co_return no_answer(error);

  http::request<http::empty_body> request(http::verb::get, path, 11);
  request.set(http::field::host, host);
  request.set(http::field::user_agent, "cutover-rehearse");
  co_await http::async_write(stream, request, token);
  if (error) co_return no_answer(error);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(probe_body_bytes_most);
  co_await http::async_read(stream, buffer, parser, token);
  if (error) co_return no_answer(error);
  co_return kept(parser.get());
}

}  // namespace cutover::rehearsal
