#pragma once

// Which part of the program answers a request to the control endpoint: a small table of methods and
// paths, and the checks that keep web pages out.

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cutover::console {

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

/// A response with a body and its type; the server adds what the connection asks for.
Response make_response(boost::beast::http::status status, std::string_view content_type,
                       std::string body);
/// {"error": message}
Response make_error(boost::beast::http::status status, std::string_view message);

/// The target's path with percent-escapes resolved, or nullopt when one is broken; and the raw text
/// after its "?".
std::optional<std::string> decoded_path(std::string_view target);
std::string_view query_of(std::string_view target);

/// Refuses (403) what a browser sends on behalf of a page of another site: a foreign Origin,
/// Sec-Fetch-Site, and, when `loopback_only`, a Host that does not name this machine (a name that
/// was pointed at 127.0.0.1 makes any page "same-origin"). Programs send none of these.
std::optional<Response> refuse_cross_site(const Request& request, bool loopback_only);

/// One owner, one thread. Handlers must not throw.
class Router {
 public:
  /// `rest`: what follows a route's path that ends in "/"; else empty.
  using Handler = std::function<Response(const Request& request, std::string_view rest)>;

  using Respond = std::function<void(Response)>;
  /// Answers at once or later; `request` is valid until it returns.
  using LaterHandler = std::function<void(const Request& request, const Respond& respond)>;

  /// A path that ends in "/" stands for everything below it, a longer one before a shorter one; "/"
  /// alone stands for itself. Paths are literal and compared after percent-decoding. GET answers
  /// HEAD as well.
  void add(boost::beast::http::verb method, std::string path, Handler handler);

  /// For a path that stands for itself.
  void add_later(boost::beast::http::verb method, std::string path, LaterHandler handler);

  /// 404 names the paths there are, 405 the methods.
  void handle(const Request& request, const Respond& respond) const;

 private:
  struct Route {
    boost::beast::http::verb method;
    std::string path;
    std::function<void(const Request&, std::string_view rest, const Respond&)> handler;
  };
  Response not_found(std::string_view path) const;

  std::vector<Route> routes_;
};

}  // namespace cutover::console
