#pragma once

// The files of FileSystem::posix(): open descriptors, and what can be done with them.
//
// *Thread safety*, *Ownership*: as base/file_system.h says for each kind of file. *Errors*: those
// of the operating system, with the file, the offset and what to do.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace kv::posix {

// An open descriptor of the operating system, and the path it was opened by, for messages.
class Descriptor {
 public:
  Descriptor(int number, std::string path) : number_(number), path_(std::move(path)) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int number() const { return number_; }
  const std::string& path() const { return path_; }

 private:
  int number_;  // -1: moved from
  std::string path_;
};

// Opens with these flags of open(2), and again when a signal came between. Errors: those of
// open(2); `io_error` for what is neither a regular file nor a directory, and never waits for it.
Result<Descriptor> open_descriptor(std::string_view path, int flags);

// The failure that errno tells of, after `what` was tried: "append to", for instance.
std::unexpected<Error> system_failure(std::string_view what, std::string_view path, int error);

// fsync(2), for a directory's names, and fdatasync(2), for a file's bytes and size. Neither is
// tried again, whatever the failure.
Status sync_all(const Descriptor& descriptor);
Status sync_data(const Descriptor& descriptor);

// Each takes a descriptor opened for what the file does.
Result<std::unique_ptr<AppendFile>> make_append_file(Descriptor descriptor);
std::unique_ptr<RandomAccessFile> make_random_access_file(Descriptor descriptor);

// The same; reads through a memory map of what the file holds now, or, where the system gives none,
// without.
Result<std::unique_ptr<RandomAccessFile>> make_mapped_file(Descriptor descriptor);

// The same; allocates what is missing of so many bytes, and maps them.
Result<std::unique_ptr<PreallocatedFile>> make_preallocated_file(Descriptor descriptor,
                                                                 std::uint64_t bytes);

// `io_error` for a directory.
Result<std::uint64_t> size_of(const Descriptor& descriptor);

}  // namespace kv::posix
