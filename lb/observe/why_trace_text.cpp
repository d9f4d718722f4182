// A why-trace for a person at a terminal.

#include <fmt/format.h>

#include <iterator>

#include "lb/observe/log_text.hpp"
#include "lb/observe/why_trace.hpp"

namespace cutover::lb {

namespace {

/// Of a longer list the beginning and the end are shown.
constexpr std::size_t rows_most = 8;

/// Words from outside, made safe to print: no escape sequence of a client's reaches the terminal.
std::string shown(std::string_view text) {
  std::string safe;
  append_escaped(text, safe);
  return safe;
}

/// `print(row, item)` for all items, or for the first half and the last of too many; `keep(item)`
/// tells those that are always shown.
template <class List, class Keep, class Print>
void print_rows(const List& list, std::string& out, const char* what, Keep keep, Print print) {
  const std::size_t half = rows_most / 2;
  std::size_t hidden = 0;
  const auto tell_hidden = [&] {
    if (hidden > 0) fmt::format_to(std::back_inserter(out), "  … {} more {}\n", hidden, what);
    hidden = 0;
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool inner = i >= half && i + half < list.size();
    if (list.size() > rows_most && inner && !keep(list[i])) {
      ++hidden;
      continue;
    }
    tell_hidden();
    print(list[i]);
  }
  tell_hidden();
}

void add_rules(const WhyTrace& trace, std::string& out) {
  if (trace.rules.empty()) return;
  out += "rules\n";
  print_rows(
      trace.rules, out, "that did not match", [](const auto& rule) { return rule.matched; },
      [&](const WhyTrace::Rule& rule) {
        const std::string name = rule.priority == 0 ? "default" : std::to_string(rule.priority);
        fmt::format_to(std::back_inserter(out), "  {:>7}  {}", name,
                       rule.matched ? "matched" : "no match");
        if (rule.conditions.empty() && !rule.reason.empty()) {
          fmt::format_to(std::back_inserter(out), ": {}", shown(rule.reason));
        }
        out += '\n';
        for (const auto& condition : rule.conditions) {
          fmt::format_to(std::back_inserter(out), "           {} {}", condition.held ? '+' : '-',
                         shown(condition.text));
          if (!condition.reason.empty()) out += " (" + shown(condition.reason) + ')';
          out += '\n';
        }
      });
}

void add_choice(const WhyTrace& trace, std::string& out) {
  auto to = std::back_inserter(out);
  if (!trace.action.empty()) fmt::format_to(to, "action   {}\n", shown(trace.action));
  for (const auto& group : trace.groups) {
    fmt::format_to(to, "group    {} {}, weight {}\n", group.chosen ? '>' : ' ', group.name,
                   group.weight);
  }
  if (!trace.group_reason.empty()) fmt::format_to(to, "         {}\n", shown(trace.group_reason));
  print_rows(
      trace.targets, out, "targets", [](const auto& target) { return target.chosen; },
      [&](const WhyTrace::Target& target) {
        fmt::format_to(to, "target   {} {}  {}", target.chosen ? '>' : ' ', target.address,
                       target.state);
        if (!target.eligible) out += ", not eligible";
        if (!target.reason.empty()) fmt::format_to(to, " ({})", shown(target.reason));
        if (target.share != 1) fmt::format_to(to, ", share {:.0f} %", target.share * 100);
        fmt::format_to(to, ", {} outstanding\n", target.outstanding);
      });
  if (!trace.target_reason.empty()) fmt::format_to(to, "         {}\n", shown(trace.target_reason));
}

void add_phases(const WhyTrace& trace, std::string& out) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  auto to = std::back_inserter(out);
  for (const auto& phase : trace.phases) {
    fmt::format_to(to, "{:>9.3f} ms  {}", Milliseconds(phase.took).count(), phase.name);
    if (!phase.note.empty()) fmt::format_to(to, " ({})", shown(phase.note));
    out += '\n';
  }
  if (!trace.phases.empty()) {
    fmt::format_to(to, "{:>9.3f} ms  in all\n", Milliseconds(trace.total()).count());
  }
}

}  // namespace

std::string to_text(const WhyTrace& trace) {
  std::string out;
  append_time(trace.time, out);
  fmt::format_to(std::back_inserter(out), "  {}\n{} -> :{}", shown(trace.trace_id),
                 shown(trace.client), trace.listener);
  if (!trace.node.empty()) fmt::format_to(std::back_inserter(out), " ({})", trace.node);
  fmt::format_to(std::back_inserter(out), "\n{}\n", shown(trace.request_line));
  if (!trace.host.empty()) {
    fmt::format_to(std::back_inserter(out), "Host: {}\n", shown(trace.host));
  }
  add_rules(trace, out);
  add_choice(trace, out);
  add_phases(trace, out);
  fmt::format_to(std::back_inserter(out), "{}, {}", trace.status, trace.fate);
  if (!trace.cause.empty()) fmt::format_to(std::back_inserter(out), ": {}", trace.cause);
  out += '\n';
  return out;
}

}  // namespace cutover::lb
