#include "storage/surviving_versions.h"

#include "base/todo.h"

namespace kv {

std::unique_ptr<InternalIterator> make_surviving_versions(
    std::unique_ptr<InternalIterator> versions, SurvivalRules rules) {
  throw todo("6.5", versions, rules);
}

}  // namespace kv
