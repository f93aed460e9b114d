#include "base/result.h"

namespace kv {

std::string_view name(Code code) {
  switch (code) {
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::invalid_argument: return "invalid_argument";
    case Code::corruption: return "corruption";
    case Code::io_error: return "io_error";
    case Code::no_space: return "no_space";
    case Code::deadlock: return "deadlock";
    case Code::cancelled: return "cancelled";
    case Code::deadline_exceeded: return "deadline_exceeded";
    case Code::outcome_unknown: return "outcome_unknown";
    case Code::unavailable: return "unavailable";
    case Code::not_leader: return "not_leader";
    case Code::closed: return "closed";
    case Code::unimplemented: return "unimplemented";
  }
  return "unknown";
}

std::string Error::text() const {
  std::string text(name(code_));
  if (cause_ != code_) text.append(" (").append(name(cause_)).append(")");
  if (!message_.empty()) text.append(": ").append(message_);
  return text;
}

}  // namespace kv
