#include "storage/table_splitter.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/todo.h"
#include "storage/internal_key.h"

namespace kv {
namespace {

class TableSplitter {
 public:
  TableSplitter(const MakeTableFile& make, const SplitOptions& options)
      : make_(make), options_(options) {}

  // Adds an entry to the table that is being written, or to a new one behind it.
  Status add(std::string_view key, std::string_view value) {
    // LAB 6.6  End the table if it is large enough and the entry may stand in the next one. Begin
    // one if there is none. Add the entry.
    // Hint: what decides is the user key of the entry before. Its bytes are gone by now.
    throw todo("6.6", key, value, is_full_, last_user_key_, begin_table(), end_table());
  }

  // Ends the table that is being written, if there is one, and adds it to tables(): it is whole and
  // synced then.
  Status end_table() {
    // LAB 6.6  What is to be known of the table stands in its properties, in the options, and in
    // the file.
    // Hint: what finish writes is part of the file.
    throw todo("6.6", made_, writer_, is_full_, options_, tables_);
  }

  std::vector<TableInfo>& tables() { return tables_; }

 private:
  Status begin_table() {
    Result<NewTableFile> made = make_();
    if (!made) return failure(std::move(made));
    made_ = *std::move(made);
    writer_ = make_table_writer(*made_.file, made_.number, options_.table);
    return {};
  }

  const MakeTableFile& make_;
  const SplitOptions& options_;
  NewTableFile made_{};                  // what is being written to
  std::unique_ptr<TableWriter> writer_;  // null: nothing is
  bool is_full_ = false;                 // it is large enough
  std::string last_user_key_;            // the last one in it, once it is full
  std::vector<TableInfo> tables_;
};

}  // namespace

Result<std::vector<TableInfo>> write_tables(InternalIterator& versions, const MakeTableFile& make,
                                            const SplitOptions& options) {
  TableSplitter splitter(make, options);
  // LAB 6.6  Hand the splitter every entry. Which of the two ways in which a walk stops is an end?
  // Hint: the last table has no entry behind it that would end it.
  throw todo("6.6", versions, options.stop, splitter.tables());
}

}  // namespace kv
