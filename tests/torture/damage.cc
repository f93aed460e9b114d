#include "tests/torture/damage.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"
#include "persistence/wal.h"
#include "storage/sstable.h"
#include "tests/torture/accident.h"
#include "tests/torture/author.h"

namespace kv::torture {
namespace {

// A store whose process has died, or that was closed; nothing of it is unsynced.
struct Subject {
  std::string what;
  Wreck wreck;
  SequenceNumber proven;  // damage may not cost writes up to this one: it is `corruption` then

  // Of the log, how many bytes there were when all writes up to a number had been acknowledged.
  std::vector<std::pair<std::uint64_t, SequenceNumber>> log_ends;
};

std::string log_of(const FileSystem& files) {
  const std::vector<LogNumber> logs = logs_in(files, store_directory).value();
  return logs.empty() ? "" : log_path(store_directory, logs.front());
}

Script small_script(bool closed, bool checkpoint) {
  Author author("damaged", 1, 4096);
  author.open(Durability::sync);
  for (int i = 0; checkpoint && i < 12; ++i) author.put({300, 600});
  for (int i = 0; checkpoint && i < 4; ++i) author.background();
  for (int i = 0; i < 4; ++i) {
    author.put({0, 30});
    author.batch({0, 30});
  }
  author.put({10, 30});
  if (closed) author.close();
  return author.script();
}

Subject subject(const EngineUnderTorture& engine, bool closed, bool checkpoint) {
  const Script script = small_script(closed, checkpoint);
  World world(engine, script);
  SequenceNumber before_last = 0;
  std::vector<std::pair<std::uint64_t, SequenceNumber>> ends;
  for (const Step& step : script.steps) {
    const SequenceNumber last = world.oracle().acknowledged();
    if (!world.play(step)) break;
    if (world.oracle().acknowledged() > last) before_last = last;
    const std::string log = log_of(world.files());
    ends.emplace_back(used_bytes(read_file(world.files(), log).value()),
                      world.oracle().acknowledged());
  }
  Subject made{fmt::format("a store that was {}{}", closed ? "closed" : "synced",
                           checkpoint ? ", with a checkpoint" : ""),
               {world.files(), world.oracle()},
               closed ? world.oracle().acknowledged() : before_last,
               std::move(ends)};
  Random unused(1);
  made.wreck.files.crash(CrashPolicy::everything, unused);
  return made;
}

std::vector<std::string> tables_of(const FileSystem& files) {
  std::vector<std::string> paths;
  const std::vector<std::string> names = files.list(store_directory).value();
  for (const std::string& name : names) {
    if (table_number(name)) paths.push_back(join(store_directory, name));
  }
  std::ranges::sort(paths);
  return paths;
}

// A store that has died again and again, so that each opening has written what it found in the log
// to a small table: three of them, for an engine that keeps tables, and a log.
Subject subject_with_tables(const EngineUnderTorture& engine, std::uint64_t seed, int writes,
                            int writes_of_the_newest) {
  Author author("tables", seed, 4096);
  for (int life = 0; life < 3; ++life) {
    author.open(Durability::wal);
    const int count = life < 2 ? writes : writes_of_the_newest;
    for (int i = 0; i < count; ++i) author.put({0, 60});
    author.crash(CrashPolicy::process_death);
  }
  author.open(Durability::wal);
  const Script script = author.script();
  World world(engine, script);
  world.play();
  const SequenceNumber proven = world.oracle().acknowledged();
  author.put({0, 60});
  const Script more = author.script();
  world.play(more.steps.back());
  Subject made{"a store with tables", {world.files(), world.oracle()}, proven, {}};
  Random unused(1);
  made.wreck.files.crash(CrashPolicy::everything, unused);
  return made;
}

class Damages {
 public:
  Damages(const EngineUnderTorture& engine, std::uint64_t every, Report& report)
      : engine_(engine), every_(every), report_(report) {}

  void run(const Subject& subject, bool cut) {
    if (cut) cut_everywhere(subject);
    const std::vector<std::string> names = subject.wreck.files.list(store_directory).value();
    for (const std::string& name : names) {
      if (name != "LOCK") flip_everywhere(subject, join(store_directory, name));
    }
  }

