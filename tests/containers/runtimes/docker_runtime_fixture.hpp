#pragma once

// The docker runtime with an engine that does as it is told, and what is asked of that engine.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "containers/runtimes/docker_runtime.hpp"
#include "tests/containers/runtimes/control_loop.hpp"
#include "tests/containers/runtimes/scripted_engine.hpp"

namespace cutover::containers {

class DockerRuntimeTest : public testing::Test {
 protected:
  // What the engine is asked.
  static constexpr const char* create = "POST /containers/create";
  static constexpr const char* inspect = "GET /containers/c1/json";
  static constexpr const char* wait_for_it = "POST /containers/c1/wait";
  static constexpr const char* logs = "GET /containers/c1/logs?follow=1&stdout=1&stderr=1";
  static constexpr const char* logs_from_now =
      "GET /containers/c1/logs?follow=1&stdout=1&stderr=1&tail=0";
  static constexpr const char* removal = "DELETE /containers/c1?force=1&v=1";
  static constexpr const char* pull_posts = "POST /images/create?fromImage=posts:latest";

  DockerRuntimeTest() { make_runtime(engine_.docker_host()); }

  void make_runtime(const std::string& host) {
    // The guardian's part is played by a program that ends at once.
    runtime_ =
        std::make_unique<DockerRuntime>(control_.io(), timers_, DockerOptions{host, "/bin/true"});
  }
  static ContainerLaunch launch(DockerImage::Pull pull = DockerImage::Pull::missing) {
    ContainerLaunch result;
    result.task_id = "task";
    result.name = "posts";
    result.image = "posts";
    result.source = DockerImage{"posts", pull};
    result.ports = {{3000, 0}};
    return result;
  }

  void start(const ContainerLaunch& what) { posts_.start(*runtime_, what); }
  void start_and_run() {
    start(launch());
    control_.run_until([&] { return posts_.running.has_value(); });
  }
  void run_until_asked(const std::string& request, int times = 1) {
    control_.run_until([&] { return engine_.times_asked(request) >= times; });
  }
  /// How the container ended, once it has.
  std::string end() {
    control_.run_until([&] { return posts_.exit.has_value(); });
    return posts_.exit ? render(*posts_.exit) : "";
  }
  std::string end_of(const ContainerLaunch& what) {
    start(what);
    return end();
  }
  /// The engine says that the container has ended.
  void let_it_end(int code, const std::string& state = "") {
    engine_.on(inspect, {200, R"({"State":{"Running":false)" + state + "}}"});
    engine_.answer(wait_for_it, {200, fmt::format(R"({{"StatusCode":{}}})", code)});
    engine_.close(logs);
  }
  /// What is there to be done without any time passing.
  void settle() {
    control_.io().restart();
    while (control_.io().poll() > 0) {
    }
  }
  std::vector<std::string> log_lines() const {
    std::vector<std::string> lines;
    for (const auto& line : log_->lines()) {
      lines.push_back((line.stream == LogStream::errors ? "! " : "") + line.text);
    }
    return lines;
  }
  ContainerLaunch logged_launch() {
    auto result = launch();
    result.log = log_;
    return result;
  }

  ControlLoop control_;
  SimulatedClock clock_;
  SimulatedTimers timers_{clock_};
  ScriptedEngine engine_{control_.io()};
  std::shared_ptr<ContainerLog> log_ = std::make_shared<ContainerLog>();
  std::unique_ptr<DockerRuntime> runtime_;
  Observed posts_;
};

}  // namespace cutover::containers
