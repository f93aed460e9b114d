#pragma once

// Bytes as JSON and as CSV, both ways.
//
//   JSON   a string where the bytes are well-formed UTF-8, otherwise {"base64": "…"} (RFC 4648)
//   CSV    RFC 4180: fields between commas, in quotes where they need it, lines end in CR LF.
//          Inside a field the escapes of apps/kvcli/words.h stand for a backslash and for what is
//          not printable.
//
// *Thread safety*: pure functions. *Errors*: `invalid_argument`, saying what is wrong; the text
// comes from outside.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kv::cli {

enum class FileFormat : unsigned char { json, csv };

// "json" or "csv", as an option names it. Errors: `invalid_argument`, listing both.
Result<FileFormat> file_format(std::string_view name);

// The format that the end of a file's name tells: .csv, or .json, .jsonl, .ndjson. Errors:
// `invalid_argument`, naming the option that says it instead.
Result<FileFormat> file_format_of(std::string_view path);

std::string json_value(std::string_view bytes);
std::string csv_field(std::string_view bytes);

std::string base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

struct Record {
  std::string key;
  std::string value;

  bool operator==(const Record&) const = default;
};

// One line each, its end included.
std::string json_line(std::string_view key, std::string_view value);
std::string csv_line(std::string_view key, std::string_view value);
inline constexpr std::string_view csv_header = "key,value\r\n";

// {"key": …, "value": …} and nothing else.
Result<Record> parse_json(std::string_view line);

// Splits text into the fields of one record. Fails with `unavailable` where the text ends inside of
// quotes: the record goes on in the next line.
Result<std::vector<std::string>> parse_csv_fields(std::string_view text);

// The bytes of a key and a value from such fields.
Result<Record> csv_record(const std::vector<std::string>& fields);

}  // namespace kv::cli
