#pragma once

// A table's data blocks as its index tells them: by which key each ends, and where it stands. The
// index is taken apart once, when the table is opened, into a few dense arrays: so a search through
// it touches few bytes, and nothing of it can be wrong any more.
//
//   the index's block    a@9 ──> 0, 120   │ c@4 ──> 129, 80
//   keys                 a@9c@4            one behind the other
//   where they end       9, 18
//   where frames begin   0, 129, 218       the last: where the row of data blocks ends
//
// *Thread safety*: after load, any thread. *Errors*: `load` and `check_parts` as each says.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/block.h"
#include "storage/sstable.h"

namespace kv {

class TableIndex {
 public:
  // Takes the entries out of the index's block, which was made of so many bytes.
  // Errors: `corruption`, without the place in the file, where a key is no internal key, or not
  // behind the one before it, or where a handle does not lead to where the block before ended.
  // Requires: nothing was loaded before.
  Status load(const Block& block, std::size_t block_bytes);

  // How many data blocks there are.
  std::size_t size() const { return key_ends_.size(); }

  // The last key of data block `at`; valid as long as the index.  Requires: at < size().
  std::string_view last_key(std::size_t at) const {
    const std::size_t begin = at == 0 ? 0 : key_ends_[at - 1];
    return {keys_.data() + begin, key_ends_[at] - begin};
  }

  // Where it stands.  Requires: at < size().
  BlockHandle handle(std::size_t at) const {
    return {.offset = offsets_[at],
            .bytes = offsets_[at + 1] - offsets_[at] - table_layout::frame_end_bytes};
  }

  // Where the row of data blocks ends.
  std::uint64_t end() const { return offsets_.back(); }

 private:
  std::string keys_;
  std::vector<std::size_t> key_ends_;
  std::vector<std::uint64_t> offsets_ = {0};
};

// Whether what a table says of itself belongs together: its blocks stand in a row without gaps up
// to the footer, and the properties tell as many data blocks, and the same largest key, as the
// index. Errors: `corruption` where not.
Status check_parts(const TableFooter& footer, const TableIndex& index,
                   const TableProperties& properties, std::uint64_t file_bytes,
                   std::string_view path);

}  // namespace kv
