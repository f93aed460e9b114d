#pragma once

// What a random case draws from the seed: few and awkward keys, so that they meet often.
//
// *Thread safety*: one thread at a time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "kv/batch.h"
#include "kv/range.h"
#include "tests/support/story.h"

namespace kv::test {

class Drawn {
 public:
  // `salt` tells the cases of one seed apart.
  explicit Drawn(std::uint64_t salt) : random_(seed() * 1000 + salt) {}

  std::size_t below(std::size_t bound) { return random_.below(bound); }
  bool once_in(std::size_t times) { return below(times) == 0; }

  // Valid for ever.
  std::string_view key() {
    using namespace std::string_view_literals;
    static constexpr std::array keys = {""sv,  "\0"sv, "A"sv,    "a"sv,    "a\0"sv,  "aa"sv,
                                        "b"sv, "ba"sv, "\x7f"sv, "\x80"sv, "\xff"sv, "\xff\xff"sv};
    return keys[below(keys.size())];
  }

  std::string value() { return once_in(5) ? "" : std::to_string(below(4)); }

  Range range() {
    Range drawn;
    if (!once_in(3)) drawn.start = key();
    if (!once_in(3)) drawn.end = key();
    drawn.reverse = once_in(2);
    drawn.limit = once_in(3) ? 1 + below(4) : 0;
    return drawn;
  }

  // Up to four changes and as many requirements as told.
  Batch batch(std::size_t requirements) {
    Batch drawn;
    for (std::size_t i = 0; i < requirements; ++i) {
      if (once_in(2)) {
        drawn.require(key(), absent);
      } else {
        drawn.require(key(), value());
      }
    }
    for (std::size_t left = below(5); left > 0; --left) {
      if (once_in(3)) {
        drawn.erase(key());
      } else {
        drawn.put(key(), value());
      }
    }
    return drawn;
  }

 private:
  Random random_;
};

}  // namespace kv::test
