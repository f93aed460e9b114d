#include "apps/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/quote.h"

namespace kv {

Result<bool> read_command_line(CLI::App& app, std::string_view program, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
  } catch (const CLI::CallForVersion& version) {
    std::puts(version.what());
  } catch (const CLI::ParseError& error) {
    return failure(Code::invalid_argument,
                   fmt::format("{} (see: {} --help)", printable(error.what()), program));
  }
  return false;
}

}  // namespace kv
