#include "storage/store_checks.h"

namespace kv {
Complaints check_point_operations(const OpenStore&) { return {}; }
Complaints check_batches(const OpenStore&) { return {}; }
Complaints check_scans(const OpenStore&) { return {}; }
Complaints check_snapshots_and_close(const OpenStore&) { return {}; }
}  // namespace kv
