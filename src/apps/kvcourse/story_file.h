#pragma once

// The file in which a test case tells its story while it happens (tests/support/live_story.h has
// its layout). It outlives the process, however that ended. What is in it is a student's program's
// to write: text for people, and nothing to judge by.
//
// *Thread safety*: any thread.

#include <string>

#include "apps/kvcourse/pipes.h"
#include "base/result.h"

namespace kv::course {

// An empty file of fixed size in memory, numbered from 10 up and closed on exec. Errors:
// `io_error`, when there are too many open files.
Result<Fd> make_story_file();

// The last of the story, from the start of a line; whatever bytes are there.
std::string read_story(const Fd& file);

}  // namespace kv::course
