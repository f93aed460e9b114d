#include "apps/kvcli/prompt.h"

#include <fmt/format.h>
#include <histedit.h>
#include <stdlib.h>

#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>

#include "apps/kvcli/completion.h"
#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

constexpr int remembered_lines = 1000;

// Where the history is kept; empty: nowhere. A set-uid program would get nothing from the
// environment.
std::string history_path() {
  if (const char* state = ::secure_getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    const auto folder = std::filesystem::path(state) / "kvcli";
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    return folder / "history";
  }
  const char* home = ::secure_getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.kvcli_history" : std::string();
}

class Prompt {
 public:
  Prompt(Session& session, Interrupts& interrupts, std::string engine);

  Exit run();

 private:
  static Prompt& of(EditLine* editor);
  static char* text(EditLine* editor);
  static unsigned char complete(EditLine* editor, wint_t key);
  static unsigned char cancel(EditLine* editor, wint_t key);
  static unsigned char suspend(EditLine* editor, wint_t key);

  unsigned char complete_here();
  void greet() const;
  void remember(const char* line);

  Session& session_;
  Interrupts& interrupts_;
  const std::string engine_;
  const std::string history_path_;
  HistEvent event_{};
  std::unique_ptr<History, void (*)(History*)> history_;
  std::unique_ptr<EditLine, void (*)(EditLine*)> editor_;
  std::string text_;
  bool cancelled_ = false;
};

Prompt::Prompt(Session& session, Interrupts& interrupts, std::string engine)
    : session_(session),
      interrupts_(interrupts),
      engine_(std::move(engine)),
      history_path_(history_path()),
      history_(::history_init(), ::history_end),
      editor_(::el_init("kvcli", stdin, stdout, stderr), ::el_end) {
  if (!editor_ || !history_) return;
  ::history(history_.get(), &event_, H_SETSIZE, remembered_lines);
  ::history(history_.get(), &event_, H_SETUNIQUE, 1);
  if (!history_path_.empty()) {
    ::history(history_.get(), &event_, H_LOAD, history_path_.c_str());
  }
  EditLine* editor = editor_.get();
  ::el_set(editor, EL_CLIENTDATA, this);
  ::el_set(editor, EL_PROMPT, &Prompt::text);
  ::el_set(editor, EL_HIST, ::history, history_.get());
  ::el_set(editor, EL_EDITOR, "emacs");
  ::el_set(editor, EL_SIGNAL, 1);  // a resized or resumed terminal is drawn anew
  // The editor keeps wide names as they are; of narrow ones it makes copies that nobody frees.
  ::el_wset(editor, EL_ADDFN, L"kv-complete", L"Complete the word", &Prompt::complete);
  ::el_wset(editor, EL_ADDFN, L"kv-cancel", L"Forget the line", &Prompt::cancel);
  ::el_wset(editor, EL_ADDFN, L"kv-suspend", L"Back to the shell", &Prompt::suspend);
  ::el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  ::el_set(editor, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
  ::el_source(editor, nullptr);
  ::el_set(editor, EL_BIND, "^I", "kv-complete", nullptr);
  // While a line is edited, Ctrl-C and Ctrl-Z are keys like any other; while a command runs, the
  // terminal makes signals of them.
  ::el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  ::el_set(editor, EL_BIND, "^C", "kv-cancel", nullptr);
  ::el_set(editor, EL_BIND, "^Z", "kv-suspend", nullptr);
}

Prompt& Prompt::of(EditLine* editor) {
  void* data = nullptr;
  ::el_get(editor, EL_CLIENTDATA, &data);
  return *static_cast<Prompt*>(data);
}

char* Prompt::text(EditLine* editor) {
  Prompt& prompt = of(editor);
  const Session& session = prompt.session_;
  prompt.text_ = prompt.engine_;
  if (!session.used_snapshot().empty()) prompt.text_ += '@' + escape(session.used_snapshot());
  if (const auto& batch = session.open_batch()) {
    prompt.text_ += fmt::format(" batch({})", batch->change_count() + batch->requirement_count());
  }
  prompt.text_ += "> ";
  return prompt.text_.data();
}

unsigned char Prompt::cancel(EditLine* editor, wint_t) {
  of(editor).cancelled_ = true;
  // The line ends as if Enter were typed, and run() drops it: the screen stays as it was.
  ::el_push(editor, "\n");
  return CC_NORM;
}

// The editor's own handler gives the terminal back before the program stops, and takes it again
// afterwards.
unsigned char Prompt::suspend(EditLine*, wint_t) {
  std::raise(SIGTSTP);
  return CC_REDISPLAY;
}

unsigned char Prompt::complete(EditLine* editor, wint_t) { return of(editor).complete_here(); }

unsigned char Prompt::complete_here() {
  EditLine* editor = editor_.get();
  const LineInfo* line = ::el_line(editor);
  const std::string before(line->buffer, line->cursor);
  if (completes_file(before)) return ::_el_fn_complete(editor, '\t');
  const auto names = session_.snapshot_names();
  const auto found = completions(before, names);
  if (found.empty()) return CC_REFRESH_BEEP;

  const std::size_t typed = before.size() - word_start(before);
  std::string rest = common_prefix(found).substr(typed);
  if (found.size() == 1) rest += ' ';
  if (!rest.empty()) {
    ::el_insertstr(editor, rest.c_str());
    return CC_REFRESH;
  }
  say(stdout, fmt::format("\n{}  \n", fmt::join(found, "  ")));
  return CC_REDISPLAY;
}

void Prompt::greet() const {
  say(stdout, fmt::format("kvcli {}, engine {}. Type help, or quit (Ctrl-D) to leave.\n",
                          KVCLI_VERSION, engine_));
}

// After every line, so that a terminal that is closed loses nothing.
void Prompt::remember(const char* line) {
  ::history(history_.get(), &event_, H_ENTER, line);
  if (!history_path_.empty()) {
    ::history(history_.get(), &event_, H_SAVE, history_path_.c_str());
  }
}

Exit Prompt::run() {
  if (!editor_ || !history_) {
    say(stderr, "kvcli: the terminal cannot be used; give the commands by --file\n");
    return Exit::io;
  }
  greet();
  while (!session_.finished()) {
    int length = 0;
    // Before the prompt shows, or the terminal itself would echo whoever types at once.
    ::el_set(editor_.get(), EL_PREP_TERM, 1);
    const char* typed = ::el_gets(editor_.get(), &length);
    if (typed == nullptr || length <= 0) {
      say(stdout, session_.open_batch() ? "\nThe open batch was not done.\n" : "\n");
      return Exit::ok;
    }
    if (std::exchange(cancelled_, false)) continue;
    if (std::strspn(typed, " \t\r\n") == std::strlen(typed)) continue;
    remember(typed);
    const Interrupts::Running running(interrupts_);
    std::string_view line(typed);
    if (line.ends_with('\n')) line.remove_suffix(1);
    const Outcome outcome = session_.run_line(line, running.token());
    if (outcome.output_gone) return Exit::io;
    // The terminal has shown "^C" wherever the cursor was.
    if (outcome.exit == Exit::interrupted) say(stderr, "\n");
    if (outcome.failed()) say(stderr, outcome.complaint + "\n");
  }
  return Exit::ok;
}

}  // namespace

Exit run_prompt(Session& session, Interrupts& interrupts, const std::string& engine) {
  // The editor shows and counts letters, so it must know UTF-8.
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  return Prompt(session, interrupts, engine).run();
}

}  // namespace kv::cli
