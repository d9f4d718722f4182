// What one proxied request costs in lb/http: scanning and rewriting of its head and of the
// response's. Before timing, each input is proven to be scanned whole and rewritten as expected.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "lb/http/body.hpp"
#include "lb/http/classification.hpp"
#include "lb/http/rewrite.hpp"

namespace cutover::lb::http {
namespace {

constexpr std::string_view curl_request =
    "GET /api/users/3 HTTP/1.1\r\n"
    "Host: localhost:8080\r\n"
    "User-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n"
    "X-Request: 12\r\n"
    "\r\n";

constexpr std::string_view browser_request =
    "GET /api/threads/7?page=2&sort=newest HTTP/1.1\r\n"
    "Host: forum.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "DNT: 1\r\n"
    "Connection: keep-alive\r\n"
    "Referer: http://forum.example.com/api/threads?page=1\r\n"
    "Cookie: session=5f2b1c9e7a3d4b6f8c0e1a2b3c4d5e6f; theme=dark; seen=1699999999; lang=en\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Cache-Control: max-age=0\r\n"
    "Pragma: no-cache\r\n"
    "\r\n";

constexpr std::string_view target_response =
    "HTTP/1.1 200 OK\r\n"
    "Server: forum\r\n"
    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: 216\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";

const ForwardingContext forwarding{.peer_address = "127.0.0.1",
                                   .listener_port = 80,
                                   .bound_port = 8080,
                                   .listener_port_text = "80",
                                   .dns_name = "demo-1.eu-west-1.elb.localhost",
                                   .trace_id = "1-5759e988-bd862e3fe1be46a994272793"};
const ResponseContext to_client{.date = "Sun, 06 Nov 1994 08:49:37 GMT"};

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "head_bench: " << what << '\n';
  std::exit(1);
}

std::string rewritten(std::string_view bytes) {
  RequestHead head;
  require(scan_request_head(bytes, 0, head) == ScanStatus::complete, "a request was not scanned");
  require(head.length == bytes.size() && classify(head).tier == Tier::compliant,
          "a request was scanned wrongly");
  std::string out;
  std::string_view trace_id;
  append_request_head(head, forwarding, out, trace_id);
  return out;
}

void check_inputs() {
  require(rewritten(curl_request) ==
              "GET /api/users/3 HTTP/1.1\r\n"
              "X-Forwarded-For: 127.0.0.1\r\n"
              "X-Forwarded-Proto: http\r\n"
              "X-Forwarded-Port: 80\r\n"
              "Host: localhost\r\n"
              "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793\r\n"
              "User-Agent: curl/7.88.1\r\n"
              "Accept: */*\r\n"
              "X-Request: 12\r\n"
              "\r\n",
          "the small request was rewritten wrongly");
  const std::string browser = rewritten(browser_request);
  RequestHead head;
  require(scan_request_head(browser, 0, head) == ScanStatus::complete && head.headers.size() == 18,
          "the browser's request was rewritten wrongly");
}

void scan_request(benchmark::State& state, std::string_view bytes) {
  RequestHead head;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_request_head(bytes, 0, head));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}

void rewrite_request(benchmark::State& state, std::string_view bytes) {
  RequestHead head;
  scan_request_head(bytes, 0, head);
  std::string out;
  std::string_view trace_id;
  for (auto _ : state) {
    out.clear();
    append_request_head(head, forwarding, out, trace_id);
    benchmark::ClobberMemory();
  }
}

/// As the proxy does it: scan, classify, admit, rewrite.
void whole_request(benchmark::State& state, std::string_view bytes) {
  RequestHead head;
  std::string out;
  std::string_view trace_id;
  for (auto _ : state) {
    scan_request_head(bytes, 0, head);
    benchmark::DoNotOptimize(admit(head, classify(head)));
    benchmark::DoNotOptimize(Body::of_request(head));
    out.clear();
    append_request_head(head, forwarding, out, trace_id);
    benchmark::ClobberMemory();
  }
}

void scan_response(benchmark::State& state) {
  ResponseHead head;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_response_head(target_response, 0, head));
    benchmark::ClobberMemory();
  }
}

void rewrite_response(benchmark::State& state) {
  ResponseHead head;
  scan_response_head(target_response, 0, head);
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_response_head(head, to_client, out);
    benchmark::ClobberMemory();
  }
}

void whole_response(benchmark::State& state) {
  ResponseHead head;
  std::string out;
  for (auto _ : state) {
    scan_response_head(target_response, 0, head);
    benchmark::DoNotOptimize(Body::of_response(head, "GET"));
    out.clear();
    append_response_head(head, to_client, out);
    benchmark::ClobberMemory();
  }
}

void chunked_body(benchmark::State& state) {
  const auto chunk_bytes = static_cast<std::size_t>(state.range(0));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t left = chunk_bytes; left > 0; left /= 16) size.insert(0, 1, digits[left % 16]);
  std::string bytes;
  while (bytes.size() < 1024 * 1024)
    bytes += size + "\r\n" + std::string(chunk_bytes, 'x') + "\r\n";
  bytes += "0\r\n\r\n";
  for (auto _ : state) {
    Body body = Body::chunked();
    benchmark::DoNotOptimize(body.consume(bytes));
    if (!body.complete()) state.SkipWithError("the body was not read to its end");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}

BENCHMARK_CAPTURE(scan_request, curl, curl_request);
BENCHMARK_CAPTURE(scan_request, browser, browser_request);
BENCHMARK_CAPTURE(rewrite_request, curl, curl_request);
BENCHMARK_CAPTURE(rewrite_request, browser, browser_request);
BENCHMARK_CAPTURE(whole_request, curl, curl_request);
BENCHMARK_CAPTURE(whole_request, browser, browser_request);
BENCHMARK(scan_response);
BENCHMARK(rewrite_response);
BENCHMARK(whole_response);
BENCHMARK(chunked_body)->Arg(16)->Arg(4096)->Arg(262144);

}  // namespace
}  // namespace cutover::lb::http

int main(int argc, char** argv) {
  cutover::lb::http::check_inputs();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
