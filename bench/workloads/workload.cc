#include "bench/workloads/workload.h"

#include <fmt/format.h>

#include "base/nearest.h"
#include "base/quote.h"

namespace kv::bench {
namespace {

constexpr Mix of(Action action, double percent, Action other = Action::get, double rest = 0) {
  Mix mix{};
  mix[static_cast<std::size_t>(action)] += percent;
  mix[static_cast<std::size_t>(other)] += rest;
  return mix;
}

using enum Action;

constexpr Workload table[] = {
    {"fillseq", "puts every key once, in key order", Kind::fill_in_order},
    {"fillrandom", "puts every key once, in a random order", Kind::fill_at_random},
    {"overwrite", "puts chosen keys that are there", Kind::mix, of(put, 100)},
    {"readseq", "walks a scan, one entry an operation; at its end begins anew", Kind::walk},
    {"readreverse", "walks a scan from the last key down; at its end begins anew",
     Kind::walk_reverse},
    {"readrandom", "gets chosen keys", Kind::mix, of(get, 100)},
    {"readmissing", "gets keys that are not there, each right behind a chosen one", Kind::mix,
     of(get_missing, 100)},
    {"seekrandom", "makes a new scan from a chosen key on, for its first entry", Kind::mix,
     of(seek, 100)},
    {"reseek", "moves one scan a thread to chosen keys, by seek", Kind::reseek},
    {"deleterandom", "erases every key once, in a random order", Kind::erase},
    {"compact", "one operation: flush, and where the engine offers it, compact", Kind::compact},
    {"mixed", "gets and puts of chosen keys; --read-share of them gets", Kind::mix,
     of(get, 50, put, 50)},
    {"ycsb-a", "50 % get, 50 % put; zipfian", Kind::mix, of(get, 50, put, 50),
     Distribution::zipfian},
    {"ycsb-b", "95 % get, 5 % put; zipfian", Kind::mix, of(get, 95, put, 5), Distribution::zipfian},
    {"ycsb-c", "gets; zipfian", Kind::mix, of(get, 100), Distribution::zipfian},
    {"ycsb-d", "95 % get, 5 % put of a new key behind all others; latest", Kind::mix,
     of(get, 95, insert, 5), Distribution::latest},
    {"ycsb-e", "95 % scan of 1 to 100 entries, 5 % put of a new key; zipfian", Kind::mix,
     of(scan, 95, insert, 5), Distribution::zipfian},
    {"ycsb-f", "50 % get, 50 % get and then put of the same key; zipfian", Kind::mix,
     of(get, 50, read_modify_write, 50), Distribution::zipfian},
};

}  // namespace

std::span<const Workload> workloads() { return table; }

Result<const Workload*> find_workload(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Workload& workload : table) {
    if (workload.name == name) return &workload;
    names.push_back(workload.name);
  }
  const std::string_view meant = nearest(name, names);
  return failure(Code::invalid_argument,
                 meant.empty() ? fmt::format("no workload is called {}; there are: {}",
                                             abbreviated(name), fmt::join(names, ", "))
                               : fmt::format("no workload is called {}; did you mean {}? "
                                             "--list tells them all",
                                             abbreviated(name), meant));
}

Mix mix_of(const Workload& workload, const Settings& settings) {
  if (workload.name != "mixed") return workload.mix;
  const double percent = 100 * settings.read_share;
  return of(get, percent, put, 100 - percent);
}

std::vector<std::vector<const Workload*>> runs_of(std::span<const Workload* const> workloads) {
  std::vector<std::vector<const Workload*>> runs;
  for (const Workload* workload : workloads) {
    if (runs.empty() || workload->fills()) runs.emplace_back();
    runs.back().push_back(workload);
  }
  return runs;
}

}  // namespace kv::bench
