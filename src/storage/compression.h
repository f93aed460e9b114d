#pragma once

// Makes blocks smaller, with the libraries LZ4 and Zstandard. A block that does not get smaller by
// an eighth is left as it is: reading it back is then for nothing.
//
//   none   the bytes themselves
//   lz4    varint number of bytes uncompressed, then an LZ4 block
//   zstd   varint number of bytes uncompressed, then a Zstandard frame (level 1)
//
// *Thread safety*: pure functions. *Errors*: `uncompress` trusts nothing: the bytes come from a
// disk.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kv/options.h"

namespace kv {

// Compresses the bytes into `out`, in place of what it held, and returns how: as asked, or `none`
// where that does not pay; then `out` is not to be looked at.
Compression compress(std::string_view bytes, Compression how, std::string& out);

// The bytes that were compressed. Errors: `corruption` where they can't be right, or would be more
// than `max_bytes`.
Result<std::string> uncompress(std::string_view bytes, Compression how, std::size_t max_bytes);

}  // namespace kv
