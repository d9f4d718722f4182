#include "containers/apps/app.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "containers/apps/behaviour.hpp"
#include "containers/apps/forum.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers::apps {

namespace {

/// An app with a behaviour; what it answers when it does is left to be said.
class BehavingApp : public App {
 public:
  BehavingApp(const AppBehaviour& behaviour, std::uint64_t seed) : behaviour_(behaviour, seed) {}

  AppAnswer answer(const AppRequest& request, TimePoint now) noexcept override {
    const Treatment treatment = behaviour_.next(now);
    if (treatment.fate != Treatment::Fate::answered) return failure(treatment);
    AppAnswer given = reply(request);
    given.delay = treatment.delay;
    return given;
  }

 private:
  virtual AppAnswer reply(const AppRequest& request) const noexcept = 0;

  Behaviour behaviour_;
};

class ForumApp final : public BehavingApp {
 public:
  ForumApp(std::string_view name, const AppBehaviour& behaviour, std::uint64_t seed)
      : BehavingApp(behaviour, seed), forum_(name) {}

 private:
  AppAnswer reply(const AppRequest& request) const noexcept override {
    const Reply& reply = forum_.find(request.method, request.target);
    AppAnswer answer;
    answer.status = reply.status;
    answer.reason = reply.reason;
    answer.headers = reply.headers;
    answer.body = reply.body;
    return answer;
  }

  const Forum forum_;
};

class PlaceholderApp final : public BehavingApp {
 public:
  using BehavingApp::BehavingApp;

 private:
  AppAnswer reply(const AppRequest&) const noexcept override {
    AppAnswer answer;
    answer.reason = "OK";
    answer.headers = text_headers;
    answer.body = "placeholder";
    return answer;
  }
};

}  // namespace

bool is_app_name(std::string_view name) {
  return std::find(app_names.begin(), app_names.end(), name) != app_names.end();
}

Result<std::shared_ptr<App>> make_app(std::string_view name, const AppBehaviour& behaviour,
                                      std::uint64_t seed) {
  if (!is_app_name(name)) {
    const auto close = closest_name(name, app_names);
    return Error{
        "UnknownApp", "",
        fmt::format("found app \"{}\"; allowed is one of {}{}", name, fmt::join(app_names, ", "),
                    close ? fmt::format("; did you mean \"{}\"?", *close) : "")};
  }
  if (name == "placeholder") {
    return std::shared_ptr<App>(std::make_shared<PlaceholderApp>(behaviour, seed));
  }
  return std::shared_ptr<App>(std::make_shared<ForumApp>(name, behaviour, seed));
}

}  // namespace cutover::containers::apps
