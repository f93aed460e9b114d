#include "apps/kvcourse/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "apps/kvcourse/pipes.h"
#include "apps/kvcourse/story_file.h"
#include "apps/kvcourse/supervisor.h"

namespace kv::course {
namespace {

using Clock = std::chrono::steady_clock;

// Where the program is: as given where it has a slash, else the first match in PATH.
Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) return name;
    return failure(Code::invalid_argument, fmt::format("{}: {}", name, std::strerror(errno)));
  }
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const std::size_t colon = rest.find(':');
    const std::string candidate = fmt::format("{}/{}", rest.substr(0, colon), name);
    if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate))
      return candidate;
    rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
  }
  return failure(Code::invalid_argument, fmt::format("{}: no such program in PATH", name));
}

// Strings in the form that execve takes. Borrows them.
std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (std::string& string : strings) list.push_back(string.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> merged_environment(const Command& command) {
  std::map<std::string, std::string> all = command.environment;
  if (command.record) {
    all["KV_RECORD_FD"] = std::to_string(record_fd);
    all["KV_STORY_FD"] = std::to_string(story_fd);
  }
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text(*line);
    if (!all.contains(std::string(text.substr(0, text.find('='))))) lines.emplace_back(text);
  }
  for (const auto& [name, value] : all) lines.push_back(fmt::format("{}={}", name, value));
  return lines;
}

// One of the streams that we read: its pipe, and what came so far.
struct Stream {
  Pipe pipe;
  std::string text;
  std::size_t limit_bytes = 0;

  // Takes what is there now, and closes at the end of the stream.
  void take() {
    char bytes[1 << 16];
    while (pipe.read.open()) {
      const ssize_t size = ::read(pipe.read.get(), bytes, sizeof bytes);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) {
        pipe.read.reset();
        return;
      }
      const std::size_t room = limit_bytes - text.size();
      text.append(bytes, std::min(room, static_cast<std::size_t>(size)));
      // A program that writes faster than we read must not keep us here.
      if (static_cast<std::size_t>(size) < sizeof bytes) return;
      if (text.size() == limit_bytes) return;
    }
  }
};

struct Streams {
  Pipe input;
  Stream output, errors, record, report;
};

Result<Streams> make_streams(const Command& command) {
  constexpr std::size_t report_limit_bytes = 1 << 10;
  Streams streams;
  for (Pipe* pipe : {&streams.input, &streams.output.pipe, &streams.errors.pipe,
                     &streams.record.pipe, &streams.report.pipe}) {
    Result<Pipe> made = make_pipe();
    if (!made) return failure(std::move(made));
    *pipe = std::move(*made);
  }
  for (Stream* stream : {&streams.output, &streams.errors, &streams.record, &streams.report}) {
    ::fcntl(stream->pipe.read.get(), F_SETFL, O_NONBLOCK);
    stream->limit_bytes = command.output_limit_bytes;
  }
  streams.report.limit_bytes = report_limit_bytes;
  ::fcntl(streams.input.write.get(), F_SETFL, O_NONBLOCK);
  return streams;
}

