#include "containers/apps/app.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "containers/apps/behaviour.hpp"
#include "containers/apps/forum.hpp"
#include "lb/base/json.hpp"

namespace cutover::containers::apps {

namespace {

constexpr std::string_view text_headers = "Content-Type: text/plain; charset=utf-8\r\n";

class ForumApp final : public App {
 public:
  ForumApp(std::string_view name, const AppBehaviour& behaviour, std::uint64_t seed)
      : forum_(name), behaviour_(behaviour, seed) {}

  AppAnswer answer(const AppRequest& request, TimePoint now) noexcept override {
    const Treatment treatment = behaviour_.next(now);
    switch (treatment.fate) {
      case Treatment::Fate::answered:
        break;
      case Treatment::Fate::failed:
        return failure(500, "Internal Server Error", treatment.delay);
      case Treatment::Fate::refused:
        return failure(503, "Service Unavailable", treatment.delay);
    }
    const Reply& reply = forum_.find(request.method, request.target);
    return {reply.status, reply.reason, reply.headers, reply.body, treatment.delay};
  }

 private:
  /// Koa answers a failure with its status' name as text.
  static AppAnswer failure(int status, std::string_view reason, Duration delay) {
    return {status, reason, text_headers, reason, delay};
  }

  const Forum forum_;
  Behaviour behaviour_;
};

}  // namespace

bool is_app_name(std::string_view name) {
  return std::find(forum_app_names.begin(), forum_app_names.end(), name) != forum_app_names.end();
}

Result<std::shared_ptr<App>> make_app(std::string_view name, const AppBehaviour& behaviour,
                                      std::uint64_t seed) {
  if (!is_app_name(name)) {
    const auto close = closest_name(name, forum_app_names);
    return Error{"UnknownApp", "",
                 fmt::format("found app \"{}\"; allowed is one of {}{}", name,
                             fmt::join(forum_app_names, ", "),
                             close ? fmt::format("; did you mean \"{}\"?", *close) : "")};
  }
  return std::shared_ptr<App>(std::make_shared<ForumApp>(name, behaviour, seed));
}

}  // namespace cutover::containers::apps
