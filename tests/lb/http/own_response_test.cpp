#include <gtest/gtest.h>

#include <string>

#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

constexpr std::string_view now = "Sat, 25 Apr 2026 16:45:16 GMT";

std::string own(OwnResponse response) {
  response.date = now;
  std::string out;
  append_own_response(response, out);
  return out;
}

std::string body_of(const std::string& response) {
  return response.substr(response.find("\r\n\r\n") + 4);
}

TEST(OwnResponse, IsAlbsPageToTheByte) {
  EXPECT_EQ(own({.status = 503}),
            "HTTP/1.1 503 Service Temporarily Unavailable\r\n"
            "Server: awselb/2.0\r\n"
            "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
            "Content-Type: text/html\r\n"
            "Content-Length: 162\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            "<html>\r\n"
            "<head><title>503 Service Temporarily Unavailable</title></head>\r\n"
            "<body>\r\n"
            "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n"
            "</body>\r\n"
            "</html>\r\n");
}

TEST(OwnResponse, HasTheLengthsThatWereSeen) {
  struct Page {
    int status;
    std::string_view phrase;
    std::size_t length;
  };
  for (const Page& page :
       {Page{503, "Service Temporarily Unavailable", 162}, Page{502, "Bad Gateway", 122},
        Page{301, "Moved Permanently", 134}, Page{302, "Found", 110}, Page{400, "Bad Request", 122},
        Page{403, "Forbidden", 118}, Page{405, "Not Allowed", 122},
        Page{408, "Request Time-out", 132}, Page{413, "Request Entity Too Large", 148},
        Page{414, "Request-URI Too Large", 142}, Page{500, "Internal Server Error", 142},
        Page{501, "Not Implemented", 130}, Page{504, "Gateway Time-out", 132},
        Page{505, "HTTP Version Not Supported", 152}}) {
    const std::string response = own({.status = page.status});
    const std::string title = std::to_string(page.status) + " " + std::string(page.phrase);
    EXPECT_TRUE(response.starts_with("HTTP/1.1 " + title + "\r\n")) << response;
    EXPECT_NE(response.find("\r\nContent-Length: " + std::to_string(page.length) + "\r\n"),
              std::string::npos)
        << response;
    EXPECT_EQ(body_of(response).size(), page.length);
    EXPECT_NE(response.find("<title>" + title + "</title>"), std::string::npos);
  }
}

TEST(OwnResponse, WithoutPhraseShowsTheNumber) {
  const std::string response = own({.status = 463, .keep_alive = false});
  EXPECT_TRUE(response.starts_with("HTTP/1.1 463 \r\n"));
  EXPECT_NE(response.find("<center><h1>463</h1></center>"), std::string::npos);
}

TEST(OwnResponse, ToHeadHasNoBody) {
  EXPECT_EQ(own({.status = 502, .head_only = true, .keep_alive = false}),
            "HTTP/1.1 502 Bad Gateway\r\n"
            "Server: awselb/2.0\r\n"
            "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
            "Content-Type: text/html\r\n"
            "Content-Length: 122\r\n"
            "Connection: close\r\n"
            "\r\n");
}

TEST(OwnResponse, RedirectsCarryTheirLocation) {
  EXPECT_EQ(own({.status = 301, .head_only = true, .location = "http://a:80/x"}),
            "HTTP/1.1 301 Moved Permanently\r\n"
            "Server: awselb/2.0\r\n"
            "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
            "Content-Type: text/html\r\n"
            "Content-Length: 134\r\n"
            "Connection: keep-alive\r\n"
            "Location: http://a:80/x\r\n"
            "\r\n");
}

TEST(OwnResponse, MayNameAllowedMethodsAndTheTargetGroup) {
  const std::string response = own({.status = 405, .allow = "GET, HEAD", .label = "users"});
  EXPECT_NE(response.find("\r\nAllow: GET, HEAD\r\nX-Cutover-Target-Group: users\r\n\r\n<html>"),
            std::string::npos);
}

TEST(FixedResponse, SendsItsOwnBodyAndType) {
  EXPECT_EQ(
      own({.status = 200, .content_type = "text/plain", .body = "hello", .fixed_response = true}),
      "HTTP/1.1 200 OK\r\n"
      "Server: awselb/2.0\r\n"
      "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: 5\r\n"
      "Connection: keep-alive\r\n"
      "\r\n"
      "hello");
}

TEST(FixedResponse, MayBeEmpty) {
  EXPECT_EQ(own({.status = 299, .content_type = "application/json", .fixed_response = true}),
            "HTTP/1.1 299 \r\n"
            "Server: awselb/2.0\r\n"
            "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            "Content-Length: 0\r\n"
            "Connection: keep-alive\r\n"
            "\r\n");
}

TEST(FixedResponse, NoContentHasNeitherBodyNorLength) {
  EXPECT_EQ(
      own({.status = 204, .content_type = "text/plain", .body = "hello", .fixed_response = true}),
      "HTTP/1.1 204 No Content\r\n"
      "Server: awselb/2.0\r\n"
      "Date: Sat, 25 Apr 2026 16:45:16 GMT\r\n"
      "Connection: keep-alive\r\n"
      "\r\n");
}

struct Redirection {
  std::string_view protocol = "#{protocol}";
  std::string_view host = "#{host}";
  std::string_view port = "#{port}";
  std::string_view path = "/#{path}";
  std::string_view query = "#{query}";
};

std::string location(const Redirection& to, std::string_view path = "/a/b",
                     std::string_view query = "x=1") {
  std::string out = "Location: ";
  append_location(
      to.protocol, to.host, to.port, to.path, to.query,
      {.protocol = "HTTP", .host = "example.com", .port = 80, .path = path, .query = query}, out);
  return out.substr(10);
}

TEST(Location, AlwaysNamesThePort) {
  EXPECT_EQ(location({}), "http://example.com:80/a/b?x=1");
  EXPECT_EQ(location({.protocol = "HTTPS", .port = "443"}), "https://example.com:443/a/b?x=1");
}

TEST(Location, LeavesOutAnEmptyQuery) {
  EXPECT_EQ(location({}, "/a", ""), "http://example.com:80/a");
  EXPECT_EQ(location({.query = ""}), "http://example.com:80/a/b");
  EXPECT_EQ(location({.query = "#{query}&y=2"}, "/", ""), "http://example.com:80/?&y=2");
}

TEST(Location, ReplacesKeywordsWhereverTheyStand) {
  EXPECT_EQ(location({.host = "new.#{host}", .path = "/#{port}/#{path}/#{path}/#{host}"}),
            "http://new.example.com:80/80/a/b/a/b/example.com?x=1");
  EXPECT_EQ(location({.path = "/#{other}#{", .query = "p=#{protocol}&h=#{host}&#{port}#{path}"}),
            "http://example.com:80/#{other}#{?p=HTTP&h=example.com&80a/b");
  EXPECT_EQ(location({}, "/", "q=#{host}"), "http://example.com:80/?q=#{host}");
}

TEST(ReasonPhrase, IsEmptyForUnknownStatuses) {
  EXPECT_EQ(reason_phrase(503), "Service Temporarily Unavailable");
  EXPECT_EQ(reason_phrase(561), "");
}

}  // namespace
}  // namespace cutover::lb::http
