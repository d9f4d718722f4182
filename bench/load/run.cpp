#include "bench/load/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <optional>
#include <thread>

namespace cutover::load {

namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view scheme = "http://";

Error bad_url(std::string message) { return Error{"InvalidUrl", "URL", std::move(message)}; }

struct Authority {
  std::string_view host;  // An IPv6 address without its brackets.
  std::uint16_t port = 80;
};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Result<Authority> parse_authority(std::string_view text) {
  if (text.find('@') != text.npos) return bad_url("a user name in the URL is not supported");
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return bad_url(fmt::format("'{}' lacks the closing ']'", text));
    authority.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    authority.host = text.substr(0, text.find(':'));
    rest = text.substr(authority.host.size());
  }
  if (authority.host.empty()) return bad_url("the host is missing");
  if (rest.empty()) return authority;
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return bad_url(fmt::format("'{}' must be ':' and a port from 1 to 65535", rest));
  authority.port = *port;
  return authority;
}

bool names_loopback(std::string_view host) {
  return boost::iequals(host, "localhost") || boost::iends_with(host, ".localhost");
}

Result<ip::address> look_up(std::string_view host) {
  boost::asio::io_context io;
  ip::tcp::resolver resolver(io);
  boost::system::error_code problem;
  const auto found = resolver.resolve(host, "", problem);
  if (problem || found.empty()) {
    return bad_url(fmt::format("'{}' is not a known host: {}", host, problem.message()));
  }
  return found.begin()->endpoint().address();
}

Result<ip::address> address_of(std::string_view host, Reach reach) {
  if (names_loopback(host)) return ip::address(ip::address_v4::loopback());
  boost::system::error_code problem;
  const auto literal = ip::make_address(std::string(host), problem);
  if (!problem && (literal.is_loopback() || reach == Reach::any_host)) return literal;
  if (reach == Reach::any_host) return look_up(host);
  return bad_url(
      fmt::format("'{}' is not this machine's loopback (127.0.0.1, [::1], localhost); "
                  "sending load to any other host must be allowed explicitly",
                  host));
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<Target> parse_url(std::string_view url, Reach reach) {
  if (boost::istarts_with(url, "https://")) {
    return bad_url("https is not supported; give the http:// URL of the listener");
  }
  if (!boost::istarts_with(url, scheme)) {
    return bad_url(fmt::format("'{}' must begin with http://", url));
  }
  if (!is_visible(url)) return bad_url("spaces and other characters must be escaped as %XX");
  if (url.find('#') != url.npos) return bad_url("a fragment ('#…') is never sent to a server");
  const std::string_view rest = url.substr(scheme.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = parse_authority(rest.substr(0, end));
  if (!authority) return authority.error();
  const auto address = address_of(authority->host, reach);
  if (!address) return address.error();
  const std::string_view path = rest.substr(end);
  return Target{{*address, authority->port},
                std::string(rest.substr(0, end)),
                path.starts_with('/') ? std::string(path) : fmt::format("/{}", path)};
}

Result<std::vector<PhaseAccount>> run_load(const Options& options, Duration length,
                                           const Progress& progress) {
  if (length <= Duration::zero()) {
    return Error{"InvalidLoad", "length", "the length of the run must be above 0"};
  }
  Generator generator(options);
  if (auto started = generator.start("load"); !started) return started.error();
  const RealClock clock;
  const TimePoint end = clock.now() + length;
  constexpr auto second = std::chrono::seconds(1);
  for (TimePoint next = clock.now() + second; next < end; next += second) {
    std::this_thread::sleep_for(next - clock.now());
    if (progress && !progress(generator.accounts())) return generator.stop();
  }
  std::this_thread::sleep_for(end - clock.now());
  return generator.stop();
}

}  // namespace cutover::load
