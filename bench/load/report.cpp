#include "bench/load/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cutover::load {

namespace {

constexpr std::uint64_t ns_per_millisecond = 1'000'000;

double seconds(const PhaseAccount& account) {
  return std::chrono::duration<double>(account.length).count();
}

double answers_per_second(const PhaseAccount& account) {
  return account.length <= Duration::zero()
             ? 0
             : static_cast<double>(answered(account)) / seconds(account);
}

std::uint64_t in_flight(const PhaseAccount& account) {
  return account.scheduled - std::min(account.scheduled, settled(account));
}

// Milliseconds with about the digits that the histogram knows.
std::string milliseconds(std::uint64_t ns) {
  const double value = static_cast<double>(ns) / static_cast<double>(ns_per_millisecond);
  return fmt::format("{:.{}f}", value, value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0);
}

/// Rows of cells; the first columns are text and lean left, all others are numbers and lean right.
class Table {
 public:
  Table(std::size_t text_columns, std::vector<std::string> head) : text_columns_(text_columns) {
    add(std::move(head));
  }

  void add(std::vector<std::string> row) {
    widths_.resize(std::max(widths_.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size());
    rows_.push_back(std::move(row));
  }

  std::string text() const {
    std::string all;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) line += "  ";
        line += i < text_columns_ ? fmt::format("{:<{}}", row[i], widths_[i])
                                  : fmt::format("{:>{}}", row[i], widths_[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      all += line + '\n';
    }
    return all;
  }

 private:
  std::size_t text_columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
};

std::string phase_table(const std::vector<PhaseAccount>& phases) {
  const bool any_in_flight =
      std::any_of(phases.begin(), phases.end(), [](const auto& a) { return in_flight(a) > 0; });
  std::vector<std::string> head{"phase", "seconds", "scheduled", "answered", "failed", "unsent"};
  if (any_in_flight) head.emplace_back("in flight");
  for (const char* title : {"answers/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"}) {
    head.emplace_back(title);
  }
  Table table(1, std::move(head));
  for (const PhaseAccount& account : phases) {
    std::vector<std::string> row{account.phase, fmt::format("{:.1f}", seconds(account))};
    for (const std::uint64_t count :
         {account.scheduled, answered(account), failed(account), unsent(account)}) {
      row.push_back(fmt::format("{}", count));
    }
    if (any_in_flight) row.push_back(fmt::format("{}", in_flight(account)));
    row.push_back(fmt::format("{:.1f}", answers_per_second(account)));
    for (const double percentile : {50.0, 90.0, 99.0, 99.9, 100.0}) {
      row.push_back(account.latency.count() == 0
                        ? "-"
                        : milliseconds(account.latency.at_percentile(percentile)));
    }
    table.add(std::move(row));
  }
  return table.text();
}

std::string fate_table(const std::vector<PhaseAccount>& phases) {
  Table table(4, {"phase", "status", "target group", "error", "requests"});
  for (const PhaseAccount& account : phases) {
    for (const auto& [fate, count] : account.fates) {
      table.add({account.phase, fate.status == 0 ? "-" : fmt::format("{}", fate.status),
                 fate.target_group,
                 fate.error == Fate::Error::none ? "-" : std::string(to_string(fate.error)),
                 fmt::format("{}", count)});
    }
  }
  return table.text();
}

nlohmann::json latency_json(const Histogram& latency) {
  return {{"count", latency.count()},
          {"mean", latency.mean()},
          {"p50", latency.at_percentile(50)},
          {"p90", latency.at_percentile(90)},
          {"p99", latency.at_percentile(99)},
          {"p99_9", latency.at_percentile(99.9)},
          {"max", latency.max()}};
}

nlohmann::json phase_json(const PhaseAccount& account) {
  auto fates = nlohmann::json::array();
  for (const auto& [fate, count] : account.fates) {
    fates.push_back({{"status", fate.status},
                     {"target_group", fate.target_group},
                     {"error", to_string(fate.error)},
                     {"count", count}});
  }
  auto paths = nlohmann::json::object();
  for (const auto& [path, scheduled] : account.by_path) {
    const auto failures = account.failed_by_path.find(path);
    const std::uint64_t failed = failures == account.failed_by_path.end() ? 0 : failures->second;
    paths[path] = {{"scheduled", scheduled}, {"failed", failed}};
  }
  return {{"phase", account.phase},
          {"seconds", seconds(account)},
          {"scheduled", account.scheduled},
          {"answered", answered(account)},
          {"failed", failed(account)},
          {"unsent", unsent(account)},
          {"in_flight", in_flight(account)},
          {"answers_per_second", answers_per_second(account)},
          {"latency_ns", latency_json(account.latency)},
          {"fates", std::move(fates)},
          {"paths", std::move(paths)}};
}

}  // namespace

std::string to_table(const std::vector<PhaseAccount>& phases) {
  if (phases.empty()) return {};
  return phase_table(phases) + '\n' + fate_table(phases);
}

nlohmann::json to_json(const std::vector<PhaseAccount>& phases) {
  auto all = nlohmann::json::array();
  for (const PhaseAccount& account : phases) all.push_back(phase_json(account));
  return all;
}

}  // namespace cutover::load
