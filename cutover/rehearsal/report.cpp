#include "cutover/rehearsal/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "bench/load/report.hpp"
#include "cutover/rehearsal/figures.hpp"

namespace cutover::rehearsal {

namespace {

constexpr std::string_view indent = "    ";

bool all_held(const std::vector<Verdict>& verdicts) {
  return std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.held; });
}

std::string steps_table(const PhaseRecord& phase) {
  std::vector<std::vector<std::string>> rows{{"step", "took"}};
  for (const StepRecord& step : phase.steps) {
    rows.push_back({step.text, step.error ? "failed" : figure(step.took)});
  }
  return rows.size() > 1 ? table(rows, indent) : std::string{};
}

std::string fates_table(const load::PhaseAccount& account) {
  std::vector<std::vector<std::string>> rows{{"requests", "answered by", "status"}};
  for (const auto& [fate, count] : account.fates) {
    const bool answered = fate.error == load::Fate::Error::none;
    rows.push_back(
        {std::to_string(count),
         !answered                  ? "nobody"
         : fate.target_group == "-" ? "the load balancer"
                                    : fate.target_group,
         answered ? std::to_string(fate.status) : std::string(load::to_string(fate.error))});
  }
  return rows.size() > 1 ? table(rows, indent) : std::string{};
}

std::string latency_line(const load::PhaseAccount& account) {
  const load::Histogram& latency = account.latency;
  if (latency.count() == 0) return {};
  return fmt::format("{}latency  p50 {}  p90 {}  p99 {}  p99.9 {}  max {}\n", indent,
                     figure_ns(latency.at_percentile(50)), figure_ns(latency.at_percentile(90)),
                     figure_ns(latency.at_percentile(99)), figure_ns(latency.at_percentile(99.9)),
                     figure_ns(latency.max()));
}

std::string phase_text(const PhaseRecord& phase) {
  const load::PhaseAccount& account = phase.account;
  std::string text =
      fmt::format("{}  ({}, {} scheduled, {} failed)\n", phase.name, figure(account.length),
                  counted(account.scheduled, "request"), load::failed(account));
  for (const std::string& part :
       {steps_table(phase), fates_table(account), latency_line(account)}) {
    if (!part.empty()) text += part;
  }
  for (const StepRecord& step : phase.steps) {
    if (step.error) text += fmt::format("{}error  {}\n", indent, to_string(*step.error));
  }
  return text + "\n";
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text = "Findings\n";
  if (findings.empty()) return text + std::string(indent) + "none: no probed path changed\n\n";
  for (const Finding& finding : findings) {
    text += fmt::format("{}{}: {} {}{}\n", indent, finding.phase, finding.path, finding.text,
                        finding.expected ? " (expected)" : "");
  }
  return text + "\n";
}

/// Under a line for each scope, one line for each requirement.
std::string verdicts_text(const std::vector<Verdict>& verdicts) {
  std::string text;
  std::string scope;
  for (const Verdict& verdict : verdicts) {
    if (verdict.scope != scope) text += fmt::format("{}{}\n", indent, verdict.scope);
    scope = verdict.scope;
    text += fmt::format("{}  {}  {}: {}\n", indent, verdict.held ? "holds" : "FAILS",
                        verdict.requirement, verdict.found);
  }
  return text;
}

/// What the load balancer answered by itself, and clients that left: "503 no_target x6".
std::string own_answers(const lb::Accounts& accounts) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [fate, count] : accounts.fates) {
    if (fate.kind == lb::Fate::Kind::load_balancer) {
      counts[fmt::format("{} {}", fate.status, lb::to_string(fate.cause))] += count;
    } else if (fate.kind == lb::Fate::Kind::client_left) {
      counts["client left"] += count;
    }
  }
  std::string text;
  for (const auto& [what, count] : counts) {
    text += fmt::format("{}{} x{}", text.empty() ? "" : ", ", what, count);
  }
  return text;
}

std::string accounts_text(const RunRecord& run) {
  std::vector<std::vector<std::string>> rows{
      {"answered by", "load", "probes", "at the load balancer"}};
  GroupSum all;
  const auto add = [&](const std::string& name, const GroupSum& sum) {
    rows.push_back({name, std::to_string(sum.load), std::to_string(sum.probes),
                    std::to_string(sum.load_balancer)});
  };
  for (const GroupSum& sum : sum_groups(run)) {
    add(sum.group == "-" ? "the load balancer" : sum.group, sum);
    all.load += sum.load;
    all.probes += sum.probes;
    all.load_balancer += sum.load_balancer;
  }
  add("all", all);
  const std::string own = own_answers(run.load_balancer);
  return "Accounts\n" + table(rows, indent) +
         (own.empty() ? "" : fmt::format("{}the load balancer itself: {}\n", indent, own));
}

