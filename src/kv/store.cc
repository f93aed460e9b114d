#include "kv/store.h"

namespace kv {

Store::~Store() { lifetime()->end(); }

Status Store::put(std::string_view key, std::string_view value, const Context& context) {
  const Sizes sizes{.key = key.size(), .value = value.size()};
  if (Status admitted = admit(sizes, context); !admitted) return admitted;
  return do_put(key, value, context);
}

Status Store::erase(std::string_view key, const Context& context) {
  if (Status admitted = admit({.key = key.size()}, context); !admitted) return admitted;
  return do_erase(key, context);
}

Status Store::apply(const Batch& batch, const Context& context) {
  const Sizes sizes{batch.largest_key(), batch.largest_value(), batch.bytes()};
  if (Status admitted = admit(sizes, context); !admitted) return admitted;
  return do_apply(batch, context);
}

Status Store::flush(const Context& context) {
  if (Status admitted = admit({}, context); !admitted) return admitted;
  return do_flush(context);
}

Result<std::unique_ptr<Snapshot>> Store::snapshot(const Context& context) {
  if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
  return do_snapshot(context);
}

Status Store::close() {
  const std::lock_guard lock(close_mutex_);
  if (closed()) return {};
  lifetime()->end();
  return do_close();
}

Status Store::do_put(std::string_view key, std::string_view value, const Context& context) {
  Batch batch;
  batch.put(key, value);
  return do_apply(batch, context);
}

Status Store::do_erase(std::string_view key, const Context& context) {
  Batch batch;
  batch.erase(key);
  return do_apply(batch, context);
}

}  // namespace kv
