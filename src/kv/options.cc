#include "kv/options.h"

#include "base/quote.h"

namespace kv {

std::string_view name(Durability durability) {
  switch (durability) {
    case Durability::none: return "none";
    case Durability::wal: return "wal";
    case Durability::sync: return "sync";
  }
  return "unknown";
}

Result<Durability> durability_of(std::string_view given) {
  for (const auto each : {Durability::none, Durability::wal, Durability::sync}) {
    if (name(each) == given) return each;
  }
  return failure(Code::invalid_argument, "no durability is called " + abbreviated(given) +
                                             "; there are none, wal and sync");
}

std::string_view name(Compression compression) {
  switch (compression) {
    case Compression::none: return "none";
    case Compression::lz4: return "lz4";
    case Compression::zstd: return "zstd";
  }
  return "unknown";
}

Result<Compression> compression_of(std::string_view given) {
  for (const auto each : {Compression::none, Compression::lz4, Compression::zstd}) {
    if (name(each) == given) return each;
  }
  return failure(Code::invalid_argument, "no compression is called " + abbreviated(given) +
                                             "; there are none, lz4 and zstd");
}

}  // namespace kv
