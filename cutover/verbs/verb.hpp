#pragma once

// One verb of the command line: its subcommand, and what it does once the line has been parsed.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "lb/base/result.hpp"

namespace cutover::verbs {

/// The program's exit statuses.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;     ///< It ran, and something does not hold.
inline constexpr int exit_not_begun = 2;  ///< A bad command line, plan or stack; nothing started.

struct Verb {
  CLI::App* command = nullptr;
  std::function<int()> run;
};

Verb add_up(CLI::App& program);
Verb add_rehearse(CLI::App& program);
Verb add_load(CLI::App& program);
Verb add_app(CLI::App& program);
Verb add_logs(CLI::App& program);
Verb add_fault(CLI::App& program);
Verb add_export(CLI::App& program);

/// Prints "cutover: …" on standard error and gives `status`.
int report_error(const Error& error, int status);

}  // namespace cutover::verbs
