#pragma once

// Copies bytes out of a memory map of a file. Where the disk fails under a map, or somebody has cut
// the file shorter, there is no call that could return an error: the system sends SIGBUS. Here that
// signal ends the copy, and not the process. (The Java virtual machine does the same for its mapped
// buffers.)
//
// The first call of handle_bus_errors() puts a handler of SIGBUS into the process. It acts only on
// a thread that is inside of copy_guarded, at an address it copies from; any other SIGBUS goes to
// the handler that was there before, or does what it would have done without ours.
//
// *Thread safety*: any thread, each has a guard of its own.
// *Simplification*: whoever puts in a handler of SIGBUS later has to call the one he found. And a
// thread that blocks SIGBUS is not guarded: there the system ends the process.

#include <span>

namespace kv {

// Requires: it was called once before any copy_guarded; further calls do nothing. False if the
// system refuses the handler.
bool handle_bus_errors();

// Fills `into` with the bytes from `from` on. False if they could not be read; then `into` holds
// anything.  Requires: so many bytes are mapped there.
bool copy_guarded(std::span<char> into, const char* from);

}  // namespace kv