  // Tables that are damaged, missing, in each other's place or from elsewhere.
  void run_tables(const Subject& subject, const Subject& foreign) {
    const std::vector<std::string> tables = tables_of(subject.wreck.files);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const std::string& path = tables[i];
      const std::string content = read_file(subject.wreck.files, path).value();
      flip_everywhere(subject, path);
      cut_table(subject, path, content);
      refuse(subject, path + " is missing", Code::corruption,
             [&](FileSystem& files) { files.unlink(path).value(); });
      if (i > 0) {
        const std::string& before = tables[i - 1];
        refuse(subject, fmt::format("{} and {} are swapped", before, path), Code::corruption,
               [&](SimulatedFileSystem& files) {
                 const std::string other = read_file(files, before).value();
                 replace(files, before, content);
                 replace(files, path, other);
               });
      }
      refuse(subject, path + " is another store's", Code::corruption,
             [&](SimulatedFileSystem& files) {
               replace(files, path, read_file(foreign.wreck.files, path).value());
             });
      refuse(subject, path + " has a newer format version", Code::invalid_argument,
             [&](SimulatedFileSystem& files) { replace(files, path, of_next_version(content)); });
    }
    if (!tables.empty()) leave_orphans(subject);
  }

  // The newest table is another store's, which begins where it should and ends too late.
  void replace_newest(const Subject& subject, const Subject& foreign) {
    const std::vector<std::string> tables = tables_of(subject.wreck.files);
    if (tables.empty()) return;
    const std::string& path = tables.back();
    refuse(subject, path + " is another store's, and longer", Code::corruption,
           [&](SimulatedFileSystem& files) {
             replace(files, path, read_file(foreign.wreck.files, path).value());
           });
  }

 private:
  // What came of opening the files.
  struct Opened {
    Status status;
    Complaint not_a_prefix;
    SequenceNumber last = 0;
    std::vector<std::string> warnings{};
  };

  Opened open(SimulatedFileSystem& files, const Oracle& oracle) {
    Opened opened;
    const auto executor = std::make_shared<SimulatedExecutor>(Random(1));
    const Options options = options_under_torture(store_directory, 4096);
    ++report_.recoveries;
    const auto store = engine_.open(options, {&files, executor, [&](std::string_view message) {
                                                opened.warnings.emplace_back(message);
                                              }});
    if (!store) {
      opened.status = failure(store.error());
      return opened;
    }
    opened.not_a_prefix = oracle.check_prefix(**store, Code::corruption);
    opened.last = (*store)->as<Versioned>()->last_sequence();
    return opened;
  }

  void cut_everywhere(const Subject& subject) {
    const std::string path = log_of(subject.wreck.files);
    const std::string content = read_file(subject.wreck.files, path).value();
    for (std::uint64_t cut = 0; cut <= used_bytes(content) + 8; cut += every_) {
      for (const bool short_file : {false, true}) {
        SimulatedFileSystem files = subject.wreck.files;
        std::string left = content.substr(0, cut);
        if (!short_file) left.resize(content.size());
        replace(files, path, left);
        const Opened opened = open(files, subject.wreck.oracle);
        const SequenceNumber least = short_file ? 0 : whole_before(subject, cut);
        const std::string what = judge_cut(opened, least);
        if (what.empty()) continue;
        return wrong(subject,
                     fmt::format("its log is cut at byte {}, {}", cut,
                                 short_file ? "and ends there" : "zeros follow"),
                     what);
      }
    }
  }

  void cut_table(const Subject& subject, const std::string& path, const std::string& content) {
    for (std::size_t bytes = 0; bytes < content.size(); bytes += every_) {
      SimulatedFileSystem files = subject.wreck.files;
      replace(files, path, content.substr(0, bytes));
      const std::string what = judge_flip(subject, open(files, subject.wreck.oracle));
      if (what.empty()) continue;
      return wrong(subject, fmt::format("{} is cut at byte {}", path, bytes), what);
    }
  }

  // Such damage is seen when the store is opened, and the message names a file.
  template <class Damage>
  void refuse(const Subject& subject, const std::string& what, Code code, const Damage& damage) {
    SimulatedFileSystem files = subject.wreck.files;
    damage(files);
    const Opened opened = open(files, subject.wreck.oracle);
    if (failed_with(code, opened.status) &&
        opened.status.error().message().find(store_directory) != std::string::npos) {
      return;
    }
    wrong(subject, what,
          "opening gives " + (opened.status ? "a store" : opened.status.error().text()));
  }

  // The table as a later program may write it: another version, and the right checksum.
  static std::string of_next_version(std::string table) {
    const std::size_t footer = table.size() - table_layout::footer_bytes;
    table[footer + 56] = static_cast<char>(table_layout::version + 1);
    std::string sum;
    append_fixed64(sum, checksum(std::string_view(table).substr(footer, 64), table.size()));
    return table.replace(footer + 64, sum.size(), sum);
  }

