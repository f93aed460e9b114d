#pragma once

// A table's data blocks as its index tells them: by which key each ends, and where it stands. The
// index is taken apart once, when the table is opened, into a few dense arrays: so a search through
// it touches few bytes, and nothing of it can be wrong any more.
//
//   the index's block    a@9 ──> 0, 120   │ c@4 ──> 129, 80
//   keys                 a@9c@4            one behind the other
//   where they end       9, 18
//   their heads          "a", "c"          eight bytes each, as numbers
//   where frames begin   0, 129, 218       the last: where the row of data blocks ends
//
// A key's head is what follows in its user key on the bytes that all user keys of the index begin
// with: it decides nearly every comparison of a search, and eight heads share a line of the cache.
//
// *Thread safety*: after load, any thread. *Errors*: `load` and `check_parts` as each says.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/block.h"
#include "storage/internal_key.h"
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

  // A key that is searched for among the last keys of the blocks; borrows both.
  class Probe {
   public:
    Probe(const TableIndex& index, std::string_view internal_key);

    // As internal_key_less(index.last_key(at), internal_key), and faster.
    // Requires: at < index.size().
    bool ends_before(std::size_t at) const {
      if (place_ != Place::within) return place_ == Place::behind_all;
      if (index_.heads_[at] != head_) return index_.heads_[at] < head_;
      return internal_key_less(index_.last_key(at), key_);
    }

   private:
    // Against the bytes that all user keys of the index begin with.
    enum class Place : unsigned char { before_all, within, behind_all };

    const TableIndex& index_;
    const std::string_view key_;
    Place place_;
    std::uint64_t head_ = 0;
  };

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
  void make_heads();

  std::string keys_;
  std::vector<std::size_t> key_ends_;
  std::size_t common_bytes_ = 0;      // that all user keys begin with
  std::vector<std::uint64_t> heads_;  // in the order of the user keys; where two are equal, the
                                      // keys in full decide
  std::vector<std::uint64_t> offsets_ = {0};
};

// Whether what a table says of itself belongs together: its blocks stand in a row without gaps up
// to the footer, and the properties tell as many data blocks, and the same largest key, as the
// index. Errors: `corruption` where not.
Status check_parts(const TableFooter& footer, const TableIndex& index,
                   const TableProperties& properties, std::uint64_t file_bytes,
                   std::string_view path);

}  // namespace kv