// Writes what the pipe takes; closes it after the last byte, or when nobody reads.
void give_input(Fd& input, std::string_view& rest) {
  while (!rest.empty()) {
    const ssize_t size = ::write(input.get(), rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  input.reset();
}

// Carries bytes both ways until the supervisor has reported (it does so when nothing of the
// program is left) or died. True: the backstop passed without either.
bool carry(Streams& streams, std::string_view input, Clock::time_point backstop) {
  while (streams.report.pipe.read.open()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(backstop - Clock::now());
    if (left.count() <= 0) return true;
    std::vector<pollfd> waited;
    for (const Stream* stream :
         {&streams.output, &streams.errors, &streams.record, &streams.report})
      waited.push_back({stream->pipe.read.get(), POLLIN, 0});  // a closed one, -1, is passed over
    waited.push_back({streams.input.write.get(), POLLOUT, 0});
    constexpr int longest_ms = 60'000;
    const auto timeout = std::min<std::int64_t>(left.count(), longest_ms);
    if (::poll(waited.data(), waited.size(), static_cast<int>(timeout)) < 0) continue;
    if (waited[0].revents != 0) streams.output.take();
    if (waited[1].revents != 0) streams.errors.take();
    if (waited[2].revents != 0) streams.record.take();
    if (waited[3].revents != 0) streams.report.take();
    if (waited[4].revents != 0) give_input(streams.input.write, input);
  }
  return false;
}

// What the supervisor said; nothing where it was killed.
std::optional<Report> first_report(const std::string& bytes) {
  if (bytes.size() < sizeof(Report)) return std::nullopt;
  Report report;
  std::memcpy(&report, bytes.data(), sizeof report);
  return report;
}

Result<Outcome> judge_end(const Command& command, const std::string& path, bool late,
                          const std::optional<Report>& report) {
  Outcome outcome;
  if (late) {
    outcome.end = Outcome::End::timed_out;
  } else if (!report) {
    // Somebody killed the supervisor: the program itself, as likely as not.
    outcome.end = Outcome::End::signalled;
    outcome.code = SIGKILL;
  } else if (report->kind == Report::Kind::not_started) {
    const std::string where =
        command.directory.empty() ? "" : fmt::format(" (in {})", command.directory);
    return failure(report->code == ENOMEM || report->code == EAGAIN ? Code::unavailable
                                                                    : Code::invalid_argument,
                   fmt::format("{}{}: {}", path, where, std::strerror(report->code)));
  } else {
    outcome.code = report->code;
    outcome.end = report->kind == Report::Kind::exited      ? Outcome::End::exited
                  : report->kind == Report::Kind::signalled ? Outcome::End::signalled
                                                            : Outcome::End::timed_out;
  }
  return outcome;
}

}  // namespace

Result<Outcome> run(const Command& command) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that does not read its input is no reason to die
  std::vector<std::string> arguments = command.arguments;
  Result<std::string> path = find_program(arguments.empty() ? "" : arguments.front());
  if (!path) return failure(std::move(path));
  std::vector<std::string> environment = merged_environment(command);
  Result<Streams> made = make_streams(command);
  if (!made) return failure(std::move(made));
  Streams& streams = *made;
  Result<Fd> story = make_story_file();
  if (!story) return failure(std::move(story));

  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const Supervised job = {
      .path = path->c_str(),
      .arguments = argv.data(),
      .environment = envp.data(),
      .directory = command.directory.empty() ? nullptr : command.directory.c_str(),
      .input = streams.input.read.get(),
      .output = streams.output.pipe.write.get(),
      .errors = streams.errors.pipe.write.get(),
      .record = command.record ? streams.record.pipe.write.get() : -1,
      .story = story->get(),
      .report = streams.report.pipe.write.get(),
      .time_limit = command.time_limit,
      .memory_limit_bytes = command.memory_limit_bytes,
      .file_limit_bytes = command.file_limit_bytes,
  };
  const pid_t parent = ::getpid();
  const pid_t supervisor = ::fork();
  if (supervisor < 0)
    return failure(Code::unavailable, fmt::format("cannot start {}: {}; end some other programs",
                                                  *path, std::strerror(errno)));
  if (supervisor == 0) supervise(job, parent);
  streams.input.read.reset();
  for (Stream* stream : {&streams.output, &streams.errors, &streams.record, &streams.report})
    stream->pipe.write.reset();

  // The supervisor keeps the time; only one that was stopped by force comes late.
  constexpr std::chrono::seconds grace(10);
  const bool late = carry(streams, command.input, Clock::now() + command.time_limit + grace);
  if (late) ::kill(supervisor, SIGKILL);  // the program dies with it
  while (::waitpid(supervisor, nullptr, 0) < 0 && errno == EINTR) continue;
  for (Stream* stream : {&streams.output, &streams.errors, &streams.record}) stream->take();

  Result<Outcome> outcome = judge_end(command, *path, late, first_report(streams.report.text));
  if (!outcome) return outcome;
  outcome->output = std::move(streams.output.text);
  outcome->errors = std::move(streams.errors.text);
  outcome->record = std::move(streams.record.text);
  if (command.record) outcome->story = read_story(*story);
  return outcome;
}

}  // namespace kv::course
