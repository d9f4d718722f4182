// How long it takes to find a request's rule among 1 to 10,000 rules of one path pattern each,
// beside two ways to do without an index: fnmatch(3) over the list in priority order, and RE2::Set,
// which finds every pattern that matches, of which the first by priority is taken. Before anything
// is timed, all three must give the same answer for every request.

#include <benchmark/benchmark.h>
#include <fnmatch.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lb/base/random.hpp"
#include "rules/matcher.hpp"

namespace {

using cutover::rules::Matcher;

/// Rules `/api/service-<n>*`, the highest n first, so that the longer of two prefixes that match
/// wins (service-12 before service-1), and requests that hit all rules and the default in random
/// order: more requests than a branch predictor can learn by heart.
struct Workload {
  explicit Workload(std::size_t rule_count) {
    for (std::size_t i = 0; i < rule_count; ++i) {
      patterns.push_back("/api/service-" + std::to_string(rule_count - 1 - i) + "*");
    }
    cutover::Random random(42);
    constexpr std::array<const char*, 5> endings = {"", "/", "/items", "/items/4711/comments",
                                                    ".json"};
    constexpr std::size_t request_count = 1 << 14;
    for (std::size_t i = 0; i < request_count; ++i) {
      const char* const ending = endings[random.below(5)];
      // One in eight goes to the default action, half of those by a path like the others.
      const bool to_default = random.below(8) == 0;
      const std::string beginning =
          to_default ? (random.below(2) == 0 ? "/api/service-x" : "/static/assets/")
                     : "/api/service-";
      paths.push_back(beginning +
                      std::to_string(random.below(static_cast<std::uint32_t>(rule_count))) +
                      ending);
    }
  }

  std::vector<std::string> patterns;  ///< By priority.
  std::vector<std::string> paths;
};

class CompiledRules {
 public:
  explicit CompiledRules(const Workload& workload) : matcher_(rule_set(workload)) {}
  std::uint32_t operator()(const std::string& path) const {
    return matcher_.first_match({.host = "example.com", .path = path});
  }

 private:
  static cutover::rules::RuleSet rule_set(const Workload& workload) {
    namespace rules = cutover::rules;
    rules::RuleSet set;
    for (const std::string& pattern : workload.patterns) {
      const auto priority = static_cast<std::uint32_t>(set.rules.size() + 1);
      set.rules.push_back({priority, {rules::PathPattern{{pattern}}}, rules::Forward{}});
    }
    return set;
  }
  Matcher matcher_;
};

class FnmatchList {
 public:
  explicit FnmatchList(const Workload& workload) : patterns_(workload.patterns) {}
  std::uint32_t operator()(const std::string& path) const {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (fnmatch(patterns_[i].c_str(), path.c_str(), FNM_NOESCAPE) == 0) {
        return static_cast<std::uint32_t>(i);
      }
    }
    return Matcher::default_rule;
  }

 private:
  std::vector<std::string> patterns_;
};

class Re2Set {
 public:
  explicit Re2Set(const Workload& workload) : set_(options(), RE2::ANCHOR_BOTH) {
    for (const std::string& pattern : workload.patterns) {
      std::string expression;
      for (const char character : pattern) {
        if (character == '*') {
          expression += ".*";
        } else {
          expression += RE2::QuoteMeta(std::string(1, character));
        }
      }
      if (set_.Add(expression, nullptr) < 0) std::abort();
    }
    if (!set_.Compile()) std::abort();
  }
  std::uint32_t operator()(const std::string& path) {
    if (!set_.Match(path, &matches_)) return Matcher::default_rule;
    return static_cast<std::uint32_t>(*std::min_element(matches_.begin(), matches_.end()));
  }

 private:
  static RE2::Options options() {
    RE2::Options options;
    options.set_max_mem(std::int64_t{1} << 30);  // Enough for its automaton never to start afresh.
    options.set_log_errors(false);
    return options;
  }
  RE2::Set set_;
  std::vector<int> matches_;
};

constexpr std::size_t rule_counts[] = {1, 10, 100, 1'000, 10'000};

/// fnmatch needs a tenth of a millisecond per request at 10,000 rules: there, fewer requests.
void prove_agreement() {
  for (const std::size_t rule_count : rule_counts) {
    const Workload workload(rule_count);
    const CompiledRules compiled(workload);
    const FnmatchList list(workload);
    Re2Set set(workload);
    const std::size_t checked = std::min(workload.paths.size(), 20'000'000 / rule_count);
    for (std::size_t i = 0; i < checked; ++i) {
      const std::string& path = workload.paths[i];
      const std::uint32_t answers[] = {compiled(path), list(path), set(path)};
      if (answers[0] == answers[1] && answers[1] == answers[2]) continue;
      std::fprintf(stderr, "%zu rules, %s: compiled %u, fnmatch %u, RE2::Set %u\n", rule_count,
                   path.c_str(), answers[0], answers[1], answers[2]);
      std::exit(1);
    }
  }
  std::fprintf(stderr, "compiled rules, fnmatch and RE2::Set agree\n");
}

template <class Engine>
void find_rule(benchmark::State& state) {
  const Workload workload(static_cast<std::size_t>(state.range(0)));
  Engine engine(workload);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(engine(workload.paths[next]));
    next = (next + 1) % workload.paths.size();
  }
}

void with_rule_counts(benchmark::internal::Benchmark* bench) {
  for (const std::size_t rule_count : rule_counts) {
    bench->Arg(static_cast<std::int64_t>(rule_count));
  }
}

BENCHMARK(find_rule<CompiledRules>)->Name("first_match")->Apply(with_rule_counts);
BENCHMARK(find_rule<FnmatchList>)->Name("fnmatch")->Apply(with_rule_counts);
BENCHMARK(find_rule<Re2Set>)->Name("RE2::Set")->Apply(with_rule_counts);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  prove_agreement();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
