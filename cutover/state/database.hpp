#pragma once

// The SQLite database behind a Store: one table of documents. Blocks; one thread at a time.

#include <map>
#include <memory>
#include <string>

#include "lb/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace cutover::state {

class Database {
 public:
  /// Opens or makes the file and takes it for this program alone.
  static Result<Database> open(const std::string& path);

  Result<std::map<std::string, std::string>> read();

  Result<void> begin();
  Result<void> put(const std::string& key, const std::string& text);
  Result<void> erase(const std::string& key);
  /// On disk when it succeeds.
  Result<void> commit();
  void roll_back();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  explicit Database(std::unique_ptr<sqlite3, Close> handle, std::string path)
      : handle_(std::move(handle)), path_(std::move(path)) {}
  Result<void> prepare();
  Result<void> execute(const char* sql);
  Result<Statement> statement(const char* sql);
  Result<void> step(sqlite3_stmt* statement);
  Error problem() const;

  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
  Statement put_;
  Statement erase_;
};

}  // namespace cutover::state
