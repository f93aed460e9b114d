#pragma once

// A skip list whose writer comes by in the middle of a search: at one comparison that a test names,
// another entry is inserted before the comparison is answered. Without threads, so that it happens
// at the same place every time.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/arena.h"
#include "storage/skip_list.h"

namespace kv::test {

class VisitedList {
 public:
  VisitedList() { visit() = {}; }

  SkipList& list() { return *list_; }

  // Inserts `entry` where `present`, a key of the list, is next compared with `sought`.
  void insert_when(std::string present, std::string sought, std::string entry) {
    visit() = {list_.get(), std::move(present), std::move(sought), std::move(entry)};
  }

 private:
  struct Visit {
    SkipList* list = nullptr;  // null: nobody comes
    std::string present, sought, entry;
  };

  // Of the one list of the test: an order is a plain function, which has nothing of its own.
  static Visit& visit() {
    static Visit only;
    return only;
  }

  static bool less(std::string_view a, std::string_view b) {
    Visit& due = visit();
    const bool here =
        (a == due.present && b == due.sought) || (a == due.sought && b == due.present);
    if (due.list != nullptr && here) std::exchange(due.list, nullptr)->insert(due.entry, "");
    return a < b;
  }

  Arena arena_;
  const std::unique_ptr<SkipList> list_ = make_skip_list(arena_, less);
};

}  // namespace kv::test
