#include "containers/query_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "containers/query_condition.hpp"

namespace cutover::containers {

struct QueryExpression::Node {
  enum class Kind { condition, all, any, negation };

  Kind kind = Kind::condition;
  std::optional<QueryCondition> condition;
  std::vector<Node> parts;

  bool matches(const ContainerInstance& instance) const {
    const auto part_matches = [&](const Node& part) { return part.matches(instance); };
    switch (kind) {
      case Kind::all:
        return std::all_of(parts.begin(), parts.end(), part_matches);
      case Kind::any:
        return std::any_of(parts.begin(), parts.end(), part_matches);
      case Kind::negation:
        return !parts.front().matches(instance);
      case Kind::condition:
        break;
    }
    return condition->matches(instance);
  }
};

namespace {

using Node = QueryExpression::Node;
using Comparison = QueryCondition::Comparison;

/// Parentheses and negations within each other.
constexpr int nesting_max = 50;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_symbol(char c) { return std::string_view("=!<>~&|").find(c) != std::string_view::npos; }

bool is_word(char c) {
  return !is_space(c) && !is_symbol(c) &&
         std::string_view("()[],\"'").find(c) == std::string_view::npos;
}

/// Reads an expression by recursive descent: or, and, not, condition. The first problem is kept and
/// ends the reading.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> parse() {
    Node root = any();
    skip_space();
    if (!problem_ && at_ < text_.size()) fail_here("and, or, or the end");
    if (problem_) return *problem_;
    return root;
  }

 private:
  Node any() { return combined(Node::Kind::any, "or", "||", &Parser::all); }
  Node all() { return combined(Node::Kind::all, "and", "&&", &Parser::one); }

  Node combined(Node::Kind kind, std::string_view word, std::string_view symbol,
                Node (Parser::*part)()) {
    Node first = (this->*part)();
    if (problem_ || (peek() != word && peek() != symbol)) return first;
    Node node;
    node.kind = kind;
    node.parts.push_back(std::move(first));
    while (!problem_ && (peek() == word || peek() == symbol)) {
      take();
      node.parts.push_back((this->*part)());
    }
    return node;
  }

  Node one() {
    if (++nesting_ > nesting_max) {
      fail_here(fmt::format("at most {} negations and parentheses in each other", nesting_max));
    }
    Node node;
    const std::string_view next = problem_ ? std::string_view{} : peek();
    if (next == "not" || next == "!") {
      take();
      node.kind = Node::Kind::negation;
      node.parts.push_back(one());
    } else if (skip_character('(')) {
      node = any();
      if (!problem_ && !skip_character(')')) fail_here("and, or, or )");
    } else if (!problem_) {
      node = condition();
    }
    --nesting_;
    return node;
  }

  Node condition() {
    Node node;
    const std::size_t subject_at = position();
    auto condition = QueryCondition::about(take());
    if (!condition) return fail(subject_at, condition.error()), node;
    const std::size_t operator_at = position();
    if (const auto set = condition->set_operator(take()); !set) {
      return fail(operator_at, set.error()), node;
    }
    const std::size_t arguments_at = position();
    auto arguments = this->arguments(condition->comparison().comparison);
    if (problem_) return node;
    if (const auto set = condition->set_arguments(std::move(arguments)); !set) {
      return fail(arguments_at, set.error()), node;
    }
    node.condition = *std::move(condition);
    return node;
  }

  std::vector<std::string> arguments(Comparison comparison) {
    if (comparison == Comparison::exists) return {};
    if (comparison != Comparison::in) return {argument("")};
    std::vector<std::string> list;
    if (!skip_character('[')) return fail_here("a list, as in [a, b]"), list;
    do {
      list.push_back(argument(",]"));
    } while (!problem_ && skip_character(','));
    if (!problem_ && !skip_character(']')) fail_here(", or ]");
    return list;
  }

  /// In quotes, or up to a space, one of `ends`, or a parenthesis that was not opened in it
  /// (regular expressions have some of their own).
  std::string argument(std::string_view ends) {
    skip_space();
    const std::size_t begin = at_;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      const std::size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos) return fail_here("a value with a closing quote"), "";
      at_ = end + 1;
      return std::string(text_.substr(begin + 1, end - begin - 1));
    }
    int depth = 0;
    for (; at_ < text_.size() && !is_space(text_[at_]); ++at_) {
      const char c = text_[at_];
      if (ends.find(c) != std::string_view::npos) break;
      if (c == '(') ++depth;
      if (c == ')' && --depth < 0) break;
    }
    if (at_ == begin) fail_here("a value");
    if (depth > 0) fail_here("a value that closes its parentheses");
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// The next word or run of symbols; "!" stands alone unless an operator begins with it.
  std::string_view peek() {
    skip_space();
    std::size_t end = at_;
    const auto run = [&](auto belongs) {
      while (end < text_.size() && belongs(text_[end])) ++end;
    };
    if (at_ < text_.size() && is_symbol(text_[at_])) {
      run(is_symbol);
      const std::string_view symbols = text_.substr(at_, end - at_);
      if (symbols == "!") {
        std::size_t after = end;
        while (after < text_.size() && is_word(text_[after])) ++after;
        const std::string_view word = text_.substr(end, after - end);
        if (word == "in" || word == "exists") end = after;
      } else if (symbols.front() == '!' && symbols != "!=" && symbols != "!~") {
        end = at_ + 1;
      }
    } else {
      run(is_word);
    }
    return text_.substr(at_, end - at_);
  }

  std::string_view take() {
    const std::string_view next = peek();
    at_ += next.size();
    return next;
  }

  bool skip_character(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::size_t position() {
    skip_space();
    return at_;
  }

  void fail(std::size_t position, Error error) {
    if (problem_) return;
    error.message = fmt::format("at character {}: {}", position + 1, error.message);
    problem_ = std::move(error);
  }

  void fail_here(const std::string& allowed) {
    skip_space();
    const std::string found =
        at_ < text_.size() ? fmt::format("\"{}\"", text_[at_]) : std::string("the end");
    fail(at_,
         {"InvalidParameterException", "", fmt::format("found {}; allowed is {}", found, allowed)});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::optional<Error> problem_;
};

}  // namespace

Result<QueryExpression> QueryExpression::parse(std::string_view text) {
  if (text.size() > query_length_max) {
    return Error{"InvalidParameterException", "",
                 fmt::format("found an expression of {} characters; allowed are at most {}",
                             text.size(), query_length_max)};
  }
  auto root = Parser(text).parse();
  if (!root) return root.error();
  return QueryExpression(std::make_shared<const Node>(*std::move(root)));
}

bool QueryExpression::matches(const ContainerInstance& instance) const {
  return root_->matches(instance);
}

}  // namespace cutover::containers
