#pragma once

// Reads HTTP/1.1 responses off a byte stream as a client that keeps none of the body: it finds
// where each response ends, its status, and which target group answered. Strict: what RFC 9112 does
// not allow is malformed, for a load test must not call a broken answer a good one. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace cutover::load {

/// One response at a time: begin(), then take() until done() or malformed(). One owner.
class ResponseReader {
 public:
  /// The most bytes a head, and the trailers of a chunked body, may have.
  static constexpr std::size_t head_bytes_max = 64 * 1024;

  /// Forgets the last response. The answer to HEAD has no body, whatever its head says.
  void begin(bool to_head_request);
  /// Takes what belongs to this response and says how many bytes that was: fewer than given only
  /// when the response is done or malformed. Interim (1xx) responses are passed over.
  std::size_t take(std::string_view bytes);
  /// The sender closed: ends a body that lasts until then.
  void end_of_stream();

  bool started() const { return started_; }  ///< Whether any byte was taken.
  bool done() const { return stage_ == Stage::done; }
  bool malformed() const { return stage_ == Stage::malformed; }

  /// Of the final response; 0 and empty until its head is complete.
  int status() const { return status_; }
  /// X-Cutover-Target-Group; empty when absent.
  std::string_view target_group() const { return target_group_; }
  /// Whether the connection may carry another exchange once this response is done.
  bool keep_alive() const { return keep_alive_; }

 private:
  enum class Stage : std::uint8_t {
    head,
    length_body,
    until_close,
    chunk_size_first,
    chunk_size,
    chunk_extension,
    chunk_size_lf,
    chunk_data,
    chunk_data_cr,
    chunk_data_lf,
    trailers,
    done,
    malformed
  };
  struct Fields;

  std::string_view take_block(std::string_view bytes, std::size_t& taken);
  std::size_t take_counted(std::string_view bytes, Stage after);
  void take_framing(char byte);
  void read_head(std::string_view head);
  void read_trailers(std::string_view lines);
  bool read_status_line(std::string_view line);
  void frame(const Fields& fields);

  Stage stage_ = Stage::done;
  bool started_ = false;
  bool to_head_request_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  int status_ = 0;
  std::uint64_t left_ = 0;  // Bytes still to come of a counted body or chunk.
  std::string held_;        // The part of a head or of trailers that came in earlier reads.
  std::string target_group_;
};

}  // namespace cutover::load
