#include "base/todo.h"
#include "storage/compaction.h"

namespace kv {

double urgency(const Version& version, std::size_t level, const LeveledOptions& options) {
  throw todo("6.4", version, level, options);
}

std::optional<Compaction> pick_leveled(const Version& version, const LeveledOptions& options) {
  throw todo("6.4", version, options);
}

std::vector<TableInfo> overlapped_in(const Version& version, std::size_t level,
                                     std::string_view first_user_key,
                                     std::string_view last_user_key) {
  throw todo("6.4", version, level, first_user_key, last_user_key);
}

bool is_move(const Compaction& job) { throw todo("6.4", job); }

}  // namespace kv
