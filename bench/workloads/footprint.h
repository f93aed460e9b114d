#pragma once

// What a process and a folder take, as the system counts it.
//
// *Thread safety*: any thread. *Errors*: none; what cannot be read counts as 0.

#include <cstdint>
#include <filesystem>

namespace kv::bench {

// The memory of this process that is in RAM now, in bytes.
std::int64_t resident_bytes();

// The bytes that this process has had written to disks so far: files that it changed, once for each
// time that they are written back. What stands in memory, as a file of tmpfs, counts as none.
std::uint64_t written_bytes();

// The disk space that the files under the folder take, in bytes: blocks in use, so that a sparse
// file counts for what it holds. Files that vanish meanwhile do not matter.
std::uint64_t disk_bytes(const std::filesystem::path& folder);

}  // namespace kv::bench