  // What was never finished is removed, whatever is in it.
  void leave_orphans(const Subject& subject) {
    SimulatedFileSystem files = subject.wreck.files;
    const std::vector<std::string> tables = tables_of(files);
    const std::vector<std::string> orphans = {tables.front() + ".new", "/db/000099.sst.new"};
    for (const std::string& path : orphans) files.create(path).value()->append("half a").value();
    const Opened opened = open(files, subject.wreck.oracle);
    if (std::string what = judge_flip(subject, opened); !opened.status || !what.empty()) {
      wrong(subject, "tables were being written", "opening gives " + what);
    }
    for (const std::string& path : orphans) {
      if (files.exists(path).value()) wrong(subject, path + " was left", "it is still there");
    }
  }

  static SequenceNumber whole_before(const Subject& subject, std::uint64_t cut) {
    SequenceNumber last = 0;
    for (const auto& [end, sequence] : subject.log_ends) {
      if (end <= cut) last = std::max(last, sequence);
    }
    return last;
  }

  static std::string judge_cut(const Opened& opened, SequenceNumber least) {
    if (!opened.status) return "it cannot be opened: " + opened.status.error().text();
    if (opened.not_a_prefix) return *opened.not_a_prefix;
    if (opened.last >= least) return "";
    return fmt::format("it holds writes up to {}; those up to {} are whole", opened.last, least);
  }

  void flip_everywhere(const Subject& subject, const std::string& path) {
    const std::string content = read_file(subject.wreck.files, path).value();
    const std::uint64_t bits =
        8 * std::min<std::uint64_t>(content.size(), used_bytes(content) + 32);
    for (std::uint64_t bit = 0; bit < bits; bit += every_) {
      SimulatedFileSystem files = subject.wreck.files;
      std::string flipped = content;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      replace(files, path, flipped);
      const std::string what = judge_flip(subject, open(files, subject.wreck.oracle));
      if (what.empty()) continue;
      return wrong(subject,
                   fmt::format("bit {} of byte {} of {} is flipped", bit % 8, bit / 8, path), what);
    }
  }

  static std::string judge_flip(const Subject& subject, const Opened& opened) {
    if (!opened.status) {
      const Code code = opened.status.error().code();
      const bool told = code == Code::corruption || code == Code::invalid_argument;
      return told ? "" : "opening gives " + opened.status.error().text();
    }
    if (opened.not_a_prefix) return *opened.not_a_prefix;
    const SequenceNumber all = subject.wreck.oracle.acknowledged();
    if (opened.last < subject.proven) {
      return fmt::format("it holds writes up to {}; those up to {} were proven to be durable",
                         opened.last, subject.proven);
    }
    if (opened.last < all && opened.warnings.empty()) {
      return fmt::format("it holds writes up to {} of {}, and has warned nobody", opened.last, all);
    }
    return "";
  }

  // Puts a file of these bytes in the place of another.
  static void replace(SimulatedFileSystem& files, const std::string& path,
                      const std::string& content) {
    const std::string other = path + ".other";
    {
      const auto file = files.create(other).value();
      file->append(content).value();
      file->sync().value();
    }
    files.rename(other, path).value();
    files.sync_directory(store_directory).value();
  }

  void wrong(const Subject& subject, std::string damage, std::string what) {
    Violation violation;
    violation.where = fmt::format("engine {}, {}", engine_.name, subject.what);
    violation.story = {std::move(damage)};
    violation.what = std::move(what);
    violation.options = fmt::format("--engine {} --damage", engine_.name);
    report_.violations.push_back(std::move(violation));
  }

  const EngineUnderTorture& engine_;
  const std::uint64_t every_;
  Report& report_;
};

}  // namespace

void damage_everywhere(const EngineUnderTorture& engine, std::uint64_t every, Report& report) {
  Damages damages(engine, every, report);
  damages.run(subject(engine, false, false), true);
  damages.run(subject(engine, true, false), true);
  damages.run(subject(engine, false, true), false);
  const Subject with_tables = subject_with_tables(engine, 1, 3, 3);
  damages.run_tables(with_tables, subject_with_tables(engine, 2, 4, 4));
  damages.replace_newest(with_tables, subject_with_tables(engine, 2, 3, 5));
}

}  // namespace kv::torture
