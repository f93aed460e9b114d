#include "apps/kvcli/script.h"

#include <fmt/format.h>

#include <optional>
#include <stop_token>

namespace kv::cli {
namespace {

bool is_nothing(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

}  // namespace

Exit run_script(Session& session, LineSource& source, Interrupts& interrupts, bool keep_going) {
  std::optional<Exit> first_failure;
  Exit last = Exit::ok;
  const auto complain = [&](const Outcome& outcome) {
    if (!outcome.complaint.empty()) {
      say(stderr,
          fmt::format("{}:{}: {}\n", printable(source.name()), source.number(), outcome.complaint));
    }
    if (!first_failure) first_failure = outcome.exit;
  };

  std::string line;
  while (!session.finished()) {
    const Result<bool> got = source.next(line);
    if (!got) {
      const bool io = got.error().code() == Code::io_error;
      complain({io ? Exit::io : Exit::usage, got.error().message(), false});
      return *first_failure;
    }
    if (!*got) break;
    if (is_nothing(line)) continue;
    std::stop_token stop;
    const Outcome outcome = [&] {
      const Interrupts::Running running(interrupts);
      stop = running.token();
      return session.run_line(line, stop);
    }();
    last = outcome.exit;
    if (!outcome.failed() && stop.stop_requested()) {
      // It came too late for this line. One that comes now ends the program.
      complain(
          {Exit::interrupted, "interrupted: this line was done, and those behind it not", false});
      return Exit::interrupted;
    }
    if (!outcome.failed()) continue;
    complain(outcome);
    session.spoil_batch();
    if (!keep_going || outcome.output_gone || outcome.exit == Exit::interrupted) {
      return *first_failure;
    }
  }
  if (session.open_batch()) {
    complain(usage_error("batch: it is still open at the end, so nothing of it was done; commit"));
  }
  return first_failure.value_or(last);
}

}  // namespace kv::cli
