#include "apps/kvcli/listing_lines.h"

#include <fmt/format.h>

#include "base/quote.h"

namespace kv::cli {

std::string without_place(const Error& error, std::string_view name) {
  const std::string place = fmt::format("{}, offset 0: ", quote(name));
  const std::string& message = error.message();
  return message.starts_with(place) ? message.substr(place.size()) : message;
}

void ListingLines::part(std::uint64_t offset, std::string_view text,
                        std::span<const std::string> details, std::uint64_t count) {
  if (!shows(offset)) {
    ++hidden_;
    return;
  }
  tell_hidden();
  std::string lines(text);
  for (const std::string& detail : details) lines += fmt::format("{:31}{}\n", "", detail);
  if (count > details.size() && !details.empty()) {
    lines += fmt::format("{:31}and {} more (--changes)\n", "", count - details.size());
  }
  print(lines);
}

void ListingLines::damage(std::uint64_t offset, std::string_view what) {
  tell_hidden();
  // The first one is what everybody looks for.
  if (++damages_ > 1 && !shows(offset)) return;
  print(fmt::format("!! offset {}: {}\n", offset, what));
}

bool ListingLines::shows(std::uint64_t offset) {
  return offset >= shown_.offset && lines_ < shown_.records && ++lines_ > 0;
}

void ListingLines::tell_hidden() {
  if (hidden_ > 0) print(fmt::format("{:>10}            records not shown\n", hidden_));
  hidden_ = 0;
}

bool ListingLines::stopped() {
  if (!failed_.failed() && printer_.stop.stop_requested()) {
    failed_ = {Exit::interrupted, "interrupted", false};
  }
  return failed_.failed();
}

void ListingLines::print(std::string_view text) {
  if (failed_.failed()) return;
  if (const Status written = printer_.output.write(text); !written) {
    failed_ = output_error(printer_.output, written.error());
  }
}

Outcome ListingLines::outcome() const {
  if (failed_.failed()) return failed_;
  return {damages_ > 0 ? Exit::no : Exit::ok, {}, false};
}

}  // namespace kv::cli
