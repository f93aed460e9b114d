#include "apps/bench_peers/goals.h"

namespace kv::bench {
namespace {

using enum Part;
using enum Scale;
constexpr std::nullopt_t lmdbs_time = std::nullopt;

constexpr Goal table[] = {
    {"fillseq", in_order, "fillseq", 1, time, 0.8, 0.4},
    {"fillrandom", at_random, "fillrandom", 1, time, 0.8, 0.4},
    {"overwrite", at_random, "overwrite", 1, time, 0.8, 0.4},
    {"readrandom, compacted", at_random, "readrandom", 1, time, 0.8, lmdbs_time},
    {"seekrandom", at_random, "seekrandom", 1, time, 1.0, lmdbs_time},
    {"readseq", at_random, "readseq", 1, time, 1.2, lmdbs_time},
    {"readreverse", at_random, "readreverse", 1, time, 1.0, 0.4},
    {"readrandom, compacted, filtered", filtered, "readrandom", 1, time, 0.8, lmdbs_time},
    {"durable write, 1 writer", durable, "", 1, time, 1.0, 0.8},
    {"durable write, 16 writers", durable, "", 16, rate, 6, 8},
    {"durable write, 64 writers", durable, "", 64, rate, 9, 14},
};

}  // namespace

std::span<const Goal> goals() { return table; }

}  // namespace kv::bench
