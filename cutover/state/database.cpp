#include "cutover/state/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

namespace cutover::state {

namespace {

/// What the table holds is told by the number in the file's header.
constexpr int format_version = 1;

void bind(sqlite3_stmt* statement, int index, const std::string& text) {
  // The text lives until the statement has run.
  sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

std::string column(sqlite3_stmt* statement, int index) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index))};
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void Database::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(std::unique_ptr<sqlite3, Close>(handle), path);
  if (opened != SQLITE_OK) return database.problem();
  if (const auto prepared = database.prepare(); !prepared) return prepared.error();
  return database;
}

Result<void> Database::prepare() {
  sqlite3_extended_result_codes(handle_.get(), 1);
  // EXCLUSIVE holds the file's lock as long as the database is open, which keeps a second program
  // out; in WAL mode FULL syncs the log at each commit.
  for (const char* pragma :
       {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "CREATE TABLE IF NOT EXISTS documents (key TEXT PRIMARY KEY, text TEXT NOT NULL) "
        "WITHOUT ROWID"}) {
    if (auto done = execute(pragma); !done) return done;
  }
  const auto version = statement("PRAGMA user_version");
  if (!version) return version.error();
  sqlite3_step(version->get());
  const int found = sqlite3_column_int(version->get(), 0);
  if (found != 0 && found != format_version) {
    return Error{
        "StateNotReadable", path_,
        fmt::format("found format {}; this program reads format {}", found, format_version)};
  }
  if (found == 0) {
    const std::string sql = fmt::format("PRAGMA user_version = {}", format_version);
    if (auto done = execute(sql.c_str()); !done) return done;
  }
  auto put = statement("INSERT OR REPLACE INTO documents (key, text) VALUES (?, ?)");
  if (!put) return put.error();
  put_ = *std::move(put);
  auto erase = statement("DELETE FROM documents WHERE key = ?");
  if (!erase) return erase.error();
  erase_ = *std::move(erase);
  return {};
}

Result<std::map<std::string, std::string>> Database::read() {
  const auto rows = statement("SELECT key, text FROM documents ORDER BY key");
  if (!rows) return rows.error();
  std::map<std::string, std::string> documents;
  int state = sqlite3_step(rows->get());
  for (; state == SQLITE_ROW; state = sqlite3_step(rows->get())) {
    documents.emplace_hint(documents.end(), column(rows->get(), 0), column(rows->get(), 1));
  }
  if (state != SQLITE_DONE) return problem();
  return documents;
}

Result<void> Database::begin() { return execute("BEGIN IMMEDIATE"); }

Result<void> Database::put(const std::string& key, const std::string& text) {
  bind(put_.get(), 1, key);
  bind(put_.get(), 2, text);
  return step(put_.get());
}

Result<void> Database::erase(const std::string& key) {
  bind(erase_.get(), 1, key);
  return step(erase_.get());
}

Result<void> Database::commit() { return execute("COMMIT"); }

void Database::roll_back() {
  // Some failures have ended the transaction by themselves.
  if (sqlite3_get_autocommit(handle_.get()) == 0) {
    [[maybe_unused]] const auto done = execute("ROLLBACK");
  }
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return problem();
  return {};
}

Result<Database::Statement> Database::statement(const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql, -1, &prepared, nullptr) != SQLITE_OK) return problem();
  return Statement(prepared);
}

Result<void> Database::step(sqlite3_stmt* statement) {
  const int state = sqlite3_step(statement);
  Result<void> result;
  if (state != SQLITE_DONE) result = problem();
  sqlite3_reset(statement);
  return result;
}

Error Database::problem() const {
  const int code = sqlite3_errcode(handle_.get());
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    return {"StateInUse", path_,
            "another program has this state open; stop it, or use another "
            "directory"};
  }
  return {"StateNotWritten", path_, sqlite3_errmsg(handle_.get())};
}

}  // namespace cutover::state
