#include "tests/torture/workloads.h"

#include "tests/torture/author.h"

namespace kv::torture {
namespace {

constexpr std::size_t small_log = 4096;  // the smallest there is: it rolls again and again
constexpr std::size_t middling_log = 16384;
constexpr Sizes small{0, 60};
constexpr Sizes large{200, 1200};

Script puts(std::string_view name, std::uint64_t seed, Durability durability, int count) {
  Author author(name, seed, small_log);
  author.open(durability);
  for (int i = 0; i < count; ++i) {
    author.put({20, 250});
    if (author.once_in(6)) author.background();
  }
  author.close();
  return author.script();
}

// With `none` a write is no call: it takes many to fill the writer's buffer, 64 KiB.
Script puts_none(std::uint64_t seed) {
  Author author("puts-none", seed, middling_log);
  author.open(Durability::none);
  for (int i = 0; i < 250; ++i) {
    author.put({100, 2000});
    if (author.once_in(8)) author.background();
  }
  author.close();
  return author.script();
}

Script puts_wal(std::uint64_t seed) { return puts("puts-wal", seed, Durability::wal, 150); }
Script puts_sync(std::uint64_t seed) { return puts("puts-sync", seed, Durability::sync, 80); }

Script overwrites(std::uint64_t seed) {
  Author author("overwrites", seed, middling_log);
  author.open(Durability::wal);
  for (int i = 0; i < 140; ++i) {
    if (author.once_in(3)) {
      author.erase();
    } else {
      author.put(small);
    }
    if (author.once_in(5)) author.flush();
    if (author.once_in(9)) author.background();
  }
  author.close();
  return author.script();
}

Script batches(std::uint64_t seed) {
  Author author("batches", seed, small_log);
  author.open(Durability::wal);
  for (int i = 0; i < 110; ++i) {
    author.batch({0, 150});
    if (author.once_in(8)) author.flush();
    if (author.once_in(5)) author.background();
  }
  author.close();
  return author.script();
}

Script rolling(std::string_view name, std::uint64_t seed, Durability durability) {
  Author author(name, seed, small_log);
  author.open(durability);
  for (int i = 0; i < 60; ++i) {
    author.put(large);
    if (author.once_in(3)) author.background();
  }
  author.close();
  return author.script();
}

Script rolling_wal(std::uint64_t seed) { return rolling("rolling-wal", seed, Durability::wal); }
Script rolling_sync(std::uint64_t seed) { return rolling("rolling-sync", seed, Durability::sync); }
Script rolling_none(std::uint64_t seed) {
  Author author("rolling-none", seed, small_log);
  author.open(Durability::none);
  for (int i = 0; i < 140; ++i) {
    author.put(large);
    if (author.once_in(3)) author.background();
    if (author.once_in(12)) author.flush();
  }
  author.close();
  return author.script();
}

// Many lives in which nothing is written, or little.
Script idle_lives(std::uint64_t seed) {
  Author author("idle-lives", seed, small_log);
  constexpr Durability levels[] = {Durability::wal, Durability::sync, Durability::none};
  for (std::size_t life = 0; life < 24; ++life) {
    author.open(levels[life % 3]);
    const bool idle = life == 0 || author.once_in(3);  // a new log that is closed without a write
    if (!idle) author.put(small);
    if (!idle && author.once_in(3)) author.put(large);
    if (author.once_in(4)) author.flush();
    if (life > 0 && author.once_in(8)) {
      author.crash(CrashPolicy::process_death);
    } else {
      author.close();
    }
  }
  return author.script();
}

// A record that is larger than a log gets one of its own size.
Script larger_than_a_log(std::uint64_t seed) {
  Author author("larger-than-a-log", seed, small_log);
  author.open(Durability::wal);
  for (int i = 0; i < 50; ++i) {
    if (author.once_in(4)) {
      author.put({4096, 9000});
    } else {
      author.put(small);
    }
    if (author.once_in(3)) author.background();
    if (author.once_in(6)) author.flush();
  }
  author.close();
  return author.script();
}

Script reopened(std::uint64_t seed) {
  Author author("reopened", seed, small_log);
  for (int life = 0; life < 7; ++life) {
    author.open(Durability::wal);
    for (int i = 0; i < 16; ++i) {
      author.batch({0, 120});
      if (author.once_in(4)) author.background();
    }
    author.close();
  }
  return author.script();
}

Script mixed_durability(std::uint64_t seed) {
  Author author("mixed-durability", seed, small_log);
  constexpr Durability levels[] = {Durability::none, Durability::sync, Durability::wal,
                                   Durability::none, Durability::wal,  Durability::sync};
  for (const Durability level : levels) {
    author.open(level);
    for (int i = 0; i < 16; ++i) {
      author.put({50, 400});
      if (author.once_in(3)) author.background();
    }
    author.close();
  }
  return author.script();
}

// Each life but the first begins with the recovery from a crash; what is lost, the conflicts that
// the author meant come otherwise.
Script crashed_before(std::uint64_t seed) {
  Author author("crashed-before", seed, small_log);
  constexpr CrashPolicy crashes[] = {CrashPolicy::process_death, CrashPolicy::torn_prefix,
                                     CrashPolicy::process_death, CrashPolicy::random_sectors,
                                     CrashPolicy::lost_entry,    CrashPolicy::nothing};
  constexpr Durability levels[] = {Durability::wal, Durability::wal, Durability::sync};
  std::size_t life = 0;
  for (const CrashPolicy crash : crashes) {
    author.open(levels[life++ % 3]);
    for (int i = 0; i < 12; ++i) {
      author.batch({0, 250});
      if (author.once_in(4)) author.background();
      if (author.once_in(10)) author.flush();
    }
    author.crash(crash);
  }
  author.open(Durability::wal);
  for (int i = 0; i < 10; ++i) author.put(large);
  author.close();
  return author.script();
}

// Enough write-outs of the same keys that every level has something to merge.
Script churning(std::uint64_t seed) {
  Author author("churning", seed, small_log);
  author.open(Durability::wal);
  for (int i = 0; i < 160; ++i) {
    if (author.once_in(4)) {
      author.erase();
    } else {
      author.put(large);
    }
    if (author.once_in(2)) author.background();
    if (author.once_in(40)) {
      author.close();
      author.open(Durability::wal);
    }
  }
  author.close();
  return author.script();
}

// Logs that end before they are full, and tables that are written anew where they stand.
Script compacting(std::uint64_t seed) {
  Author author("compacting", seed, small_log);
  author.open(Durability::wal);
  for (int i = 0; i < 60; ++i) {
    if (author.once_in(4)) {
      author.erase();
    } else {
      author.put(large);
    }
    if (author.once_in(3)) author.background();
    if (author.once_in(8)) author.compact();
    if (author.once_in(20)) {
      author.close();
      author.open(Durability::sync);
      if (author.once_in(2)) author.compact();
    }
  }
  author.close();
  return author.script();
}

Script flush_at_the_end(std::uint64_t seed) {
  Author author("flush-at-the-end", seed, small_log);
  author.open(Durability::none);
  for (int i = 0; i < 70; ++i) {
    author.put({50, 600});
    if (author.once_in(4)) author.background();
  }
  author.flush();
  author.background();
  author.put(small);
  return author.script();
}

constexpr Workload table[] = {
    {"puts-none", "puts at durability none, up to a clean close", puts_none},
    {"puts-wal", "puts at durability wal", puts_wal},
    {"puts-sync", "puts at durability sync", puts_sync},
    {"overwrites", "puts and erases of few keys, with flushes", overwrites},
    {"batches", "batches, with requirements that hold and that do not", batches},
    {"rolling-wal", "large values: logs roll, checkpoints run in the background", rolling_wal},
    {"rolling-sync", "the same at durability sync", rolling_sync},
    {"rolling-none", "the same at durability none, with flushes", rolling_none},
    {"larger-than-a-log", "values larger than a log", larger_than_a_log},
    {"reopened", "clean closes and reopenings in the middle", reopened},
    {"idle-lives", "opened and closed again and again, with few writes or none", idle_lives},
    {"mixed-durability", "reopened at another durability each time", mixed_durability},
    {"crashed-before", "lives that begin with the recovery from a crash", crashed_before},
    {"churning", "overwrites and erases that fill levels of tables", churning},
    {"compacting", "everything is compacted again and again, between writes", compacting},
    {"flush-at-the-end", "nothing is safe until a flush at the end", flush_at_the_end},
};

}  // namespace

std::span<const Workload> workloads() { return table; }

const Workload* find_workload(std::string_view name) {
  for (const Workload& workload : table) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

}  // namespace kv::torture
