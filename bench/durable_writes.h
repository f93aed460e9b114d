#pragma once

// What a durable write costs, against the least that it can: appending as many bytes to a file and
// calling fdatasync. Store and file lie in one folder, so on one disk; who measures takes turns
// between them, since a disk is not the same from one second to the next.
//
// *Thread safety*: `put` and `append_bare` from any thread; the rates from one. *Ownership*: the
// folder is removed with the object. *Errors*: `io_error` where folder or file cannot be made or
// written; those of the store.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.h"
#include "kv/options.h"
#include "kv/store.h"

namespace kv::bench {

using OpenStore = std::function<Result<std::unique_ptr<Store>>(const Options&)>;

class DurableWrites {
 public:
  // A new folder in `parent`, with a store of durability sync. Of `options`, directory and
  // durability are not looked at.
  static Result<std::unique_ptr<DurableWrites>> make(const std::filesystem::path& parent,
                                                     const OpenStore& open, Options options);
  ~DurableWrites();
  DurableWrites(const DurableWrites&) = delete;
  DurableWrites& operator=(const DurableWrites&) = delete;

  // A value of 100 bytes under a key of 16, made of the number.
  Status put(std::uint64_t number);

  // As many bytes as a log keeps of such a put, about.
  Status append_bare();

  // The same, and how many seconds it took.
  Result<double> timed_put(std::uint64_t number);
  Result<double> timed_append();

  // Operations per second in a turn of 250 ms: of so many threads that put, each its own keys; and
  // of one that appends.
  Result<double> put_rate(std::size_t writers);
  Result<double> append_rate();

 private:
  DurableWrites(std::filesystem::path folder, std::unique_ptr<Store> store, int file)
      : folder_(std::move(folder)), store_(std::move(store)), file_(file) {}

  const std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
  const int file_;
};

}  // namespace kv::bench
