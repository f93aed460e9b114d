#include "persistence/file_header.h"

#include <fmt/format.h>

#include "base/checksum.h"
#include "base/coding.h"
#include "base/quote.h"

namespace kv {
namespace {

constexpr std::size_t summed_bytes = file_header_bytes - sizeof(std::uint64_t);

}  // namespace

std::string encode_file_header(const FileKind& kind, const FileHeader& header) {
  std::string out(kind.magic);
  append_fixed32(out, kind.version);
  append_fixed32(out, header.small);
  append_fixed64(out, header.first);
  append_fixed64(out, header.second);
  append_fixed64(out, checksum(out));
  return out;
}

Result<FileHeader> decode_file_header(std::string_view file, const FileKind& kind,
                                      std::string_view path) {
  std::string_view rest = file.substr(0, file_header_bytes);
  if (rest.size() < file_header_bytes || !rest.starts_with(kind.magic)) {
    return failure(Code::corruption, fmt::format("{}, offset 0: this is not how {} begins; {}",
                                                 quote(path), kind.name, kind.remedy));
  }
  const std::uint64_t expected = checksum(rest.substr(0, summed_bytes));
  rest.remove_prefix(kind.magic.size());
  std::uint32_t version = 0;
  FileHeader header;
  std::uint64_t sum = 0;
  const bool whole = take_fixed32(rest, version) && take_fixed32(rest, header.small) &&
                     take_fixed64(rest, header.first) && take_fixed64(rest, header.second) &&
                     take_fixed64(rest, sum);
  if (!whole || sum != expected) return damaged_header(kind, path);
  if (version != kind.version) {
    return failure(Code::invalid_argument,
                   fmt::format("{} has format version {}, and this program reads {}; open it with "
                               "the version of kvdb that wrote it",
                               quote(path), version, kind.version));
  }
  return header;
}

std::unexpected<Error> damaged_header(const FileKind& kind, std::string_view path) {
  return failure(Code::corruption,
                 fmt::format("{}, offset 0: the header is damaged: its checksum is not its "
                             "bytes'; {}",
                             quote(path), kind.remedy));
}

}  // namespace kv
