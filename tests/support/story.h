#pragma once

// The story of the running test case: the numbered steps it took and what it saw. A failing case
// tells it; a graded case also hands what it saw to the grader, who compares it with what the
// reference saw under the same seed. So a case need not contain the right answer.
//
// *Thread safety*: any thread; but a story is the same every time only if one thread at a time
// tells it, and what the grader compares must be the same every time.

#include <cstdint>
#include <string>
#include <string_view>

namespace kv::test {

// A step that happened, for people: step("put \"a\" = \"1\"").
void step(std::string_view what);

// The step that begins now; observe() or step() with the same words ends it. A case that crashes or
// hangs in the call between, or throws, tells it as its last. Gives the words back:
//   const std::string call = announce("get \"a\"");
std::string announce(std::string what);

// What the case saw, for people and for the grader: observe("get \"a\"", "\"1\""). Also a step.
void observe(std::string_view what, std::string_view seen);

// The seed for whatever is random in the case. The same unless --seed says otherwise; a failing
// case prints it.
std::uint64_t seed();

// Bytes for people, in quotes: printable ASCII as it is, the rest as \xNN. Of more than 64 bytes
// only the first 16, how many there are, and a checksum that tells them from others.
std::string quoted(std::string_view bytes);

}  // namespace kv::test
