#include "tests/contract/world.h"
#include "tests/support/told_iterator.h"
#include "tests/support/told_store.h"

namespace kv::test {

std::string System::put(std::string_view key, std::string_view value) {
  return told(store_->put(key, value));
}

std::string System::erase(std::string_view key) { return told(store_->erase(key)); }

std::string System::apply(const Batch& batch) { return told(store_->apply(batch)); }

std::string System::flush() { return told(store_->flush()); }

std::string System::get(Place place, std::string_view key) { return told(reader(place).get(key)); }

std::string System::contains(Place place, std::string_view key) {
  return told(reader(place).contains(key));
}

std::string System::scan(Place place, const Range& range) {
  const auto iterator = reader(place).scan(range);
  return iterator ? rest(**iterator) : std::string(name(iterator.error().code()));
}

std::string System::take_snapshot(Place place) {
  auto snapshot = store_->snapshot();
  if (!snapshot) return std::string(name(snapshot.error().code()));
  snapshots_[place] = *std::move(snapshot);
  return "ok";
}

std::string System::drop_snapshot(Place place) {
  snapshots_.erase(place);
  return "ok";
}

std::string System::open_iterator(int slot, Place place, const Range& range) {
  auto iterator = reader(place).scan(range);
  if (!iterator) return std::string(name(iterator.error().code()));
  iterators_[slot] = *std::move(iterator);
  return "ok";
}

std::string System::next(int slot) {
  Iterator& iterator = *iterators_.at(slot);
  const bool stepped = iterator.next();
  return told_step(iterator, stepped);
}

std::string System::seek(int slot, std::string_view key) {
  Iterator& iterator = *iterators_.at(slot);
  const bool stepped = iterator.seek(key);
  return told_step(iterator, stepped);
}

std::string System::drop_iterator(int slot) {
  iterators_.erase(slot);
  return "ok";
}

Reader& System::reader(Place place) {
  if (place == the_store) return *store_;
  return *snapshots_.at(place);
}

}  // namespace kv::test
