#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "containers/apps/app.hpp"
#include "containers/apps/forum.hpp"

namespace cutover::containers::apps {
namespace {

constexpr auto text = "Content-Type: text/plain; charset=utf-8\r\n";
constexpr auto json = "Content-Type: application/json; charset=utf-8\r\n";
constexpr auto allow_text = "Allow: HEAD, GET\r\nContent-Type: text/plain; charset=utf-8\r\n";

const char* const users =
    R"([{"id":1,"username":"ilse","name":"Ilse Varga","bio":"Repairs bicycles, and now and then a server."},)"
    R"({"id":2,"username":"tomasz","name":"Tomasz Okoro","bio":"Bakes bread on Sundays; asks why on all other days."},)"
    R"({"id":3,"username":"noor","name":"Noor Lindqvist","bio":"Keeps bees. They keep her on time."},)"
    R"({"id":4,"username":"pablo","name":"Pablo Achterberg","bio":"New here, reads everything twice."}])";
const char* const user_1 =
    R"({"id":1,"username":"ilse","name":"Ilse Varga","bio":"Repairs bicycles, and now and then a server."})";
const char* const thread_2 =
    R"({"id":2,"title":"Show us the view from your window","createdBy":3})";
const char* const posts_by_2 =
    R"([{"thread":1,"text":"A bread peel. It came back as a snow shovel.","user":2}])";
const char* const posts_in_2 =
    R"([{"thread":2,"text":"Three hives, one apple tree, and a neighbour waving at nobody in particular.","user":3},)"
    R"({"thread":2,"text":"A wall. But in the evening the light on it is very fine.","user":4}])";

std::string render(const Reply& reply) {
  return std::to_string(reply.status) + " " + std::string(reply.reason) + "\r\n" + reply.headers +
         "\r\n" + reply.body;
}

std::string ask(const Forum& forum, std::string_view method, std::string_view target) {
  return render(forum.find(method, target));
}

struct Row {
  const char* method;
  const char* target;
  std::string answer;
};

std::string ok_text(const std::string& body) {
  return std::string("200 OK\r\n") + text + "\r\n" + body;
}
std::string ok_json(const std::string& body) {
  return std::string("200 OK\r\n") + json + "\r\n" + body;
}
const std::string none = "204 No Content\r\n\r\n";
const std::string not_found = std::string("404 Not Found\r\n") + text + "\r\nNot Found";
const std::string not_allowed =
    std::string("405 Method Not Allowed\r\n") + allow_text + "\r\nMethod Not Allowed";

const std::vector<Row>& monolith_rows() {
  static const std::vector<Row> rows{
      {"GET", "/", ok_text("Ready to receive requests")},
      {"GET", "/?probe=1", ok_text("Ready to receive requests")},
      {"GET", "//", not_found},
      {"GET", "/api", ok_text("API ready to receive requests")},
      {"GET", "/api/", ok_text("API ready to receive requests")},
      {"GET", "/api//", not_found},
      // Lists and objects.
      {"GET", "/api/users", ok_json(users)},
      {"GET", "/api/users/", ok_json(users)},
      {"GET", "/api/users?x=1", ok_json(users)},
      {"GET", "/api/users/?x=/api/posts", ok_json(users)},
      {"GET", "/api/users#top", ok_json(users)},
      {"GET", "/API/Users", ok_json(users)},
      {"GET", "http://forum.example/api/users", ok_json(users)},
      {"GET", "http://forum.example", ok_text("Ready to receive requests")},
      {"GET", "/api/users//", not_found},
      {"GET", "/api/users/1", ok_json(user_1)},
      {"GET", "/api/users/1/", ok_json(user_1)},
      {"GET", "/api/users/1?full", ok_json(user_1)},
      {"GET", "/api/threads/2", ok_json(thread_2)},
      {"GET", "/api/posts/in-thread/2", ok_json(posts_in_2)},
      {"GET", "/api/posts/by-user/2", ok_json(posts_by_2)},
      // Ids go through parseInt().
      {"GET", "/api/users/1abc", ok_json(user_1)},
      {"GET", "/api/users/1.9", ok_json(user_1)},
      {"GET", "/api/users/+1", ok_json(user_1)},
      {"GET", "/api/users/0x1", ok_json(user_1)},
      {"GET", "/api/users/%31", ok_json(user_1)},
      {"GET", "/api/users/%201", ok_json(user_1)},
      {"GET", "/api/users/01", ok_json(user_1)},
      {"GET", "/api/users/%zz1", none},
      // Unknown ids: 204 for one object, an empty list for posts.
      {"GET", "/api/users/99", none},
      {"GET", "/api/users/abc", none},
      {"GET", "/api/users/-1", none},
      {"GET", "/api/users/18446744073709551617", none},
      {"GET", "/api/threads/99", none},
      {"GET", "/api/posts/by-user/99", ok_json("[]")},
      {"GET", "/api/posts/in-thread/x", ok_json("[]")},
      // Unknown paths.
      {"GET", "/api/posts/1", not_found},
      {"GET", "/api/posts/in-thread", not_found},
      {"GET", "/api/users/1/posts", not_found},
      {"GET", "/api/nothing", not_found},
      {"GET", "/apiary", not_found},
      {"GET", "/api/usersomething", not_found},
      {"GET", "*", not_found},
      {"POST", "/nothing", not_found},
      {"OPTIONS", "/nothing", not_found},
      // Methods.
      {"HEAD", "/api/users", ok_json(users)},
      {"HEAD", "/api/users/99", none},
      {"POST", "/", not_allowed},
      {"PUT", "/api/users/1", not_allowed},
      {"PATCH", "/api/posts", not_allowed},
      {"DELETE", "/api/threads/99", not_allowed},
      {"OPTIONS", "/api/users", "204 No Content\r\nAllow: HEAD, GET\r\n\r\n"},
      {"TRACE", "/", std::string("501 Not Implemented\r\n") + allow_text + "\r\nNot Implemented"},
      {"BREW", "/pot", std::string("501 Not Implemented\r\n") + text + "\r\nNot Implemented"},
      {"get", "/", std::string("501 Not Implemented\r\n") + allow_text + "\r\nNot Implemented"},
  };
  return rows;
}

TEST(Forum, AnswersEachPathAsTheOriginalDoes) {
  const Forum forum("api");
  for (const auto& row : monolith_rows())
    EXPECT_EQ(ask(forum, row.method, row.target), row.answer) << row.method << " " << row.target;
}

TEST(Forum, ServicesAnswerTheirPathsByteForByteAsTheMonolith) {
  const Forum monolith("api");
  for (const std::string service : {"posts", "threads", "users"}) {
    const Forum forum(service);
    int shared = 0;
    for (const auto& row : monolith_rows()) {
      const std::string target =
          std::string(row.target).substr(0, std::string(row.target).find('?'));
      const bool own = target.find("/api/" + service) != target.npos || target == "/" ||
                       target == "/api" || target == "/api/";
      if (!own) continue;
      ++shared;
      EXPECT_EQ(ask(forum, row.method, row.target), ask(monolith, row.method, row.target))
          << service << ": " << row.method << " " << row.target;
    }
    EXPECT_GE(shared, 8) << service;
  }
}

TEST(Forum, ServicesDoNotKnowTheOthersPaths) {
  const std::vector<std::pair<const char*, const char*>> pages{{"posts", "/api/posts"},
                                                               {"posts", "/api/posts/by-user/1"},
                                                               {"posts", "/api/posts/in-thread/1"},
                                                               {"threads", "/api/threads"},
                                                               {"threads", "/api/threads/1"},
                                                               {"users", "/api/users"},
                                                               {"users", "/api/users/1"},
                                                               {"users", "/api/users/99"}};
  for (const char* const service : {"posts", "threads", "users"}) {
    const Forum forum(service);
    for (const auto& [owner, target] : pages)
      EXPECT_EQ(ask(forum, "GET", target) == not_found, std::string(owner) != service)
          << service << ": " << target;
  }
}

TEST(Forum, HasFourUsersThreeThreadsAndSixPostsThatBelongTogether) {
  const Forum forum("api");
  const auto list = [&](const char* target) {
    return nlohmann::json::parse(forum.find("GET", target).body);
  };
  EXPECT_EQ(list("/api/users").size(), 4U);
  EXPECT_EQ(list("/api/threads").size(), 3U);
  ASSERT_EQ(list("/api/posts").size(), 6U);
  for (const auto& post : list("/api/posts")) {
    EXPECT_FALSE(post.contains("id"));
    const auto thread = "/api/threads/" + post["thread"].dump();
    const auto user = "/api/users/" + post["user"].dump();
    EXPECT_EQ(forum.find("GET", thread).status, 200) << thread;
    EXPECT_EQ(forum.find("GET", user).status, 200) << user;
  }
}

TEST(MakeApp, RefusesAnUnknownNameAndProposesTheNearest) {
  const auto app = make_app("user", {}, 0);
  ASSERT_FALSE(app);
  EXPECT_EQ(
      to_string(app.error()),
      "found app \"user\"; allowed is one of api, placeholder, posts, threads, users; did you mean "
      "\"users\"? (UnknownApp)");
  EXPECT_FALSE(is_app_name("user"));
  for (const auto name : app_names) EXPECT_TRUE(is_app_name(name));
}

TEST(MakeApp, HasAPlaceholderThatAnswersEverything) {
  AppBehaviour slow;
  slow.latency = {Latency::Shape::constant, std::chrono::milliseconds(3)};
  const auto app = make_app("placeholder", slow, 0);
  ASSERT_TRUE(app);
  for (const std::string_view target : {"/", "/api/users/99", "*"}) {
    const auto answer = (*app)->answer({"DELETE", target}, TimePoint{});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "placeholder");
    EXPECT_EQ(answer.delay, std::chrono::milliseconds(3));
  }
}

TEST(MakeApp, AnswersViewsThatOutliveTheCall) {
  const auto app = make_app("users", {}, 0);
  ASSERT_TRUE(app);
  const auto first = (*app)->answer({"GET", "/api/users/1"}, TimePoint{});
  const auto other = (*app)->answer({"GET", "/api/users"}, TimePoint{});
  EXPECT_EQ(first.body, user_1);
  EXPECT_EQ(other.body, users);
  EXPECT_EQ(first.delay, Duration::zero());
  // The same page is the same bytes in memory: nothing is built per request.
  EXPECT_EQ((*app)->answer({"HEAD", "/api/users/1"}, TimePoint{}).body.data(), first.body.data());
}

TEST(MakeApp, FailsAsKoaDoes) {
  const auto failing = make_app("api", {.error_rate = 1}, 0);
  ASSERT_TRUE(failing);
  const auto answer = (*failing)->answer({"GET", "/api/users"}, TimePoint{});
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.reason, "Internal Server Error");
  EXPECT_EQ(answer.headers, text);
  EXPECT_EQ(answer.body, "Internal Server Error");
}

