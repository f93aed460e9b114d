#pragma once

// What a case expected and saw, short enough to be read: a block or a table drawn as text is a line
// of thousands of characters, of which few differ.
//
// *Thread safety*: the functions are pure; a FailureText: one thread. What difference_text and told
// give is fit for a terminal; `beginning` takes text that is.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/kvcourse/judge.h"

namespace kv::course {

// The text, and of a long one its beginning: "get a -> \"aaaa…".
std::string beginning(std::string_view text);

// "step 3, finish", what was expected and what was seen. Of long texts, what stands around the
// first character that differs, the same stretch of both.
std::string difference_text(const Difference& difference);

// The failures of one case's assertions, as GoogleTest words them.
class FailureText {
 public:
  // `shown`: what difference_text has told of the case.
  explicit FailureText(const std::optional<Difference>& shown);

  // One more failure. "Which is" lines of more than a few words are left out where they say what
  // was shown before, by the difference or by another failure; of long ones, as difference_text.
  std::string told(std::string_view failure);

 private:
  bool shown_before(std::string_view value);

  std::vector<std::string> shown_;  // without what quoting adds
};

}  // namespace kv::course
