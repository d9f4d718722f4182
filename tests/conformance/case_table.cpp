#include "tests/conformance/case_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lb/base/json.hpp"

namespace cutover::conformance {

namespace {

using nlohmann::json;

/// Whatever a case may say, so that a slip of the pen is not a case that checks nothing.
constexpr std::array<std::string_view, 15> members{
    "nodes", "name",  "rows",   "stack",   "with",    "load balancer", "groups",     "listeners",
    "rules", "steps", "checks", "refused", "pending", "targets",       "memory only"};

/// Puts a row's values in: "${.key}" alone becomes the value itself (a list, within a list, its
/// elements), within other text its text.
json with_row(const json& value, const json& row);

std::string row_text(std::string text, const json& row) {
  for (const auto& [key, value] : row.items()) {
    const std::string hole = key == "#" ? "${#}" : "${." + key + "}";
    for (auto at = text.find(hole); at != std::string::npos; at = text.find(hole, at)) {
      const std::string put = value.is_string() ? value.get<std::string>() : value.dump();
      text.replace(at, hole.size(), put);
      at += put.size();
    }
  }
  return text;
}

const json* whole_hole(const json& value, const json& row) {
  if (!value.is_string()) return nullptr;
  const auto& text = value.get_ref<const std::string&>();
  if (text == "${#}" && row.contains("#")) return &row.at("#");
  if (!text.starts_with("${.") || text.find('}') != text.size() - 1) return nullptr;
  const auto found = row.find(text.substr(3, text.size() - 4));
  return found == row.end() ? nullptr : &*found;
}

json with_row(const json& value, const json& row) {
  if (const json* whole = whole_hole(value, row)) return *whole;
  if (value.is_string()) return row_text(value.get<std::string>(), row);
  if (value.is_object()) {
    json out = json::object();
    for (const auto& [key, member] : value.items()) {
      out[row_text(key, row)] = with_row(member, row);
    }
    return out;
  }
  if (!value.is_array()) return value;
  json out = json::array();
  for (const auto& element : value) {
    const json* whole = whole_hole(element, row);
    if (whole != nullptr && whole->is_array()) {
      out.insert(out.end(), whole->begin(), whole->end());
    } else {
      out.push_back(with_row(element, row));
    }
  }
  return out;
}

/// {"repeat": 3, "of": {…}} within a list stands for three elements, with "${#}" replaced by the
/// number of each, from 1.
json with_repeats(const json& value) {
  if (value.is_object()) {
    json out = json::object();
    for (const auto& [key, member] : value.items()) out[key] = with_repeats(member);
    return out;
  }
  if (!value.is_array()) return value;
  json out = json::array();
  for (const auto& element : value) {
    if (!element.is_object() || !element.contains("repeat")) {
      out.push_back(with_repeats(element));
      continue;
    }
    for (int i = 1; i <= element.at("repeat").get<int>(); ++i) {
      out.push_back(with_row(element.at("of"), {{"#", i}}));
    }
  }
  return out;
}

/// Attributes may be written as one object instead of a list of keys and values.
void list_attributes(json& entry) {
  const auto found = entry.find("Attributes");
  if (found == entry.end() || !found->is_object()) return;
  json list = json::array();
  for (const auto& [key, value] : found->items()) list.push_back({{"Key", key}, {"Value", value}});
  *found = std::move(list);
}

void merge_into_each(json& stack, const char* list, const json& written, const char* key) {
  if (written.contains(key)) {
    for (auto& entry : stack[list]) entry.merge_patch(written.at(key));
  }
  if (!stack.contains(list)) return;
  for (auto& entry : stack[list]) list_attributes(entry);
}

/// "yes" and "say 210" are fixed responses, which most rules of the table end in.
json actions_of(const json& written) {
  if (!written.is_string()) return written;
  const auto text = written.get<std::string>();
  const std::string status = text == "yes" ? "200" : text.substr(text.find(' ') + 1);
  return {{{"Type", "fixed-response"}, {"FixedResponseConfig", {{"StatusCode", status}}}}};
}

void add_rules(json& stack, const json& rules) {
  for (json rule : rules) {
    if (!rule.contains("ListenerArn")) rule["ListenerArn"] = "demo:80";
    if (!rule.contains("Priority")) rule["Priority"] = 10 * (stack["Rules"].size() + 1);
    rule["Actions"] = actions_of(rule.at("Actions"));
    stack["Rules"].push_back(std::move(rule));
  }
}

json stack_of(const json& written, const json& stacks) {
  json stack = written.value("stack", json("one"));
  if (stack.is_string()) stack = stacks.at(stack.get<std::string>());
  if (!stack.contains("LoadBalancers")) stack["LoadBalancers"] = {{{"Name", "demo"}}};
  if (written.contains("with")) stack.update(written.at("with"));
  if (!stack.contains("Rules")) stack["Rules"] = json::array();
  add_rules(stack, written.value("rules", json::array()));
  merge_into_each(stack, "LoadBalancers", written, "load balancer");
  merge_into_each(stack, "TargetGroups", written, "groups");
  merge_into_each(stack, "Listeners", written, "listeners");
  return stack;
}

/// Every target named in a list of targets.
void find_targets(const json& value, std::vector<std::string>& found) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      if (key != "Targets" || !member.is_array()) {
        find_targets(member, found);
        continue;
      }
      for (const auto& target : member) {
        if (!target.is_string()) continue;
        const auto name = target.get<std::string>();
        if (name.starts_with("${")) continue;  // one that the case meets on its way
        if (std::ranges::find(found, name) == found.end()) found.push_back(name);
      }
    }
  } else if (value.is_array()) {
    for (const auto& element : value) find_targets(element, found);
  }
}

