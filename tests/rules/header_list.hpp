#pragma once

// A request's header fields for tests: a list, read as the load balancer lets rules read its heads.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/request.hpp"

namespace cutover::rules {

class HeaderList final : public HeaderSource {
 public:
  using Field = std::pair<std::string, std::string>;

  HeaderList() = default;
  HeaderList(std::initializer_list<Field> fields) : fields_(fields) {}
  void add(Field field) { fields_.push_back(std::move(field)); }

  bool next(std::string_view name, std::size_t& from, std::string_view& value) const override {
    while (from < fields_.size()) {
      const auto& [its_name, its_value] = fields_[from++];
      if (!equal(its_name, name)) continue;
      value = its_value;
      return true;
    }
    return false;
  }

 private:
  static bool equal(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (folded(a[i]) != folded(b[i])) return false;
    }
    return true;
  }
  static char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

  std::vector<Field> fields_;
};

}  // namespace cutover::rules
