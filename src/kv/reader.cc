#include "kv/reader.h"

namespace kv {
namespace {

std::unexpected<Error> over_limit(const char* what, std::size_t bytes, std::size_t limit) {
  return failure(Code::invalid_argument,
                 std::string(what) + " of " + std::to_string(bytes) +
                     " bytes is over the limit of " + std::to_string(limit) +
                     "; make it smaller, or open the store with a larger limit");
}

}  // namespace

Status Reader::admit(const Sizes& sizes, const Context& context) const {
  if (lifetime_->closed()) return Lifetime::refusal();
  const Limits& limits = lifetime_->limits();
  if (sizes.key > limits.key_bytes) return over_limit("a key", sizes.key, limits.key_bytes);
  if (sizes.value > limits.value_bytes)
    return over_limit("a value", sizes.value, limits.value_bytes);
  if (sizes.batch > limits.batch_bytes)
    return over_limit("a batch", sizes.batch, limits.batch_bytes);
  return context.check();
}

Result<std::string> Reader::get(std::string_view key, const Context& context) {
  if (Status admitted = admit({.key = key.size()}, context); !admitted)
    return failure(std::move(admitted));
  return do_get(key, context);
}

Result<bool> Reader::contains(std::string_view key, const Context& context) {
  if (Status admitted = admit({.key = key.size()}, context); !admitted)
    return failure(std::move(admitted));
  return do_contains(key, context);
}

Result<std::unique_ptr<Iterator>> Reader::scan(const Range& range, const Context& context) {
  if (Status admitted = admit({}, context); !admitted) return failure(std::move(admitted));
  return do_scan(range, {lifetime_, context, range.limit});
}

Result<bool> Reader::do_contains(std::string_view key, const Context& context) {
  Result<std::string> value = do_get(key, context);
  if (value) return true;
  if (value.error().code() == Code::not_found) return false;
  return failure(std::move(value));
}

}  // namespace kv
