// What a Store has reported as written is there for the next program.

#include "cutover/state/store.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cutover::state {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~StoreTest() override { std::filesystem::remove_all(directory_); }
  StoreTest(const StoreTest&) = delete;
  StoreTest& operator=(const StoreTest&) = delete;

  std::unique_ptr<Store> open() {
    auto store = Store::open(control_, directory_);
    EXPECT_TRUE(store) << to_string(store.error());
    return store ? *std::move(store) : nullptr;
  }
  Result<void> commit(Store& store, std::vector<Change> changes) {
    std::optional<Result<void>> told;
    store.commit(std::move(changes), [&](const Result<void>& result) { told = result; });
    control_.restart();
    control_.run();
    EXPECT_TRUE(told);
    return told.value_or(Error{"NotTold", "", ""});
  }

  boost::asio::io_context control_;
  std::string directory_;
};

TEST_F(StoreTest, KeepsWhatWasCommitted) {
  {
    const auto store = open();
    ASSERT_TRUE(commit(*store, {{"a", "1"}, {"b", "2"}}));
    ASSERT_TRUE(commit(*store, {{"a", "3"}, {"b", std::nullopt}, {"c", ""}}));
  }
  EXPECT_THAT(*open()->read(), ElementsAre(Pair("a", "3"), Pair("c", "")));
}

TEST_F(StoreTest, WritesWhatWaitsBeforeItEnds) {
  open()->commit({{"a", "1"}}, {});
  EXPECT_THAT(*open()->read(), ElementsAre(Pair("a", "1")));
}

TEST_F(StoreTest, TellsEveryCommitInTheOrderOfTheCalls) {
  const auto store = open();
  std::vector<int> told;
  for (int i = 0; i < 100; ++i) {
    store->commit({{"a", std::to_string(i)}},
                  [&told, i](const Result<void>&) { told.push_back(i); });
  }
  control_.run();
  ASSERT_EQ(told.size(), 100U);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_THAT(*store->read(), ElementsAre(Pair("a", "99")));
}

TEST_F(StoreTest, KeepsTextsWithAnyBytes) {
  const std::string text("\0\n'\"\xc3\xa9", 6);
  ASSERT_TRUE(commit(*open(), {{"k'ey", text}}));
  EXPECT_THAT(*open()->read(), ElementsAre(Pair("k'ey", text)));
}

TEST_F(StoreTest, RefusesASecondProgram) {
  const auto store = open();
  const auto second = Store::open(control_, directory_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "StateInUse");
}

TEST_F(StoreTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(directory_ + "/state.db")
      << "this is a text of some length, and no database at all";
  const auto store = Store::open(control_, directory_);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("not a database"));
  EXPECT_EQ(store.error().where, directory_ + "/state.db");
}

TEST_F(StoreTest, SaysWhenTheDirectoryCannotBeMade) {
  std::ofstream(directory_ + "/file") << "x";
  const auto store = Store::open(control_, directory_ + "/file/below");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, "StateNotWritten");
}

}  // namespace
}  // namespace cutover::state
