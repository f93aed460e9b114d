// The catalogue as a table. How the faults work: faulty_store.cc.

#include "tests/01-introduction/broken_stores.h"

#include <ostream>

namespace kv::test {
namespace {

constexpr std::string_view reader = "kv/reader.h";
constexpr std::string_view store = "kv/store.h";
constexpr std::string_view batch = "kv/batch.h";
constexpr std::string_view range = "kv/range.h";
constexpr std::string_view iterator = "kv/iterator.h";
constexpr std::string_view snapshot = "kv/snapshot.h";

constexpr std::string_view any_bytes = "Keys and values are any bytes, zero bytes included";
constexpr std::string_view largest = "The largest of each that a store takes, in bytes";
constexpr std::string_view for_ever =
    "the same answers for ever, whatever is written to the store meanwhile";
constexpr std::string_view key_order =
    "Keys are ordered byte by byte, each byte as a number from "
    "0 to 255, a prefix before what it is a prefix of";
constexpr std::string_view start_bound = "the first key that belongs to it";
constexpr std::string_view end_bound = "the first key behind it";
constexpr std::string_view how_many = "how many entries an iterator delivers at the most";
constexpr std::string_view seek_lands =
    "Steps to the first entry at or after `key` in the direction of the scan";

#define FAULT(name) Fault::name, #name

constexpr BrokenStore catalogue[] = {
    {FAULT(absent_key_has_empty_value), "1.5", reader, "`not_found` where the key has none",
     "get of a key without a value gives an empty one"},
    {FAULT(absent_key_has_next_value), "1.5", reader, "The key's value",
     "get of a key without a value gives the value of the next larger key"},
    {FAULT(empty_key_is_dropped), "1.5", reader, "either may be empty",
     "what is written to the empty key is dropped"},
    {FAULT(empty_value_is_absent), "1.5", reader, "an empty value is a value",
     "a key whose value is empty counts as absent"},
    {FAULT(key_ends_at_zero_byte), "1.5", reader, any_bytes,
     "a key ends where its first zero byte stands"},
    {FAULT(key_ends_at_255_bytes), "1.5", "kv/options.h", largest, "a key is cut after 255 bytes"},
    {FAULT(key_ignores_case), "1.5", store, "Gives the key this value",
     "keys that differ only in upper and lower case are one"},
    {FAULT(key_has_seven_bits), "1.5", reader, any_bytes,
     "the highest bit of each byte of a key is lost"},
    {FAULT(value_ends_at_zero_byte), "1.5", reader, any_bytes,
     "a value ends where its first zero byte stands"},
    {FAULT(value_length_has_16_bits), "1.5", "kv/options.h", largest,
     "of a value of 65536 bytes or more, only its length modulo 65536 is kept"},
    {FAULT(put_keeps_first_value), "1.5", store, "whether or not it had one",
     "put leaves a value that is there already"},
    {FAULT(erase_of_absent_key_fails), "1.5", store, "ok as well where it had none",
     "erase of a key without a value fails with `not_found`"},
    {FAULT(erase_takes_longer_keys), "1.5", store, "Takes the key's value away",
     "erase takes every key away that begins with the given one"},
    {FAULT(contains_stays_true), "1.5", reader, "Whether the key has a value",
     "contains stays true for a key that was erased"},

    {FAULT(conflict_leaves_first_change), "1.6", store,
     "A write that fails with any code but `outcome_unknown` had no effect and never will have",
     "a batch that fails leaves its first change behind"},
    {FAULT(changes_run_backwards), "1.6", batch, "Changes take effect in the order they were added",
     "the changes of a batch run last to first"},
    {FAULT(erases_run_last), "1.6", batch, "of two to one key, the later one stands",
     "all erases of a batch run after all its puts"},
    {FAULT(changes_end_at_127), "1.6", store, "makes every change",
     "the changes of a batch behind the 127th are dropped"},
    {FAULT(empty_batch_fails), "1.6", store, "An empty batch is ok",
     "an empty batch fails with `invalid_argument`"},
    {FAULT(require_absent_is_ignored), "1.6", batch, "with `absent`, none",
     "a requirement that a key be absent always holds"},
    {FAULT(require_value_asks_presence), "1.6", batch, "only if the key has just this value",
     "a requirement of a value holds for any value"},
    {FAULT(require_empty_takes_absent), "1.6", batch, "only if the key has just this value",
     "a requirement of the empty value holds for a key that has none"},
    {FAULT(only_first_requirement_counts), "1.6", store, "Checks every requirement",
     "requirements behind the first are not checked"},
    {FAULT(requirements_see_own_changes), "1.6", batch,
     "All requirements are checked against the state before the batch",
     "requirements are checked against what the batch itself would write"},
    {FAULT(requirements_alone_always_hold), "1.6", store,
     "`conflict` if a requirement does not hold",
     "a batch of nothing but requirements is ok, whether or not they hold"},
    {FAULT(conflict_is_called_invalid), "1.6", store, "`conflict` if a requirement does not hold",
     "a requirement that does not hold gives `invalid_argument`"},
    {FAULT(check_and_change_are_two_steps), "1.6", batch,
     "Checking and changing is one atomic step",
     "between the check of a batch and its changes another thread may write"},

    {FAULT(end_is_included), "1.7", range, end_bound, "a scan delivers the end of its range too"},
    {FAULT(start_is_excluded), "1.7", range, start_bound,
     "a scan does not deliver the start of its range"},
    {FAULT(turned_range_is_put_right), "1.7", range,
     "A range whose end is not behind its start contains nothing",
     "a range whose end is before its start is scanned with its bounds exchanged"},
    {FAULT(bytes_are_signed), "1.7", range, key_order, "bytes from 0x80 on come before 0x00"},
    {FAULT(shorter_keys_come_first), "1.7", range, key_order,
     "shorter keys come before longer ones"},
    {FAULT(scan_misses_empty_key), "1.7", range, "empty: from the very first key",
     "a scan does not deliver the empty key"},
    {FAULT(limit_counts_from_first_key), "1.7", range, how_many,
     "the limit counts the entries that the range's first bound skips"},
    {FAULT(reverse_limit_takes_smallest), "1.7", range, "from the largest key down to the smallest",
     "a reverse scan with a limit delivers the smallest keys of the range"},
    {FAULT(reverse_ignores_end), "1.7", range, end_bound,
     "a reverse scan begins at the largest key of the store"},
    {FAULT(reverse_misses_smallest), "1.7", range, start_bound,
     "a reverse scan ends before the smallest key of the range"},
    {FAULT(seek_steps_behind_match), "1.7", iterator, seek_lands,
     "seek in a forward scan steps over the very key that it was given"},
    {FAULT(seek_needs_exact_key), "1.7", iterator, seek_lands,
     "seek leads to the end where the very key is missing"},
    {FAULT(reverse_seek_goes_up), "1.7", iterator, "in reverse, the largest key <= `key`",
     "seek in a reverse scan steps to the smallest key >= the given one"},
    {FAULT(seek_leaves_range), "1.7", iterator, "but never leaves the range",
     "seek to a key outside of the range stands on it"},
    {FAULT(seek_only_goes_forth), "1.7", iterator, "It may go back as well as forth",
     "seek to a key that lies behind stays where it is"},
    {FAULT(iterator_sees_later_writes), "1.7", iterator, "later writes never show",
     "an iterator delivers what is there when it steps"},

    {FAULT(snapshot_get_is_live), "1.8", snapshot, for_ever,
     "get of a snapshot shows later writes"},
    {FAULT(snapshot_contains_is_live), "1.8", snapshot, for_ever,
     "contains of a snapshot shows later writes"},
    {FAULT(snapshot_scan_is_live), "1.8", snapshot, for_ever,
     "scan of a snapshot shows later writes"},
    {FAULT(snapshot_loses_erased_keys), "1.8", snapshot, for_ever,
     "get of a snapshot shows later erases, though no later puts"},
    {FAULT(snapshot_moves_with_next), "1.8", snapshot, "A store's content at one moment",
     "a snapshot moves forward when a newer one is taken"},
    {FAULT(snapshot_moves_with_flush), "1.8", snapshot, "A store's content at one moment",
     "a snapshot moves forward with every flush"},
    {FAULT(snapshot_misses_last_write), "1.8", store,
     "The content as it is at some moment during this call",
     "a snapshot lacks the write that returned just before"},
    {FAULT(snapshot_splits_batch), "1.8", store, "a batch is seen whole or not at all",
     "a snapshot lacks the last change of the batch that was applied just before"},
    {FAULT(flush_fails), "1.8", store, "there it succeeds and promises nothing",
     "flush fails with `unimplemented`"},
    {FAULT(snapshot_outlives_close), "1.8", snapshot,
     "it may outlive its store, and then answers `closed`",
     "a snapshot goes on answering when the store is closed"},
    {FAULT(iterator_outlives_close), "1.8", iterator,
     "It may outlive its store, and then answers `closed`, as it does once the store is closed",
     "an iterator goes on stepping when the store is closed"},
    {FAULT(close_wipes_views), "1.8", iterator,
     "The views stay valid until the next call of next or seek, or until the iterator is "
     "destroyed, "
     "also after the store was closed or destroyed",
     "close wipes the key and value that an iterator stands on"},
};

#undef FAULT

}  // namespace

std::ostream& operator<<(std::ostream& out, const BrokenStore& broken) {
  return out << broken.name;
}

std::span<const BrokenStore> broken_stores() { return catalogue; }

}  // namespace kv::test
