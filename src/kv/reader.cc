#include "kv/reader.h"

namespace kv {

Status Reader::admit(std::size_t key_bytes, const Context& context) const {
  if (lifetime_->closed()) return Lifetime::refusal();
  if (const std::size_t limit = lifetime_->limits().key_bytes; key_bytes > limit) {
    return failure(Code::invalid_argument, "a key of " + std::to_string(key_bytes) +
                                               " bytes is over the limit of " +
                                               std::to_string(limit));
  }
  return context.check();
}

Result<std::string> Reader::get(std::string_view key, const Context& context) {
  if (Status admitted = admit(key.size(), context); !admitted) return failure(std::move(admitted));
  return do_get(key, context);
}

Result<bool> Reader::contains(std::string_view key, const Context& context) {
  if (Status admitted = admit(key.size(), context); !admitted) return failure(std::move(admitted));
  return do_contains(key, context);
}

Result<std::unique_ptr<Iterator>> Reader::scan(const Range& range, const Context& context) {
  if (Status admitted = admit(0, context); !admitted) return failure(std::move(admitted));
  return do_scan(range, {lifetime_, context, range.limit});
}

Result<bool> Reader::do_contains(std::string_view key, const Context& context) {
  Result<std::string> value = do_get(key, context);
  if (value) return true;
  if (value.error().code() == Code::not_found) return false;
  return failure(std::move(value));
}

}  // namespace kv
