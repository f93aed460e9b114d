#include "storage/compression.h"

#include <fmt/format.h>
#include <lz4.h>
#include <zstd.h>

#include <memory>
#include <new>

#include "base/coding.h"

namespace kv {
namespace {

constexpr int zstd_level = 1;

// LZ4 makes 255 bytes of one at most.
constexpr std::size_t lz4_most = 255;

// A thread keeps its contexts: making one costs more than a block does.
struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

using Compressor = std::unique_ptr<ZSTD_CCtx, FreeContext>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, FreeContext>;

ZSTD_CCtx* compressor() {
  thread_local const Compressor context(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  return context.get();
}

ZSTD_DCtx* decompressor() {
  thread_local const Decompressor context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return context.get();
}

// Both compress into so much room, and return how many bytes that took: 0 where there is too
// little.
std::size_t compress_lz4(char* out, std::size_t room, std::string_view bytes) {
  return static_cast<std::size_t>(LZ4_compress_default(
      bytes.data(), out, static_cast<int>(bytes.size()), static_cast<int>(room)));
}

std::size_t compress_zstd(ZSTD_CCtx* context, char* out, std::size_t room, std::string_view bytes) {
  const std::size_t count =
      ZSTD_compressCCtx(context, out, room, bytes.data(), bytes.size(), zstd_level);
  return ZSTD_isError(count) ? 0 : count;
}

// Both say whether the compressed bytes give just `size` bytes, which are then in `out`.
bool uncompress_lz4(char* out, std::size_t size, std::string_view compressed) {
  const int count = LZ4_decompress_safe(compressed.data(), out, static_cast<int>(compressed.size()),
                                        static_cast<int>(size));
  return count >= 0 && static_cast<std::size_t>(count) == size;
}

bool uncompress_zstd(ZSTD_DCtx* context, char* out, std::size_t size, std::string_view compressed) {
  const std::size_t count =
      ZSTD_decompressDCtx(context, out, size, compressed.data(), compressed.size());
  return !ZSTD_isError(count) && count == size;
}

// Whether LZ4, which counts in ints, takes a block of so many bytes.
bool lz4_takes(std::size_t size) { return size <= LZ4_MAX_INPUT_SIZE; }

std::unexpected<Error> damaged(std::string what) {
  return failure(Code::corruption, std::move(what));
}

Status check_size(std::uint64_t size, std::string_view compressed, Compression how,
                  std::size_t max_bytes) {
  if (size > max_bytes) {
    return damaged(fmt::format("a compressed block claims to hold {} bytes, and the most is {}",
                               size, max_bytes));
  }
  if (how == Compression::lz4 &&
      (!lz4_takes(size) || !lz4_takes(compressed.size()) || size / lz4_most > compressed.size())) {
    return damaged(
        fmt::format("a compressed block of {} bytes claims to hold {}", compressed.size(), size));
  }
  return {};
}

}  // namespace

Compression compress(std::string_view bytes, Compression how, std::string& out) {
  const std::size_t most = bytes.size() * 7 / 8;  // more does not pay
  const std::size_t before = varint_bytes(bytes.size());
  if (how == Compression::none || most <= before) return Compression::none;
  if (how == Compression::lz4 && !lz4_takes(bytes.size())) return Compression::none;
  ZSTD_CCtx* const context = how == Compression::zstd ? compressor() : nullptr;
  out.clear();
  append_varint(out, bytes.size());
  std::size_t count = 0;
  // In place of a string of zeros, that would be written over at once.
  out.resize_and_overwrite(most, [&](char* into, std::size_t) {
    count = context == nullptr ? compress_lz4(into + before, most - before, bytes)
                               : compress_zstd(context, into + before, most - before, bytes);
    return before + count;
  });
  return count == 0 ? Compression::none : how;
}

Result<std::string> uncompress(std::string_view bytes, Compression how, std::size_t max_bytes) {
  if (how == Compression::none) {
    if (bytes.size() <= max_bytes) return std::string(bytes);
    return damaged(
        fmt::format("a block has {} bytes, and the most is {}", bytes.size(), max_bytes));
  }
  std::uint64_t size = 0;
  if (!take_varint(bytes, size)) return damaged("a compressed block does not say its size");
  if (Status sound = check_size(size, bytes, how, max_bytes); !sound) {
    return failure(std::move(sound));
  }
  ZSTD_DCtx* const context = how == Compression::zstd ? decompressor() : nullptr;
  bool whole = false;
  std::string out;
  out.resize_and_overwrite(size, [&](char* into, std::size_t) {
    whole = context == nullptr ? uncompress_lz4(into, size, bytes)
                               : uncompress_zstd(context, into, size, bytes);
    return whole ? size : 0;
  });
  if (whole) return out;
  return damaged(
      fmt::format("a compressed block does not give the {} bytes that it claims to hold", size));
}

}  // namespace kv
