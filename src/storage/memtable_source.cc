#include "storage/memtable_source.h"

namespace kv {

Result<std::optional<FoundVersion>> MemtableSource::find(const Lookup& lookup) const {
  const auto version = memtable_->get(lookup.user_key, lookup.sequence);
  std::optional<FoundVersion> found;
  if (version) {
    found = {version->sequence, version->kind};
    if (lookup.value != nullptr && version->kind == EntryKind::put) {
      lookup.value->assign(version->value);
    }
  }
  if (lookup.trace != nullptr) lookup.trace->push_back("memtable: " + described(found));
  return found;
}

}  // namespace kv
