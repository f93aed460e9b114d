// The simulated file system and the operating system's give the same answers to random sequences of
// calls, and hold the same in the end. RapidCheck draws the calls, and shortens what fails.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/random.h"
#include "base/simulated_file_system.h"
#include "tests/support/story.h"
#include "tests/support/temporary_directory.h"

namespace kv {
namespace {

template <class T>
std::string answer(const Result<T>& result) {
  return result ? "ok" : std::string(name(result.error().code()));
}

// One of two that are told the same. It keeps a few files open, each in a slot.
class Caller {
 public:
  Caller(FileSystem& files, std::string root) : files_(files), root_(std::move(root)) {
    (void)files_.create_directory(at("d"));
  }

  // Makes the call that the number stands for, and returns what call it was and what it gave.
  std::string call(std::uint64_t number) {
    Random draw(number);
    const std::size_t slot = draw.below(slots);
    const std::string name = drawn_name(draw);
    switch (draw.below(19)) {
      case 0:
        return fmt::format("create {}: {}", name, keep(appends_[slot], files_.create(at(name))));
      case 1:
        return fmt::format("open_append {}: {}", name,
                           keep(appends_[slot], files_.open_append(at(name))));
      case 2:
        return fmt::format(
            "preallocate {}: {}", name,
            keep(preallocated_[slot], files_.preallocate(at(name), draw.below(3) * 3000)));
      case 3:
        return fmt::format("open_preallocated {}: {}", name,
                           keep(preallocated_[slot], files_.open_preallocated(at(name))));
      case 4: return fmt::format("open {}: {}", name, keep(readers_[slot], files_.open(at(name))));
      case 5: return fmt::format("lock {}: {}", name, keep(locks_[slot], files_.lock(at(name))));
      case 6: locks_[slot].reset(); return "unlock";
      case 7:
        return fmt::format("open_for_lookups {}: {}", name,
                           keep(readers_[slot], files_.open_for_lookups(at(name))));
      default: return draw.below(2) == 0 ? call_on_names(draw, name) : call_on_files(draw, slot);
    }
  }

  // All names and what they hold.
  std::string state() const {
    std::string text;
    for (const char* const directory : {"", "d"}) {
      for (const std::string& name : files_.list(at(directory)).value_or(Names{})) {
        const Result<std::string> content = read_file(files_, join(at(directory), name));
        text += fmt::format("{}/{}: {}\n", directory, name,
                            content ? test::quoted(*content) : answer(content));
      }
    }
    return text;
  }

 private:
  using Names = std::vector<std::string>;

  static constexpr std::size_t slots = 2;

  static std::string drawn_name(Random& draw) {
    static constexpr std::array names = {"a", "b", "c", "d/a", "d/b", "d", "missing/a", "a/b"};
    return names[draw.below(names.size())];
  }

  std::string at(std::string_view name) const { return join(root_, name); }

  template <class File>
  static std::string keep(std::unique_ptr<File>& slot, Result<std::unique_ptr<File>> opened) {
    if (opened) slot = *std::move(opened);
    return answer(opened);
  }

  std::string call_on_names(Random& draw, const std::string& name) {
    switch (draw.below(7)) {
      case 0: {
        const std::string to = drawn_name(draw);
        return fmt::format("rename {} {}: {}", name, to, answer(files_.rename(at(name), at(to))));
      }
      case 1: return fmt::format("unlink {}: {}", name, answer(files_.unlink(at(name))));
      case 2:  // hardly ever, or soon all names are directories
        if (draw.below(20) != 0) return "";
        return fmt::format("create_directory {}: {}", name,
                           answer(files_.create_directory(at(name))));
      case 3:
        if (draw.below(4) == 0) {
          return fmt::format("remove_directory {}: {}", name,
                             answer(files_.remove_directory(at(name))));
        }
        return fmt::format("sync_directory {}: {}", name, answer(files_.sync_directory(at(name))));
      case 4: {
        const Result<Names> names = files_.list(at(name));
        return fmt::format("list {}: {} {}", name, answer(names),
                           fmt::join(names.value_or(Names{}), " "));
      }
      case 5: {
        const Result<bool> there = files_.exists(at(name));
        return fmt::format("exists {}: {} {}", name, answer(there), there.value_or(false));
      }
      default: {
        const Result<std::uint64_t> size = files_.file_size(at(name));
        return fmt::format("file_size {}: {} {}", name, answer(size), size.value_or(0));
      }
    }
  }

  std::string call_on_files(Random& draw, std::size_t slot) {
    const std::string bytes = draw.bytes(draw.below(2) == 0 ? draw.below(20) : draw.below(9000));
    const std::uint64_t offset = draw.below(7000);
    const bool syncs = draw.below(20) == 0;  // which takes a real disk its time
    switch (draw.below(5)) {
      case 0:
        if (!appends_[slot]) return "";
        return fmt::format("append {}: {}", bytes.size(), answer(appends_[slot]->append(bytes)));
      case 1:
        if (!appends_[slot] || !syncs) return "";
        return fmt::format("sync: {}", answer(appends_[slot]->sync()));
      case 2:
        if (!preallocated_[slot]) return "";
        return fmt::format("write {} {}: {}", offset, bytes.size(),
                           answer(preallocated_[slot]->write(offset, bytes)));
      case 3:
        if (!preallocated_[slot] || !syncs) return "";
        return fmt::format("sync: {}", answer(preallocated_[slot]->sync()));
      default: {
        if (!readers_[slot]) return "";
        std::string into(bytes.size(), '\0');
        const Result<std::size_t> count = readers_[slot]->read(offset, into);
        into.resize(count.value_or(0));
        return fmt::format("read {} {}: {} {} of {}", offset, bytes.size(), answer(count),
                           test::quoted(into), readers_[slot]->size().value_or(0));
      }
    }
  }

  FileSystem& files_;
  const std::string root_;
  std::array<std::unique_ptr<AppendFile>, slots> appends_;
  std::array<std::unique_ptr<PreallocatedFile>, slots> preallocated_;
  std::array<std::unique_ptr<RandomAccessFile>, slots> readers_;
  std::array<std::unique_ptr<FileLock>, slots> locks_;
};

RC_GTEST_PROP(FileSystems, AgreeOnRandomCalls, (const std::vector<std::uint64_t>& calls)) {
  const test::TemporaryDirectory directory;
  SimulatedFileSystem simulated;
  Caller real(FileSystem::posix(), directory.path());
  Caller other(simulated, "/");
  for (const std::uint64_t call : calls) {
    const std::string expected = real.call(call);
    RC_LOG() << expected << "\n";
    RC_ASSERT(other.call(call) == expected);
  }
  RC_ASSERT(other.state() == real.state());
}

// The same with longer sequences: what is open, unlinked and written meets more often.
TEST(FileSystems, AgreeOnLongRandomSequences) {
  for (std::uint64_t sequence = 0; sequence < 20; ++sequence) {
    const test::TemporaryDirectory directory;
    SimulatedFileSystem simulated;
    Caller real(FileSystem::posix(), directory.path());
    Caller other(simulated, "/");
    Random random(test::seed() * 1000 + sequence);
    for (int i = 0; i < 500; ++i) {
      const std::uint64_t call = random.next();
      const std::string expected = real.call(call);
      if (!expected.empty()) test::step(expected);
      ASSERT_EQ(other.call(call), expected) << "sequence " << sequence << ", call " << i;
    }
    ASSERT_EQ(other.state(), real.state()) << "sequence " << sequence;
  }
}

}  // namespace
}  // namespace kv
