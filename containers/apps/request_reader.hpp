#pragma once

// Reads one HTTP/1.1 request out of a connection's buffer: keeps views of its method and target,
// and throws its body away. Strict, as Beast's parser is: what it refuses is answered 400.

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/optional/optional.hpp>
#include <cstdint>
#include <string_view>

namespace cutover::containers::apps {

/// Node.js' own limit of a request's head.
inline constexpr std::uint32_t request_head_most = 16 * 1024;

/// Good for one request; make a new one for the next.
class RequestReader final : public boost::beast::http::basic_parser<true> {
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

 public:
  RequestReader() {
    header_limit(request_head_most);
    body_limit(boost::none);  // Nothing of it is kept.
  }

  /// Views into the buffer that was given to put(); good until that buffer changes.
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }
  bool needs_host() const { return version_ >= 11 && !has_host_; }
  /// The client waits for a 100 before it sends the body (RFC 9110 section 10.1.1).
  bool expects_continue() const { return expects_continue_; }

 private:
  void on_request_impl(boost::beast::http::verb, string_view method, string_view target,
                       int version, error_code&) override {
    method_ = method;
    target_ = target;
    version_ = version;
  }
  void on_field_impl(boost::beast::http::field name, string_view, string_view value,
                     error_code&) override {
    if (name == boost::beast::http::field::host) has_host_ = true;
    if (name == boost::beast::http::field::expect)
      expects_continue_ = boost::beast::iequals(value, "100-continue");
  }
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  std::string_view method_;
  std::string_view target_;
  int version_ = 0;  ///< 10 or 11.
  bool has_host_ = false;
  bool expects_continue_ = false;
};

}  // namespace cutover::containers::apps
