#include "cutover/console/endpoint.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace cutover::console {

namespace {

using boost::asio::ip::tcp;

Error bad(const std::string& message) { return {"ValidationError", "--endpoint", message}; }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

std::optional<boost::asio::ip::address> parse_address(std::string_view text) {
  if (text == "localhost") return boost::asio::ip::address_v4::loopback();
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error || address.is_v6() != bracketed) return std::nullopt;
  return address;
}

}  // namespace

Result<std::optional<tcp::endpoint>> parse_endpoint(std::string_view text, bool anywhere) {
  if (text == "none") return std::optional<tcp::endpoint>();
  const std::size_t colon = text.rfind(':');
  const auto port = parse_port(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  const auto address = parse_address(text.substr(0, colon));
  if (!port || !address) {
    return bad(
        fmt::format("found \"{}\"; allowed is ADDRESS:PORT, such as {} or [::1]:4566, "
                    "or none",
                    text, default_endpoint));
  }
  if (!address->is_loopback() && !anywhere) {
    return bad(
        fmt::format("{} can be reached from other machines, and whoever reaches the "
                    "endpoint controls the program; add --listen-anywhere if that is meant",
                    address->to_string()));
  }
  return std::optional(tcp::endpoint(*address, *port));
}

std::string url_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("http://[{}]:{}", address, endpoint.port())
                                    : fmt::format("http://{}:{}", address, endpoint.port());
}

}  // namespace cutover::console
