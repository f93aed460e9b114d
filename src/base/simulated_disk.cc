#include "base/simulated_disk.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace kv::simulated {
namespace {

constexpr std::uint64_t sector_bytes = 512;

void perform(std::string& content, const File::Write& write) {
  if (content.size() < write.end()) content.resize(write.end());
  content.replace(write.offset, write.bytes.size(), write.bytes);
}

void perform(Directory::Entries& entries, const Directory::Change& change) {
  if (change.inode == 0) {
    entries.erase(change.name);
    return;
  }
  std::erase_if(entries, [&](const auto& entry) { return entry.second == change.inode; });
  entries[change.name] = change.inode;
}

// Calls visit(sector, piece) for each part of the write that lies in one sector.
template <class Visit>
void for_each_sector(const File::Write& write, const Visit& visit) {
  for (std::uint64_t at = write.offset; at < write.end();) {
    const std::uint64_t sector = at / sector_bytes;
    const std::uint64_t end = std::min((sector + 1) * sector_bytes, write.end());
    visit(sector, File::Write{at, write.bytes.substr(at - write.offset, end - at)});
    at = end;
  }
}

// The names in a path, without "." and with ".." resolved.
std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (name == "..") {
      if (!names.empty()) names.pop_back();
    } else if (!name.empty() && name != ".") {
      names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace

void File::write(Write write) {
  perform(kernel_, write);
  unsynced_.push_back(std::move(write));
}

void File::sync() {
  for (const Write& write : unsynced_) perform(disk_, write);
  unsynced_.clear();
}

void File::fail_sync(bool revert) {
  unsynced_.clear();
  if (!revert) return;
  const std::size_t size = kernel_.size();
  kernel_ = disk_;
  kernel_.resize(size);
}

void File::crash(CrashPolicy policy, Random& random) {
  switch (policy) {
    case CrashPolicy::process_death: return;
    case CrashPolicy::nothing: break;
    case CrashPolicy::everything:
    case CrashPolicy::lost_entry: sync(); break;
    case CrashPolicy::torn_prefix: disk_ = torn_prefix(random); break;
    case CrashPolicy::random_sectors: disk_ = random_sectors(random); break;
  }
  unsynced_.clear();
  kernel_ = disk_;
}

// So many whole writes, and of the next one so many bytes.
std::string File::torn_prefix(Random& random) const {
  std::string content = disk_;
  const std::size_t whole = random.below(unsynced_.size() + 1);
  for (std::size_t i = 0; i < whole; ++i) perform(content, unsynced_[i]);
  if (whole == unsynced_.size() || unsynced_[whole].bytes.empty()) return content;
  const Write& torn = unsynced_[whole];
  const std::size_t bytes = random.below(torn.bytes.size());
  if (bytes > 0) perform(content, {torn.offset, torn.bytes.substr(0, bytes)});
  return content;
}

// The file's size, too, is as it was at some moment.
std::string File::random_sectors(Random& random) const {
  std::map<std::uint64_t, std::size_t> left;  // for each sector, how many of its writes are kept
  for (const Write& write : unsynced_) {
    for_each_sector(write, [&](std::uint64_t sector, const Write&) { ++left[sector]; });
  }
  for (auto& [sector, writes] : left) writes = random.below(writes + 1);

  std::uint64_t size = disk_.size();
  const std::size_t sized_by = random.below(unsynced_.size() + 1);
  for (std::size_t i = 0; i < sized_by; ++i) size = std::max(size, unsynced_[i].end());

  std::string content = disk_;
  for (const Write& write : unsynced_) {
    for_each_sector(write, [&](std::uint64_t sector, const Write& piece) {
      if (left[sector] == 0) return;
      --left[sector];
      perform(content, piece);
    });
  }
  content.resize(size);
  return content;
}

Inode Directory::find(std::string_view name) const {
  const auto entry = kernel_.find(name);
  return entry == kernel_.end() ? 0 : entry->second;
}

void Directory::change(Change change) {
  perform(kernel_, change);
  unsynced_.push_back(std::move(change));
}

void Directory::sync() {
  for (const Change& change : unsynced_) perform(disk_, change);
  unsynced_.clear();
}

void Directory::crash(CrashPolicy policy, Random& random) {
  const std::size_t count = unsynced_.size();
  switch (policy) {
    case CrashPolicy::process_death: return;
    case CrashPolicy::nothing: break;
    case CrashPolicy::everything:
    case CrashPolicy::random_sectors: sync(); break;
    case CrashPolicy::torn_prefix:
      unsynced_.resize(random.below(count + 1));
      sync();
      break;
    case CrashPolicy::lost_entry: {
      const std::size_t lost = random.below(std::max<std::size_t>(count, 1));
      for (std::size_t i = 0; i < count; ++i) {
        const bool kept = random.below(2) == 0;
        if (i != lost && kept) perform(disk_, unsynced_[i]);
      }
      break;
    }
  }
  unsynced_.clear();
  kernel_ = disk_;
}

std::vector<Inode> Directory::reachable() const {
  std::vector<Inode> inodes;
  for (const auto& [name, inode] : kernel_) inodes.push_back(inode);
  for (const auto& [name, inode] : disk_) inodes.push_back(inode);
  for (const Change& change : unsynced_) inodes.push_back(change.inode);
  return inodes;
}

Disk::Disk() { add_directory(); }  // the root, inode 1

Inode Disk::find(std::string_view path) const {
  Inode inode = 1;
  for (const std::string& name : names_in(path)) {
    const auto directory = directories_.find(inode);
    if (directory == directories_.end()) return 0;
    inode = directory->second.find(name);
  }
  return inode;
}

std::pair<Inode, std::string> Disk::parent(std::string_view path) const {
  const std::vector<std::string> names = names_in(path);
  if (names.empty()) return {0, ""};
  std::string above;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) above += names[i] + '/';
  const Inode inode = find(above);
  return {directories_.contains(inode) ? inode : 0, names.back()};
}

File* Disk::file(Inode inode) {
  const auto found = files_.find(inode);
  return found == files_.end() ? nullptr : &found->second;
}

Directory* Disk::directory(Inode inode) {
  const auto found = directories_.find(inode);
  return found == directories_.end() ? nullptr : &found->second;
}

Inode Disk::add_file() {
  files_.try_emplace(next_);
  return next_++;
}

Inode Disk::add_directory() {
  directories_.try_emplace(next_);
  return next_++;
}

void Disk::crash(CrashPolicy policy, Random& random) {
  for (auto& [inode, file] : files_) file.crash(policy, random);
  for (auto& [inode, directory] : directories_) directory.crash(policy, random);

  std::set<Inode> reached = {1};
  std::vector<Inode> to_visit = {1};
  while (!to_visit.empty()) {
    const Directory* const from = directory(to_visit.back());
    to_visit.pop_back();
    if (from == nullptr) continue;
    for (const Inode inode : from->reachable()) {
      if (reached.insert(inode).second) to_visit.push_back(inode);
    }
  }
  const auto unreached = [&](const auto& entry) { return !reached.contains(entry.first); };
  std::erase_if(files_, unreached);
  std::erase_if(directories_, unreached);
}

}  // namespace kv::simulated
