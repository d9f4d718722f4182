#pragma once

// What the forum's people wrote: the rows that the monolith and its services share.

#include <array>
#include <string_view>

namespace cutover::containers::apps {

struct User {
  int id;
  std::string_view username;
  std::string_view name;
  std::string_view bio;
};

struct Thread {
  int id;
  std::string_view title;
  int created_by;
};

/// Has no id of its own: posts are found by thread or by user.
struct Post {
  int thread;
  std::string_view text;
  int user;
};

inline constexpr std::array<User, 4> forum_users{{
    {1, "ilse", "Ilse Varga", "Repairs bicycles, and now and then a server."},
    {2, "tomasz", "Tomasz Okoro", "Bakes bread on Sundays; asks why on all other days."},
    {3, "noor", "Noor Lindqvist", "Keeps bees. They keep her on time."},
    {4, "pablo", "Pablo Achterberg", "New here, reads everything twice."},
}};

inline constexpr std::array<Thread, 3> forum_threads{{
    {1, "Which tool did you lend and never see again?", 1},
    {2, "Show us the view from your window", 3},
    {3, "Is it all right to rename the allotment group?", 2},
}};

inline constexpr std::array<Post, 6> forum_posts{{
    {1, "My good spanner. I know who has it, and they know that I know.", 1},
    {1, "A bread peel. It came back as a snow shovel.", 2},
    {2, "Three hives, one apple tree, and a neighbour waving at nobody in particular.", 3},
    {2, "A wall. But in the evening the light on it is very fine.", 4},
    {3, "Fine by me, as long as the old name keeps working for a while.", 1},
    {3, "Let us run both names side by side and see who still uses the old one.", 3},
}};

}  // namespace cutover::containers::apps
