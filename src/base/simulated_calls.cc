// The calls of a FileSystem, on what SimulatedState holds.

#include <fmt/format.h>

#include "base/quote.h"
#include "base/simulated_state.h"

namespace kv {

using simulated::cannot;
using simulated::Directory;
using simulated::File;
using simulated::Inode;

namespace {

std::unexpected<Error> no_space(std::string_view what, std::string_view path) {
  return failure(Code::no_space,
                 fmt::format("cannot {} {}: the simulated disk is full", what, quote(path)));
}

}  // namespace

Result<SimulatedHandle> SimulatedState::create(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto place = free_place("create", path);
  if (!place) return failure(place.error());
  const Inode file = disk_.add_file();
  Status made = change_name(ChangingCall::create, path, place->first, {place->second, file});
  if (!made) return failure(std::move(made));
  return SimulatedHandle{file, std::string(path), life_};
}

Result<SimulatedHandle> SimulatedState::preallocate(std::string_view path, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto place = free_place("preallocate", path);
  if (!place) return failure(place.error());
  if (bytes == 0) {
    return failure(
        Code::invalid_argument,
        fmt::format("{} cannot be preallocated with 0 bytes; it takes at least 1", quote(path)));
  }
  if (strikes(Fault::disk_full)) full_ = true;
  if (full_) return no_space("preallocate", path);
  const Inode file = disk_.add_file();
  File::Write size{bytes, ""};
  Status made = change_name(ChangingCall::preallocate, path, place->first, {place->second, file});
  if (!made) {
    under_way_->file = file;
    under_way_->write = std::move(size);
    return failure(std::move(made));
  }
  disk_.file(file)->write(std::move(size));
  return SimulatedHandle{file, std::string(path), life_};
}

Result<SimulatedHandle> SimulatedState::open(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const Result<Inode> file = find_file("open", path);
  if (!file) return failure(file.error());
  return SimulatedHandle{*file, std::string(path), life_};
}

Status SimulatedState::rename(std::string_view from, std::string_view to) {
  const std::lock_guard lock(mutex_);
  if (directory_of(from) != directory_of(to)) {
    return failure(Code::invalid_argument,
                   fmt::format("cannot rename {} to {}: another directory; copy it there",
                               quote(from), quote(to)));
  }
  const Result<Inode> file = find_file("rename", from);
  if (!file) return failure(file.error());
  const auto place = this->place("rename to", to);
  if (!place) return failure(place.error());
  if (disk_.directory(disk_.find(to)) != nullptr) {
    return cannot("rename to", to, "it is a directory");
  }
  return change_name(ChangingCall::rename, from, place->first, {place->second, *file});
}

Status SimulatedState::unlink(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const Result<Inode> file = find_file("unlink", path);
  if (!file) return failure(file.error());
  auto [directory, name] = disk_.parent(path);
  return change_name(ChangingCall::unlink, path, directory, {std::move(name), 0});
}

Status SimulatedState::create_directory(std::string_view path) {
  const std::lock_guard lock(mutex_);
  if (Status usable = alive(); !usable) return usable;
  if (disk_.directory(disk_.find(path)) != nullptr) return {};
  const auto place = free_place("make the directory", path);
  if (!place) return failure(place.error());
  return change_name(ChangingCall::create_directory, path, place->first,
                     {place->second, disk_.add_directory()});
}

Status SimulatedState::remove_directory(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto place = this->place("remove the directory", path);
  if (!place) return failure(place.error());
  const Directory* const directory = disk_.directory(disk_.find(path));
  if (directory == nullptr) return cannot("remove", path, "there is no such directory");
  if (!directory->entries().empty()) return cannot("remove", path, "it is not empty");
  return change_name(ChangingCall::remove_directory, path, place->first, {place->second, 0});
}

Status SimulatedState::sync_directory(std::string_view path) {
  const std::lock_guard lock(mutex_);
  if (Status usable = alive(); !usable) return usable;
  Directory* const directory = disk_.directory(disk_.find(path));
  if (directory == nullptr) return cannot("sync", path, "there is no such directory");
  if (Status counted = count(ChangingCall::sync_directory, path); !counted) return counted;
  const bool keeps = strikes(Fault::sync_fails_keeps);
  const bool reverts = strikes(Fault::sync_fails_reverts);
  if (keeps || reverts) {
    directory->fail_sync();
    return cannot("sync", path, "the simulated disk failed");
  }
  directory->sync();
  return {};
}

Result<std::vector<std::string>> SimulatedState::list(std::string_view path) {
  const std::lock_guard lock(mutex_);
  if (Status usable = alive(); !usable) return failure(std::move(usable));
  const Directory* const directory = disk_.directory(disk_.find(path));
  if (directory == nullptr) return cannot("list", path, "there is no such directory");
  std::vector<std::string> names;
  for (const auto& [name, inode] : directory->entries()) names.push_back(name);
  return names;
}

Result<bool> SimulatedState::exists(std::string_view path) {
  const std::lock_guard lock(mutex_);
  if (Status usable = alive(); !usable) return failure(std::move(usable));
  return disk_.find(path) != 0;
}

Result<SimulatedHandle> SimulatedState::lock(std::string_view path) {
  const std::lock_guard guard(mutex_);
  const auto place = this->place("lock", path);
  if (!place) return failure(place.error());
  Inode file = disk_.find(path);
  if (disk_.directory(file) != nullptr) return cannot("lock", path, "it is a directory");
  if (file == 0) {
    file = disk_.add_file();
    Status made = change_name(ChangingCall::lock, path, place->first, {place->second, file});
    if (!made) return failure(std::move(made));
  }
  if (!locked_.insert(file).second) {
    return failure(Code::unavailable,
                   fmt::format("{} is locked; close the store that holds it", quote(path)));
  }
  return SimulatedHandle{file, std::string(path), life_};
}

void SimulatedState::unlock(const SimulatedHandle& held) {
  const std::lock_guard lock(mutex_);
  if (held.life == life_) locked_.erase(held.inode);
}

Status SimulatedState::append(const SimulatedHandle& handle, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const Result<File*> file = open_file(handle);
  if (!file) return failure(file.error());
  if (bytes.empty()) return {};
  if (full_) return no_space("append to", handle.path);
  const std::uint64_t end = (*file)->content().size();
  if (!strikes(Fault::disk_full)) {
    return change_bytes(ChangingCall::append, handle, {end, std::string(bytes)});
  }
  full_ = true;
  const std::string_view part = bytes.substr(0, struck_.below(bytes.size()));
  Status written = change_bytes(ChangingCall::append, handle, {end, std::string(part)});
  return written ? no_space("append to", handle.path) : written;
}

Status SimulatedState::write(const SimulatedHandle& handle, std::uint64_t offset,
                             std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const Result<File*> file = open_file(handle);
  if (!file) return failure(file.error());
  if (bytes.empty()) return {};
  if (!strikes(Fault::write_fails)) {
    return change_bytes(ChangingCall::write, handle, {offset, std::string(bytes)});
  }
  const std::string_view part = bytes.substr(0, struck_.below(bytes.size() + 1));
  Status written = change_bytes(ChangingCall::write, handle, {offset, std::string(part)});
  return written ? cannot("write to", handle.path, "the simulated disk failed") : written;
}

Status SimulatedState::sync(const SimulatedHandle& handle) {
  const std::lock_guard lock(mutex_);
  const Result<File*> file = open_file(handle);
  if (!file) return failure(file.error());
  if (Status counted = count(ChangingCall::sync, handle.path); !counted) return counted;
  const bool keeps = strikes(Fault::sync_fails_keeps);
  const bool reverts = strikes(Fault::sync_fails_reverts);
  if (keeps || reverts) {
    (*file)->fail_sync(reverts);
    return cannot("sync", handle.path, "the simulated disk failed");
  }
  (*file)->sync();
  return {};
}

Result<std::size_t> SimulatedState::read(const SimulatedHandle& handle, std::uint64_t offset,
                                         std::span<char> into) {
  const std::lock_guard lock(mutex_);
  const Result<File*> file = open_file(handle);
  if (!file) return failure(file.error());
  const std::string& content = (*file)->content();
  if (offset >= content.size() || into.empty()) return 0;
  if (strikes(Fault::read_fails)) {
    return cannot(fmt::format("read at offset {} of", offset), handle.path,
                  "the simulated disk failed");
  }
  const std::size_t count = content.copy(into.data(), into.size(), offset);
  if (strikes(Fault::read_flips_bit)) {
    char& byte = into[struck_.below(count)];
    byte = static_cast<char>(byte ^ (1 << struck_.below(8)));
  }
  return count;
}

Result<std::uint64_t> SimulatedState::size(const SimulatedHandle& handle) {
  const std::lock_guard lock(mutex_);
  const Result<File*> file = open_file(handle);
  if (!file) return failure(file.error());
  return (*file)->content().size();
}

}  // namespace kv
