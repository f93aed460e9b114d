// The authors' commands on the command line of kvcourse.

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/kvcourse/check.h"
#include "apps/kvcourse/commands.h"
#include "apps/kvcourse/mutants.h"
#include "apps/kvcourse/skeleton.h"
#include "apps/kvcourse/submit.h"

namespace kv::course {
namespace {

struct Arguments {
  std::string lab;
  bool force = false;
  bool quick = false;
  std::size_t every = 1;
};

}  // namespace

void add_authoring_commands(CLI::App& app, const Settings& settings,
                            std::function<Result<int>()>& chosen) {
  // The callbacks outlive this function; they share what was typed.
  const auto typed = std::make_shared<Arguments>();

  CLI::App* skeleton = app.add_subcommand(
      "skeleton", "Write labs/ from solutions/, leaving alone what somebody edited");
  skeleton->add_option("lab", typed->lab, "the lab; all of them if left out");
  skeleton->add_flag("--force", typed->force, "overwrite and remove edited files, too");
  skeleton->callback([&settings, &chosen, typed] {
    chosen = [&, typed] { return skeleton_command(settings.root, typed->lab, typed->force); };
  });

  CLI::App* check = app.add_subcommand("check", "Prove that the course holds together");
  check->add_option("--lab", typed->lab, "only what is of this lab; all there is if left out");
  check->add_flag("--quick", typed->quick, "leave out what needs a compiler");
  check->footer("Exit codes: 0 nothing found; 1 findings, one a line; 2 wrong usage.");
  check->callback([&settings, &chosen, typed] {
    chosen = [&, typed] { return check_command(settings.root, typed->lab, typed->quick); };
  });

  CLI::App* mutants = app.add_subcommand(
      "mutants", "Plant every bug of the catalogue in the solutions and see it caught");
  mutants->add_option("lab", typed->lab, "the lab; all of them if left out");
  mutants
      ->add_option("--every", typed->every, "only one in so many of each lab, the first included")
      ->check(CLI::PositiveNumber);
  mutants->footer(
      "Exit codes: 0 all are caught; 1 one is not, or a catalogue is not as it must be.");
  mutants->callback([&settings, &chosen, typed] {
    chosen = [&, typed] { return mutants_command(settings.root, typed->lab, typed->every); };
  });

  CLI::App* submit = app.add_subcommand("submit", "Pack the files that a lab hands in");
  submit->add_option("lab", typed->lab, "the lab: 1, 01 or 01-introduction")->required();
  submit->callback([&settings, &chosen, typed] {
    chosen = [&, typed] { return submit_command(settings.root, typed->lab); };
  });
}

}  // namespace kv::course
