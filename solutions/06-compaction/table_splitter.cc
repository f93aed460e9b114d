#include "storage/table_splitter.h"

#include "base/todo.h"

namespace kv {

Result<std::vector<TableInfo>> write_tables(InternalIterator& versions, const MakeTableFile& make,
                                            const SplitOptions& options) {
  throw todo("6.6", versions, make, options);
}

}  // namespace kv
