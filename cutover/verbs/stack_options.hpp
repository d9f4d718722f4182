#pragma once

// The options that `up` and `rehearse` have in common: how a stack is run.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "cutover/stack/running_stack.hpp"

namespace cutover::verbs {

/// What was given on the command line; what was not is empty and gets its default later, from the
/// plan or from stack::RunOptions.
struct StackOptions {
  std::optional<unsigned> workers;
  std::optional<unsigned> nodes;
  std::string propagation_lag;  ///< "MIN..MAX" or one duration, checked; empty: none.
  std::optional<double> speed;
  std::optional<std::uint64_t> seed;
  std::optional<std::string> account;
  std::optional<std::string> runtime;
  std::string unknown_images = "fail";
  std::optional<std::string> docker_host;
  std::string port_offset;  ///< A number or "auto", checked; empty: the verb's default.
  std::string access_log;
  std::string log_directory;
};

/// Adds the flags; `options` outlives the parsing. `from_plan`: a plan may give speed and seed, and
/// the port offset's default is 8000, else auto.
void add_stack_options(CLI::App& command, StackOptions& options, bool from_plan);

stack::RunOptions run_options(const StackOptions& options);

/// Whether this process may listen on port 80: ports below 1024 are a privilege on most machines.
bool may_bind_port_80();

}  // namespace cutover::verbs
