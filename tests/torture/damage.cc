#include "tests/torture/damage.h"

#include <fmt/format.h>

#include <algorithm>

#include "persistence/wal.h"
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
    opened.not_a_prefix = oracle.check_prefix(**store);
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
    violation.command = fmt::format("build/dev/bin/torture --engine {} --damage", engine_.name);
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
}

}  // namespace kv::torture