Result<Case> read_case(const json& written, const std::string& section, const json& stacks) {
  const std::string name = written.at("name").get<std::string>();
  for (const auto& [key, value] : written.items()) {
    if (std::ranges::find(members, key) == members.end()) {
      return Error{"BadCase", name, fmt::format("there is no member \"{}\"", key)};
    }
  }
  Case read;
  read.name = name;
  read.section = section;
  if (const auto& why = written.value("pending", json(false)); why != false) {
    read.pending = why.is_string() ? why.get<std::string>() : "not wired yet";
  }
  read.memory_only = written.value("memory only", "");
  read.nodes = written.value("nodes", 0U);
  read.stack = stack_of(written, stacks);
  read.checks = written.value("checks", json::object());
  read.refused = written.value("refused", json());
  read.steps = written.value("steps", json::array());
  if (read.refused.is_null() == read.steps.empty()) {
    return Error{"BadCase", name, "a case has either \"steps\" or \"refused\""};
  }
  find_targets(read.stack, read.targets);
  find_targets(read.steps, read.targets);
  for (const auto& target : written.value("targets", json::array())) read.targets.push_back(target);
  return read;
}

}  // namespace

Result<std::vector<Case>> read_cases(const std::string& file, const std::string& stacks_file) {
  const auto document = read_json_file(file);
  if (!document) return document.error();
  const auto stacks = read_json_file(stacks_file);
  if (!stacks) return stacks.error();
  std::vector<Case> cases;
  try {
    const std::string section = document->at("section").get<std::string>();
    for (const json& written : document->at("cases")) {
      for (const json& row : written.value("rows", json::array({json::object()}))) {
        json one = with_row(written, row);
        one.erase("rows");
        if (row.contains("row")) {
          const auto& name = written.at("name").get_ref<const std::string&>();
          const bool within = name.find("${.row}") != std::string::npos;
          if (!within) one["name"] = row_text(name, row) + ": " + row.at("row").get<std::string>();
        }
        if (row.contains("pending")) one["pending"] = row.at("pending");
        auto read = read_case(with_repeats(one), section, *stacks);
        if (!read) return at(file + ": ", read.error());
        cases.push_back(*std::move(read));
      }
    }
  } catch (const json::exception& error) {
    return Error{"BadCase", file, error.what()};
  }
  return cases;
}

}  // namespace cutover::conformance
