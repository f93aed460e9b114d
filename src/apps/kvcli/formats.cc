#include "apps/kvcli/formats.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/kvcli/words.h"

namespace kv::cli {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::unexpected<Error> malformed(std::string message) {
  return failure(Code::invalid_argument, std::move(message));
}

Result<std::string> bytes_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return malformed(fmt::format("it has no \"{}\"", name));
  if (found->is_string()) return found->get_ref<const std::string&>();
  if (found->is_object() && found->size() == 1 && found->contains("base64") &&
      found->front().is_string()) {
    return from_base64(found->front().get_ref<const std::string&>());
  }
  return malformed(fmt::format("\"{}\" is neither a string nor {{\"base64\": \"…\"}}", name));
}

}  // namespace

Result<FileFormat> file_format(std::string_view name) {
  if (name == "json") return FileFormat::json;
  if (name == "csv") return FileFormat::csv;
  return malformed(fmt::format("no format is called {}; there are json and csv", quote(name)));
}

Result<FileFormat> file_format_of(std::string_view path) {
  if (path.ends_with(".csv")) return FileFormat::csv;
  for (const std::string_view ending : {".json", ".jsonl", ".ndjson"}) {
    if (path.ends_with(ending)) return FileFormat::json;
  }
  return malformed(
      fmt::format("the name {} does not tell the format; add --format json or --format csv",
                  abbreviated(path)));
}

std::string json_value(std::string_view bytes) {
  if (!is_utf8(bytes)) return "{\"base64\":\"" + base64(bytes) + "\"}";
  std::string out = "\"";
  out.reserve(bytes.size() + 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(bytes[i]);
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (byte == 0xc2 && static_cast<unsigned char>(bytes[i + 1]) < 0xa0) {
      // U+0080 to U+009F: some terminals take them for commands.
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(bytes[++i]));
    } else {
      out.push_back(bytes[i]);
    }
  }
  return out + '"';
}

std::string csv_field(std::string_view bytes) {
  std::string text = escape(bytes);
  const bool blank_ends = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!blank_ends && text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + '"';
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;  // three bytes, the missing ones zero
    for (std::size_t k = i; k < i + 3; ++k) {
      group = group << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u);
    }
    const std::size_t present = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 4; ++k) {
      out.push_back(k <= present ? digits[group >> (18 - 6 * k) & 63] : '=');
    }
  }
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  const auto wrong = [] { return malformed("its base64 is not well-formed (RFC 4648)"); };
  if (text.size() % 4 != 0) return wrong();
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t present = i + 4 == text.size() ? 4 - padding : 4;
    unsigned group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t digit = k < present ? digits.find(text[i + k]) : 0;
      if (digit == std::string_view::npos) return wrong();
      group = group << 6 | static_cast<unsigned>(digit);
    }
    for (std::size_t k = 0; k + 1 < present; ++k) {
      out.push_back(static_cast<char>(group >> (16 - 8 * k) & 0xff));
    }
    // Bits behind the last byte must be zero, or two texts would stand for the same bytes.
    if (present < 4 && (group & (present == 2 ? 0xffffu : 0xffu)) != 0) return wrong();
  }
  return out;
}

std::string json_line(std::string_view key, std::string_view value) {
  return "{\"key\":" + json_value(key) + ",\"value\":" + json_value(value) + "}\n";
}

std::string csv_line(std::string_view key, std::string_view value) {
  return csv_field(key) + ',' + csv_field(value) + "\r\n";
}

Result<Record> parse_json(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return malformed("not a JSON object {\"key\": …, \"value\": …}");
  Result<std::string> key = bytes_of(json, "key");
  if (!key) return failure(std::move(key));
  Result<std::string> value = bytes_of(json, "value");
  if (!value) return failure(std::move(value));
  if (json.size() != 2) return malformed("it has more than \"key\" and \"value\"");
  return Record{*std::move(key), *std::move(value)};
}

Result<std::vector<std::string>> parse_csv_fields(std::string_view text) {
  std::vector<std::string> fields;
  for (;;) {
    std::string& field = fields.emplace_back();
    if (text.starts_with('"')) {
      text.remove_prefix(1);
      for (;;) {
        const std::size_t stop = text.find('"');
        if (stop == std::string_view::npos) {
          return failure(Code::unavailable, "the quote is never closed");
        }
        field.append(text.substr(0, stop));
        text.remove_prefix(stop + 1);
        if (!text.starts_with('"')) break;
        field.push_back('"');  // two quotes stand for one
        text.remove_prefix(1);
      }
      if (text == "\r") text = {};
      if (!text.empty() && text.front() != ',') {
        return malformed("after a closing quote comes neither a comma nor the end of the line");
      }
    } else {
      const std::size_t stop = std::min(text.find(','), text.size());
      field = text.substr(0, stop);
      text.remove_prefix(stop);
      if (text.empty() && field.ends_with('\r')) field.pop_back();
      if (field.find('"') != std::string::npos) {
        return malformed("a quote inside of a field; put the field in quotes and double it");
      }
    }
    if (text.empty()) return fields;
    text.remove_prefix(1);  // the comma
  }
}

Result<Record> csv_record(const std::vector<std::string>& fields) {
  if (fields.size() != 2) {
    return malformed(
        fmt::format("expected two fields, key,value; found {} (quote a field that holds a comma)",
                    fields.size()));
  }
  Result<std::string> key = unescape(fields[0]);
  if (!key) return failure(std::move(key));
  Result<std::string> value = unescape(fields[1]);
  if (!value) return failure(std::move(value));
  return Record{*std::move(key), *std::move(value)};
}

}  // namespace kv::cli
