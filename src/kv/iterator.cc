#include "kv/iterator.h"

namespace kv {

bool Iterator::next() {
  if (!may_step()) return arrive(false);
  if (at_end_) return false;
  return arrive(do_next());
}

bool Iterator::seek(std::string_view key) {
  if (!may_step()) return arrive(false);
  return arrive(do_seek(key));
}

Status Iterator::status() const {
  if (error_) return failure(*error_);
  return {};
}

bool Iterator::fail(Error error) {
  if (!error_) error_ = std::move(error);
  return false;
}

bool Iterator::may_step() {
  if (error_) return false;
  if (scope_.lifetime->closed()) return fail(Lifetime::refusal().error());
  if (Status in_time = scope_.context.check(); !in_time) return fail(std::move(in_time).error());
  return scope_.limit == 0 || delivered_ < scope_.limit;
}

bool Iterator::arrive(bool stepped) {
  if (stepped) {
    ++delivered_;
  } else {
    stand_on({}, {});
  }
  at_end_ = !stepped;
  return stepped;
}

}  // namespace kv
