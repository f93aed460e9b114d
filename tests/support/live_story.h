#pragma once

// The story while it happens (story.h), so that it outlives a case that crashes, hangs or exits: a
// step is told before its call. A last line without its end is the step that was under way.
//
// The grader names a file of fixed size by KV_STORY_FD; the story lies in it as a ring:
//
//   0      8 bytes, native order: how many bytes were ever told
//   8...   the ring: byte number n of the story stands at 8 + n % (size - 8)
//
// It is for people alone: no point hangs on it.
//
// *Thread safety*: the caller keeps threads apart.

#include <cstddef>
#include <string_view>

namespace kv::test {

class LiveStory {
 public:
  // Tells to the grader's file from now on. Closes `fd`; where it is no such file, nobody is told.
  void tell_grader(int fd);

  // Tells to standard error from now on, with the steps numbered.
  void tell_people() { to_people_ = true; }
  bool told_to_people() const { return to_people_; }

  // A line begins: a step that is under way. Ends the one before, if it has no end yet.
  void begin(std::string_view what);

  // The rest of the line, and its end.
  void end(std::string_view rest);

  // The case has ended: the next step is again number 1.
  void end_case();

 private:
  void put(std::string_view text);

  bool to_people_ = false;
  std::byte* ring_ = nullptr;  // the mapped file; null: no grader
  std::size_t ring_bytes_ = 0;
  std::size_t steps_ = 0;
  bool under_way_ = false;
};

}  // namespace kv::test
