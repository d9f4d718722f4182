#include "bench/load/mix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <limits>
#include <string_view>

namespace cutover::load {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "!#$%&'*+-.^_`|~0123456789"
                              "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == text.npos;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

bool usually_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

Error problem(std::string where, std::string message) {
  return Error{"InvalidRequestKind", std::move(where), std::move(message)};
}

Result<void> check_header(const std::string& name, const std::string& value) {
  if (!is_token(name)) return problem("", fmt::format("'{}' is not a header name", name));
  if (!is_value(value)) {
    return problem("", fmt::format("the value of header '{}' has a control character", name));
  }
  if (boost::iequals(name, "Content-Length") || boost::iequals(name, "Transfer-Encoding")) {
    return problem("", fmt::format("'{}' follows from the body and may not be given", name));
  }
  return {};
}

Result<void> check(const RequestKind& kind) {
  if (!is_token(kind.method) || kind.method == "CONNECT") {
    return problem("/method",
                   fmt::format("'{}' is not a method that asks for a path", kind.method));
  }
  if (!kind.path.starts_with('/') || !is_visible(kind.path)) {
    return problem("/path", fmt::format("'{}' must begin with '/' and have neither spaces nor "
                                        "characters that a URL must escape",
                                        kind.path));
  }
  for (std::size_t i = 0; i < kind.headers.size(); ++i) {
    const auto& [name, value] = kind.headers[i];
    if (auto sound = check_header(name, value); !sound) {
      return at(fmt::format("/headers/{}", i), sound.error());
    }
  }
  return {};
}

std::string write(const RequestKind& kind, const std::string& host) {
  const bool own_host = std::any_of(kind.headers.begin(), kind.headers.end(),
                                    [](const auto& h) { return boost::iequals(h.first, "Host"); });
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\n", kind.method, kind.path);
  if (!own_host) bytes += fmt::format("Host: {}\r\n", host);
  for (const auto& [name, value] : kind.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  if (!kind.body.empty() || usually_has_body(kind.method)) {
    bytes += fmt::format("Content-Length: {}\r\n", kind.body.size());
  }
  return bytes + "\r\n" + kind.body;
}

}  // namespace

Result<Mix> Mix::make(const std::vector<RequestKind>& kinds, const std::string& host,
                      std::uint64_t seed) {
  Mix mix(seed);
  std::uint64_t weights = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const RequestKind& kind = kinds[i];
    if (auto sound = check(kind); !sound) return at(fmt::format("/{}", i), sound.error());
    weights += kind.weight;
    if (weights > std::numeric_limits<std::uint32_t>::max()) {
      return problem(fmt::format("/{}/weight", i), "the weights add up to more than 4294967295");
    }
    mix.prepared_.push_back(
        {write(kind, host), kind.path, kind.method == "HEAD", static_cast<std::uint32_t>(weights)});
  }
  if (weights == 0) return problem("", "the mix must have a kind of request with a weight above 0");
  if (!is_value(host)) return problem("", "the host has a control character");
  return mix;
}

std::size_t Mix::choose() {
  const std::uint32_t drawn = random_.below(prepared_.back().weights_up_to);
  const auto chosen = std::upper_bound(
      prepared_.begin(), prepared_.end(), drawn,
      [](std::uint32_t number, const Prepared& kind) { return number < kind.weights_up_to; });
  return static_cast<std::size_t>(chosen - prepared_.begin());
}

}  // namespace cutover::load
