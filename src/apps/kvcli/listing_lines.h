#pragma once

// The lines of a file's listing (apps/kvcli/listing.h): prints them, marks damage, and keeps within
// what is to be shown.
//
// *Thread safety*, *Ownership*, *Errors*: as apps/kvcli/listing.h.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "apps/kvcli/listing.h"

namespace kv::cli {

// The message of an error of the header of the file of this name, without the name and the offset,
// which stand in the line already.
std::string without_place(const Error& error, std::string_view name);

class ListingLines {
 public:
  ListingLines(const Shown& shown, Printer printer) : shown_(shown), printer_(printer) {}

  void print(std::string_view text);

  // A record or block that begins at this offset, with a line below it for each detail; `count` is
  // how many details there are, those that are not to be shown included.
  void part(std::uint64_t offset, std::string_view text, std::span<const std::string> details,
            std::uint64_t count);

  // Marks a place that is not as it was written.
  void damage(std::uint64_t offset, std::string_view what);

  // Says that parts were left out, if they were.
  void tell_hidden();

  // Whether there is any point in going on.
  bool stopped();

  std::uint64_t damages() const { return damages_; }

  // "DAMAGED" or "intact".
  std::string_view verdict() const { return damages_ > 0 ? "DAMAGED" : "intact"; }

  // What the listing comes to: what failed, or whether the file is intact.
  Outcome outcome() const;

 private:
  bool shows(std::uint64_t offset);

  const Shown shown_;
  const Printer printer_;
  Outcome failed_;
  std::uint64_t lines_ = 0;   // of parts and damage
  std::uint64_t hidden_ = 0;  // parts that were left out since the last line
  std::uint64_t damages_ = 0;
};

}  // namespace kv::cli
