#include "apps/kvcourse/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace kv::course {
namespace {

constexpr int report_fd = story_fd + 1;

void report(Report::Kind kind, int code) {
  const Report report{kind, code};
  // A pipe takes a few bytes whole; if our parent is gone, nobody listens.
  [[maybe_unused]] const ssize_t written = ::write(report_fd, &report, sizeof report);
}

void limit(decltype(RLIMIT_AS) what, std::uint64_t value) {
  const rlimit bound{value, value};
  ::setrlimit(what, &bound);
}

// Gives the descriptors the program's numbers and closes all others: one that stayed open could
// keep the pipes of a run beside this one from ending.
void arrange_descriptors(const Supervised& job) {
  ::dup2(job.input, STDIN_FILENO);
  ::dup2(job.output, STDOUT_FILENO);
  ::dup2(job.errors, STDERR_FILENO);
  ::dup2(job.report, report_fd);
  ::fcntl(report_fd, F_SETFD, FD_CLOEXEC);
  if (job.record >= 0) {
    ::dup2(job.record, record_fd);
    ::dup2(job.story, story_fd);
  } else {
    ::close(record_fd);
    ::close(story_fd);
  }
  if (::close_range(report_fd + 1, ~0U, 0) != 0) {
    constexpr int usual_limit = 1024;  // an old kernel: what can reasonably be open
    for (int fd = report_fd + 1; fd < usual_limit; ++fd) ::close(fd);
  }
}

[[noreturn]] void become_program(const Supervised& job, pid_t supervisor) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(127);
  ::setsid();
  limit(RLIMIT_CORE, 0);
  if (job.memory_limit_bytes != 0) limit(RLIMIT_AS, job.memory_limit_bytes);
  if (job.file_limit_bytes != 0) limit(RLIMIT_FSIZE, job.file_limit_bytes);
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (job.directory == nullptr || ::chdir(job.directory) == 0)
    ::execve(job.path, job.arguments, job.environment);
  report(Report::Kind::not_started, errno);
  ::_exit(127);
}

// Kills our children one generation after the other: the orphans of those that die become ours.
void end_all_children() {
  for (;;) {
    char text[4096];
    const int fd = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? 0 : ::read(fd, text, sizeof text);
    if (fd >= 0) ::close(fd);
    pid_t pid = 0;
    for (ssize_t i = 0; i < size; ++i) {
      if (text[i] >= '0' && text[i] <= '9') {
        pid = pid * 10 + (text[i] - '0');
      } else if (pid != 0) {
        ::kill(pid, SIGKILL);
        pid = 0;
      }
    }
    // Without that list (no /proc), those that left the group cannot be found: don't wait for them.
    const pid_t reaped = ::waitpid(-1, nullptr, size > 0 ? 0 : WNOHANG);
    if (reaped == 0 || (reaped < 0 && errno != EINTR)) return;
  }
}

timespec remaining(const timespec& end) {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  timespec left{end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec};
  if (left.tv_nsec < 0) {
    left.tv_nsec += 1'000'000'000;
    --left.tv_sec;
  }
  return left.tv_sec < 0 ? timespec{0, 0} : left;
}

// Waits until the program has ended (true, it stays to be reaped) or its time is up (false).
bool wait_for_end(pid_t program, std::chrono::milliseconds time_limit, const sigset_t& wake) {
  timespec end;
  ::clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += time_limit.count() / 1000;
  end.tv_nsec += time_limit.count() % 1000 * 1'000'000;
  for (;;) {
    siginfo_t info{};
    while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
      if (info.si_pid == program) return true;
      ::waitpid(info.si_pid, nullptr, 0);  // an orphan that became ours
      info = {};
    }
    const timespec left = remaining(end);
    const int signal = ::sigtimedwait(&wake, nullptr, &left);
    if (signal == SIGTERM || (signal < 0 && errno == EAGAIN)) return false;
  }
}

}  // namespace

void supervise(const Supervised& job, int parent) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // blocked, and waited for
  if (::getppid() != parent) ::_exit(1);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // This process holds a copy of kvcourse's memory: the program must not look into it.
  ::prctl(PR_SET_DUMPABLE, 0);
  arrange_descriptors(job);

  const pid_t supervisor = ::getpid();
  const pid_t program = ::fork();
  if (program == 0) become_program(job, supervisor);
  for (int fd = 0; fd <= story_fd; ++fd) ::close(fd);
  if (program < 0) {
    report(Report::Kind::not_started, errno);
    ::_exit(1);
  }

  sigset_t wake;
  ::sigemptyset(&wake);
  ::sigaddset(&wake, SIGCHLD);
  ::sigaddset(&wake, SIGTERM);
  const bool ended = wait_for_end(program, job.time_limit, wake);
  ::kill(-program, SIGKILL);  // not reaped yet, so the number is still the program's group
  ::kill(program, SIGKILL);   // before it could make its group
  int status = 0;
  while (::waitpid(program, &status, 0) < 0 && errno == EINTR) continue;
  end_all_children();
  if (!ended) {
    report(Report::Kind::timed_out, 0);
  } else if (WIFSIGNALED(status)) {
    report(Report::Kind::signalled, WTERMSIG(status));
  } else {
    report(Report::Kind::exited, WEXITSTATUS(status));
  }
  ::_exit(0);
}

}  // namespace kv::course