std::string last_line(const RunRecord& run, const Report& report) {
  const std::size_t asked = report.sums.size() + report.verdicts.size();
  std::size_t failed = 0;
  for (const auto* list : {&report.sums, &report.verdicts}) {
    failed += static_cast<std::size_t>(
        std::count_if(list->begin(), list->end(), [](const Verdict& v) { return !v.held; }));
  }
  if (failed == 0) {
    return fmt::format("The cutover is safe: all {} requirements hold. ({} at speed {})\n", asked,
                       figure(run.took), run.speed);
  }
  return fmt::format("The cutover is not safe: {} of {} requirements failed. ({} at speed {})\n",
                     failed, asked, figure(run.took), run.speed);
}

nlohmann::json verdicts_json(const std::vector<Verdict>& verdicts) {
  nlohmann::json list = nlohmann::json::array();
  for (const Verdict& verdict : verdicts) {
    list.push_back({{"scope", verdict.scope},
                    {"requirement", verdict.requirement},
                    {"held", verdict.held},
                    {"found", verdict.found}});
  }
  return list;
}

nlohmann::json phase_json(const PhaseRecord& phase) {
  nlohmann::json object = load::to_json(std::vector{phase.account}).front();
  object["phase"] = phase.name;
  object["steps"] = nlohmann::json::array();
  for (const StepRecord& step : phase.steps) {
    nlohmann::json entry{{"step", step.text},
                         {"seconds", std::chrono::duration<double>(step.took).count()}};
    if (step.error) entry["error"] = to_string(*step.error);
    object["steps"].push_back(std::move(entry));
  }
  object["answers"] = nlohmann::json::object();
  for (const auto& [path, answer] : phase.answers) {
    nlohmann::json entry{{"status", answer.status}, {"bytes", answer.body.size()}};
    if (answer.status == 0) entry["error"] = answer.error;
    object["answers"][path] = std::move(entry);
  }
  return object;
}

nlohmann::json accounts_json(const lb::Accounts& accounts) {
  nlohmann::json fates = nlohmann::json::array();
  for (const auto& [fate, count] : accounts.fates) {
    constexpr std::array kinds{"target", "load_balancer", "client_left"};
    fates.push_back({{"by", kinds.at(static_cast<std::size_t>(fate.kind))},
                     {"status", fate.status},
                     {"cause", lb::to_string(fate.cause)},
                     {"listener", fate.listener},
                     {"rule_priority", fate.rule_priority},
                     {"target_group", fate.target_group},
                     {"target", fate.target},
                     {"count", count}});
  }
  return {{"requests", accounts.requests},
          {"in_flight", accounts.in_flight},
          {"connections_accepted", accounts.connections_accepted},
          {"connections_refused", accounts.connections_refused},
          {"fates", std::move(fates)}};
}

}  // namespace

bool Report::safe() const { return all_held(sums) && all_held(verdicts); }

Report make_report(const Plan& plan, const RunRecord& run) {
  return {find_changes(plan, run), check_sums(run), judge(plan, run)};
}

std::string to_text(const RunRecord& run, const Report& report) {
  std::string text;
  for (const PhaseRecord& phase : run.phases) text += phase_text(phase);
  text += findings_text(report.findings);
  text += accounts_text(run) + verdicts_text(report.sums) + "\n";
  text += "Requirements\n" + verdicts_text(report.verdicts) + "\n";
  return text + last_line(run, report);
}

nlohmann::json to_json(const RunRecord& run, const Report& report) {
  nlohmann::json document{{"safe", report.safe()},
                          {"speed", run.speed},
                          {"seed", run.seed},
                          {"runtime", run.runtime},
                          {"seconds", std::chrono::duration<double>(run.took).count()},
                          {"load_balancer", accounts_json(run.load_balancer)},
                          {"sums", verdicts_json(report.sums)},
                          {"requirements", verdicts_json(report.verdicts)}};
  document["groups"] = nlohmann::json::array();
  for (const GroupSum& sum : sum_groups(run)) {
    document["groups"].push_back({{"target_group", sum.group},
                                  {"load", sum.load},
                                  {"probes", sum.probes},
                                  {"load_balancer", sum.load_balancer}});
  }
  document["groups"] = nlohmann::json::array();
  for (const GroupSum& sum : sum_groups(run)) {
    document["groups"].push_back({{"target_group", sum.group},
                                  {"load", sum.load},
                                  {"probes", sum.probes},
                                  {"load_balancer", sum.load_balancer}});
  }
  if (run.stopped) document["stopped"] = to_string(*run.stopped);
  document["phases"] = nlohmann::json::array();
  for (const PhaseRecord& phase : run.phases) document["phases"].push_back(phase_json(phase));
  document["findings"] = nlohmann::json::array();
  for (const Finding& finding : report.findings) {
    document["findings"].push_back({{"phase", finding.phase},
                                    {"path", finding.path},
                                    {"text", finding.text},
                                    {"expected", finding.expected}});
  }
  return document;
}

}  // namespace cutover::rehearsal
