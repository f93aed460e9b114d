#include "kv/store.h"

namespace kv {
namespace {

Status over_limit(std::string_view what, std::size_t bytes, std::size_t limit) {
  return failure(Code::invalid_argument, std::string(what) + " of " + std::to_string(bytes) +
                                             " bytes is over the limit of " +
                                             std::to_string(limit));
}

}  // namespace

Store::~Store() { lifetime()->end(); }

Status Store::put(std::string_view key, std::string_view value, const Context& context) {
  if (Status admitted = admit(key.size(), context); !admitted) return admitted;
  const std::size_t limit = lifetime()->limits().value_bytes;
  if (value.size() > limit) return over_limit("a value", value.size(), limit);
  return do_put(key, value, context);
}

Status Store::erase(std::string_view key, const Context& context) {
  if (Status admitted = admit(key.size(), context); !admitted) return admitted;
  return do_erase(key, context);
}

Status Store::apply(const Batch& batch, const Context& context) {
  if (Status admitted = admit(batch.largest_key(), context); !admitted) return admitted;
  const Limits& limits = lifetime()->limits();
  if (batch.largest_value() > limits.value_bytes) {
    return over_limit("a value", batch.largest_value(), limits.value_bytes);
  }
  if (batch.bytes() > limits.batch_bytes) {
    return over_limit("a batch", batch.bytes(), limits.batch_bytes);
  }
  return do_apply(batch, context);
}

Status Store::flush(const Context& context) {
  if (Status admitted = admit(0, context); !admitted) return admitted;
  return do_flush(context);
}

Result<std::unique_ptr<Snapshot>> Store::snapshot(const Context& context) {
  if (Status admitted = admit(0, context); !admitted) return failure(std::move(admitted));
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
