#pragma once

// What listener rules look at in one request: views of it, and the two parts that are costly to
// work out and so are asked for only when some rule wants them (Matcher::needs_…()).

#include <cstddef>
#include <string_view>

#include "rules/ip_address.hpp"

namespace cutover::rules {

/// The request's header fields, as far as rules ask for them.
class HeaderSource {
 public:
  /// The next field of this name (compared without letter case) at or after the place `from`, which
  /// is 0 at first and then whatever the last call left there. False when there is no more. The
  /// value comes without white space around it and lives as long as the request.
  virtual bool next(std::string_view name, std::size_t& from, std::string_view& value) const = 0;

 protected:
  ~HeaderSource() = default;
};

/// Views must live as long as the call.
struct Request {
  std::string_view host;  ///< The first Host header's value, port allowed; or the absolute-form's.
  std::string_view path;  ///< The path as received, without the query.
  std::string_view method = {};
  std::string_view query = {};            ///< After the first `?` up to `#` or the end.
  IpAddress source = {};                  ///< The TCP peer's, never X-Forwarded-For's.
  const HeaderSource* headers = nullptr;  ///< nullptr: there are none.
};

}  // namespace cutover::rules