TEST(MakeApp, RefusesWhatFindsItsLineFull) {
  const Latency slow{Latency::Shape::constant, std::chrono::seconds(1)};
  const auto full =
      make_app("api", {.latency = slow, .concurrency_limit = 1, .backlog_limit = 0}, 0);
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->answer({"GET", "/"}, TimePoint{}).status, 200);
  const auto answer = (*full)->answer({"GET", "/"}, TimePoint{});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "Service Unavailable");
  EXPECT_EQ(answer.delay, Duration::zero());
}

TEST(ParseInt, ReadsWhatJavaScriptReads) {
  const std::vector<std::pair<const char*, std::optional<std::int64_t>>> rows{{"7", 7},
                                                                              {"007", 7},
                                                                              {" \t7", 7},
                                                                              {"7up", 7},
                                                                              {"-7", -7},
                                                                              {"+7", 7},
                                                                              {"0x1F", 31},
                                                                              {"-0x1f", -31},
                                                                              {"0x", std::nullopt},
                                                                              {"", std::nullopt},
                                                                              {" ", std::nullopt},
                                                                              {"x7", std::nullopt},
                                                                              {"--7", std::nullopt},
                                                                              {"1e3", 1},
                                                                              {"0b11", 0},
                                                                              {"-", std::nullopt}};
  for (const auto& [written, value] : rows) EXPECT_EQ(parse_int(written), value) << written;
}

}  // namespace
}  // namespace cutover::containers::apps
