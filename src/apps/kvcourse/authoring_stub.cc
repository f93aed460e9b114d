// Stands in for the authors' commands until they are merged.

#include "apps/kvcourse/commands.h"

namespace kv::course {

void add_authoring_commands(CLI::App&, const Settings&, std::function<Result<int>()>&) {}

}  // namespace kv::course
