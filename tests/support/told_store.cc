#include "tests/support/told_store.h"

#include <fmt/format.h>

#include "tests/support/story.h"

namespace kv::test {

std::string told(const Status& status) {
  return status ? "ok" : std::string(name(status.error().code()));
}

std::string told(const Result<std::string>& value) {
  return value ? "ok " + quoted(*value) : std::string(name(value.error().code()));
}

std::string told(const Result<bool>& yes) {
  if (!yes) return std::string(name(yes.error().code()));
  return *yes ? "true" : "false";
}

std::string told(const Range& range) {
  std::string text = fmt::format("[{}, {})", range.start.empty() ? "first" : quoted(range.start),
                                 range.end.empty() ? "last" : quoted(range.end));
  if (range.reverse) text += " reverse";
  if (range.limit != 0) text += fmt::format(" limit {}", range.limit);
  return text;
}

std::string told(const Batch& batch) {
  std::string text = "{";
  for (const Batch::Operation& operation : batch.requirements()) {
    text += " require " + quoted(operation.key);
    text += operation.kind == Batch::Kind::require_absent ? " absent;"
                                                          : " = " + quoted(operation.value) + ";";
  }
  for (const Batch::Operation& operation : batch.changes()) {
    if (operation.kind == Batch::Kind::erase) {
      text += " erase " + quoted(operation.key) + ";";
    } else {
      text += " put " + quoted(operation.key) + " = " + quoted(operation.value) + ";";
    }
  }
  return text + " }";
}

std::string rest(Iterator& iterator) {
  std::string text;
  while (iterator.next()) {
    text += (text.empty() ? "" : " ") + quoted(iterator.key()) + "=" + quoted(iterator.value());
  }
  if (Status status = iterator.status(); !status) text += " failed: " + told(status);
  return text.empty() ? "nothing" : text;
}

Result<std::string> ToldReader::get(std::string_view key) {
  const std::string call = begins("get " + quoted(key));
  Result<std::string> value = reader_.get(key);
  observe(call, told(value));
  return value;
}

Result<bool> ToldReader::contains(std::string_view key) {
  const std::string call = begins("contains " + quoted(key));
  Result<bool> yes = reader_.contains(key);
  observe(call, told(yes));
  return yes;
}

std::string ToldReader::scan(const Range& range) {
  const std::string call = begins("scan " + told(range));
  Result<std::unique_ptr<Iterator>> iterator = reader_.scan(range);
  std::string seen = iterator ? rest(**iterator) : std::string(name(iterator.error().code()));
  observe(call, seen);
  return seen;
}

std::string ToldReader::begins(std::string call) const {
  return announce(name_.empty() ? std::move(call) : fmt::format("{}: {}", name_, call));
}

Status ToldStore::put(std::string_view key, std::string_view value) {
  const std::string call = begins(fmt::format("put {} = {}", quoted(key), quoted(value)));
  Status status = store_.put(key, value);
  observe(call, told(status));
  return status;
}

Status ToldStore::erase(std::string_view key) {
  const std::string call = begins("erase " + quoted(key));
  Status status = store_.erase(key);
  observe(call, told(status));
  return status;
}

Status ToldStore::apply(const Batch& batch) {
  const std::string call = begins("apply " + told(batch));
  Status status = store_.apply(batch);
  observe(call, told(status));
  return status;
}

}  // namespace kv::test
