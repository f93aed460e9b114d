#include "apps/kvcourse/tool.h"

#include <fmt/format.h>

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/process.h"

namespace kv::course {

Result<std::string> output_of(std::string_view what, std::vector<std::string> arguments,
                              const std::filesystem::path& directory) {
  Command command;
  command.arguments = std::move(arguments);
  command.directory = directory.string();
  command.output_limit_bytes = 64 << 20;  // nm prints megabytes
  auto outcome = run(command);
  if (!outcome) return failure(std::move(outcome));
  if (!outcome->succeeded()) {
    const std::string error = first_error(outcome->errors + "\n" + outcome->output);
    return failure(Code::io_error, fmt::format("{} failed: {}", what, error));
  }
  return std::move(outcome->output);
}

std::string first_error(std::string_view output) {
  std::string first;
  for (const std::string& line : split_lines(output)) {
    // A ninja step's own line ("FAILED: ...") and its command say less than the line behind them.
    const std::string_view text = trimmed(line);
    if (text.find("error:") != std::string_view::npos || text.find("undefined ref") != text.npos) {
      return std::string(text);
    }
    if (first.empty()) first = text;
  }
  return first;
}

}  // namespace kv::course
