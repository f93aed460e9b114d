#pragma once

// What the right answers are: the reference's test program where there is a solutions/ folder, else
// what `kvcourse record` wrote from it, tests/NN-name/observations.json:
//
//   {"seed": 1, "cases": {"Suite.Case": [["what", "seen"], ...], ...}}
//
// *Thread safety*: const functions from any thread. *Errors*: `invalid_argument`, with the remedy.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/kvcourse/runner.h"

namespace kv::course {

class Reference {
 public:
  // Builds the program or reads the file. The second kind of failure is the build's.
  static Result<std::variant<Reference, BuildProblem>> open(const Project& project, const Lab& lab,
                                                            std::uint64_t seed);

  // Every case there is.
  const std::vector<std::string>& cases() const { return cases_; }

  // What the reference observes in a case, or how it fails. `runner` runs it where need be.
  Attempt answer(const Runner& runner, const std::string& test) const;

 private:
  Status list_cases();
  Status read_recorded(const std::filesystem::path& file, const std::string& shown,
                       std::uint64_t seed);

  std::filesystem::path program_;  // empty: recorded
  std::map<std::string, Observations> recorded_;
  std::vector<std::string> cases_;
};

// What observations.json must hold: runs the cases of the lab's tasks on the reference. Errors
// also: where one of the cases fails.
Result<std::string> observations_text(const Project& project, const Lab& lab, std::uint64_t seed);

// Whether the lab's observations.json holds this text.
bool is_recorded(const Project& project, const Lab& lab, const std::string& text);

// Writes observations.json, unless it holds the same already. True if it wrote.
Result<bool> record_reference(const Project& project, const Lab& lab, std::uint64_t seed);

}  // namespace kv::course
