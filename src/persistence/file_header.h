#pragma once

// The 40 bytes that logs, checkpoints and manifests begin with. Each of them has its own drawing,
// and gives the three numbers their meaning; this is what the drawings have in common.
//
// *Byte layout*, numbers as in base/coding.h:
//
//   offset  0  8 bytes  the magic, which says what kind of file it is
//           8  fixed32  format version
//          12  fixed32  small
//          16  fixed64  first
//          24  fixed64  second
//          32  fixed64  checksum of the 32 bytes before, with seed 0
//
// *Thread safety*: pure functions. *Errors*: the bytes come from a disk.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kv {

inline constexpr std::size_t file_header_bytes = 40;

struct FileHeader {
  std::uint32_t small = 0;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

// What kind of file it is.
struct FileKind {
  std::string_view magic;
  std::uint32_t version;
  std::string_view name;    // "a log"
  std::string_view remedy;  // what to do about a damaged one
};

std::string encode_file_header(const FileKind& kind, const FileHeader& header);

// What the first bytes of a file say. `path` is for messages. Errors: `corruption` where they are
// damaged or too few; `invalid_argument` for another format version.
Result<FileHeader> decode_file_header(std::string_view file, const FileKind& kind,
                                      std::string_view path);

// `corruption` of such a header, whose checksum is right or not.
std::unexpected<Error> damaged_header(const FileKind& kind, std::string_view path);

}  // namespace kv
