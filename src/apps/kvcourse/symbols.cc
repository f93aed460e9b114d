#include "apps/kvcourse/symbols.h"

#include "apps/kvcourse/files.h"
#include "apps/kvcourse/tool.h"

namespace kv::course {
namespace {

// Of namespace kv itself: also what the compiler makes for a class of it ("vtable for kv::Store"),
// but not std::vector<kv::Entry>.
bool is_ours(std::string_view name) {
  for (const std::string_view prefix :
       {"vtable for ", "typeinfo for ", "typeinfo name for ", "VTT for ", "guard variable for ",
        "non-virtual thunk to "}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  return name.starts_with("kv::");
}

}  // namespace

Symbols parse_nm(std::string_view output) {
  Symbols symbols;
  std::set<std::string> weak;
  for (const std::string& line : split_lines(output)) {
    // "0000000000000040 T kv::open(int)" or "                 U kv::close()"
    const std::size_t blank = line.find(' ');
    const std::size_t kind = line.find_first_not_of(' ', blank == std::string::npos ? 0 : blank);
    if (kind == std::string::npos || kind + 2 >= line.size() || line[kind + 1] != ' ') continue;
    std::string name = line.substr(kind + 2);
    if (!is_ours(name)) continue;
    switch (line[kind]) {
      case 'T':
      case 'D':
      case 'B':
      case 'R': symbols.defined.insert(std::move(name)); break;
      case 'U': symbols.needed.insert(std::move(name)); break;
      case 'V':
      case 'W':
      case 'u': weak.insert(std::move(name)); break;
      default: break;  // local to the object
    }
  }
  std::erase_if(symbols.needed, [&](const std::string& name) {
    return symbols.defined.contains(name) || weak.contains(name);
  });
  return symbols;
}

Result<Symbols> symbols_of(const std::vector<std::filesystem::path>& objects) {
  if (objects.empty()) return Symbols{};
  std::vector<std::string> nm = {"nm", "-C"};
  for (const auto& object : objects) nm.push_back(object.string());
  auto output = output_of("nm", std::move(nm));
  if (!output) return failure(std::move(output));
  return parse_nm(*output);
}

}  // namespace kv::course
