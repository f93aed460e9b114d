// Random commands to a store and to a model of it over a std::map: the same answers, always. Where
// they differ, RapidCheck looks for the shortest list of commands that shows it, and prints it.

#include <fmt/format.h>
#include <rapidcheck/state.h>

#include <sstream>
#include <string>

#include "tests/contract/commands.h"
#include "tests/contract/contract.h"
#include "tests/contract/world.h"

namespace kv::test {
namespace {

using commands::Commands;
using commands::tally;

// A run in which one of these hardly happened has tested little.
constexpr const char* must_happen[] = {"apply: ok",
                                       "conditional apply: ok",
                                       "conditional apply: conflict",
                                       "get: ok",
                                       "get: not_found",
                                       "contains: true",
                                       "contains: false",
                                       "scan: an entry",
                                       "scan: nothing",
                                       "reverse scan: an entry",
                                       "iterator: ok",
                                       "next: an entry",
                                       "next: end",
                                       "seek: an entry",
                                       "seek: end",
                                       "snapshot get: ok",
                                       "snapshot get: not_found",
                                       "snapshot contains: true",
                                       "snapshot scan: an entry",
                                       "snapshot reverse scan: an entry",
                                       "snapshot iterator: ok",
                                       "flush: ok",
                                       "drop snapshot: ok",
                                       "drop iterator: ok"};

class AnyCommands : public Contract {
 protected:
  void run(const Commands& commands) {
    System system(open());
    rc::state::runAll(commands.list, Model(), system);
    Model model;
    rc::state::applyAll(commands.list, model);
    const std::string seen = system.scan(the_store, {});
    const std::string expected = model.scan(the_store, {});
    if (seen != expected) RC_FAIL(fmt::format("it ends with {}; expected {}", seen, expected));
  }
};
KV_CONTRACT(AnyCommands);

TEST_P(AnyCommands, AreAnsweredAsByTheModel) {
  tally.clear();
  commands::with_the_empty_key = GetParam().takes_the_empty_key;
  // The seed is --seed's: main() hands it on.
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess *= 3;
  const auto property = [this] {
    run(*rc::gen::map(rc::state::gen::commands(Model(), commands::any_command()),
                      [](auto list) { return Commands{std::move(list)}; }));
  };
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
  if (!result.is<rc::detail::SuccessResult>()) {
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    FAIL() << message.str() << "\nSeed: " << params.seed;
  }
  if (params.maxSuccess < 300) return;  // someone asked for a short run
  for (const char* kind : must_happen) {
    EXPECT_GE(tally[kind], 10) << kind;
  }
}

}  // namespace
}  // namespace kv::test
