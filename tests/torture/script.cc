#include "tests/torture/script.h"

#include <fmt/format.h>

#include "base/quote.h"

namespace kv::torture {
namespace {

std::string told_value(std::string_view value) {
  constexpr std::size_t shown = 12;
  if (value.size() <= shown) return quote(value);
  return fmt::format("{}… ({} bytes)", quote(value.substr(0, shown)), value.size());
}

std::string told(const Batch::Operation& operation) {
  const std::string key = quote(operation.key);
  switch (operation.kind) {
    case Batch::Kind::require_value:
      return fmt::format("require {} = {}", key, told_value(operation.value));
    case Batch::Kind::require_absent: return fmt::format("require {} absent", key);
    case Batch::Kind::put: return fmt::format("put {} = {}", key, told_value(operation.value));
    case Batch::Kind::erase: return fmt::format("erase {}", key);
  }
  return "?";
}

}  // namespace

std::string_view name(CrashPolicy policy) {
  switch (policy) {
    case CrashPolicy::process_death: return "process_death";
    case CrashPolicy::nothing: return "nothing";
    case CrashPolicy::everything: return "everything";
    case CrashPolicy::torn_prefix: return "torn_prefix";
    case CrashPolicy::random_sectors: return "random_sectors";
    case CrashPolicy::lost_entry: return "lost_entry";
  }
  return "?";
}

std::string told(const Batch& batch) {
  std::string text;
  const auto add = [&](const Batch::Operation& operation) {
    text.append(text.empty() ? "" : "; ").append(told(operation));
  };
  for (const auto& requirement : batch.requirements()) add(requirement);
  for (const auto& change : batch.changes()) add(change);
  const bool plain = batch.change_count() == 1 && batch.requirement_count() == 0;
  return plain ? text : fmt::format("batch [{}]", text);
}

std::string told(const Step& step) {
  switch (step.kind) {
    case Step::Kind::open: return fmt::format("open, durability {}", name(step.durability));
    case Step::Kind::write: return told(*step.batch);
    case Step::Kind::flush: return "flush";
    case Step::Kind::compact: return "compact";
    case Step::Kind::background: return "a step in the background";
    case Step::Kind::close: return "close";
    case Step::Kind::crash: return fmt::format("crash, {}", name(step.policy));
  }
  return "?";
}

}  // namespace kv::torture
