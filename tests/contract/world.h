#pragma once

// A store, its snapshots and its iterators, as something to send commands to: once the real ones
// (System), once what they should be (Model, over a std::map). Both answer as text, so what is
// right is what both say.
//
// Snapshots and iterators stand in numbered slots, from 1 on. *Requires*: the slot is free where
// something is put into it, taken where it is used.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv/store.h"

namespace kv::test {

// Where a read looks: the number of a snapshot's slot, or the store.
using Place = int;
inline constexpr Place the_store = 0;

class World {
 public:
  virtual ~World() = default;

  virtual std::string put(std::string_view key, std::string_view value) = 0;
  virtual std::string erase(std::string_view key) = 0;
  virtual std::string apply(const Batch& batch) = 0;
  virtual std::string flush() = 0;

  virtual std::string get(Place place, std::string_view key) = 0;
  virtual std::string contains(Place place, std::string_view key) = 0;
  virtual std::string scan(Place place, const Range& range) = 0;  // all of it

  virtual std::string take_snapshot(Place place) = 0;
  virtual std::string drop_snapshot(Place place) = 0;

  virtual std::string open_iterator(int slot, Place place, const Range& range) = 0;
  virtual std::string next(int slot) = 0;
  virtual std::string seek(int slot, std::string_view key) = 0;
  virtual std::string drop_iterator(int slot) = 0;

 protected:
  World() = default;
  World(const World&) = default;
  World& operator=(const World&) = default;
};

// What kv/ promises, in the plainest words there are.
class Model final : public World {
 public:
  using Content = std::map<std::string, std::string, std::less<>>;

  struct Walk {
    std::vector<std::pair<std::string, std::string>> entries;  // in the direction of the scan
    bool reverse;
    std::size_t limit;
    std::size_t ahead = 0;  // the index of the entry that next steps to
    std::size_t delivered = 0;
  };

  const Content& content(Place place = the_store) const { return contents_.at(place); }
  bool has_snapshot(Place place) const { return contents_.contains(place); }
  bool has_iterator(int slot) const { return walks_.contains(slot); }

  std::string put(std::string_view key, std::string_view value) override;
  std::string erase(std::string_view key) override;
  std::string apply(const Batch& batch) override;
  std::string flush() override;
  std::string get(Place place, std::string_view key) override;
  std::string contains(Place place, std::string_view key) override;
  std::string scan(Place place, const Range& range) override;
  std::string take_snapshot(Place place) override;
  std::string drop_snapshot(Place place) override;
  std::string open_iterator(int slot, Place place, const Range& range) override;
  std::string next(int slot) override;
  std::string seek(int slot, std::string_view key) override;
  std::string drop_iterator(int slot) override;

 private:
  bool holds(const Batch::Operation& requirement) const;
  static std::string step_to(Walk& walk, std::size_t index);

  std::map<Place, Content> contents_ = {{the_store, {}}};
  std::map<int, Walk> walks_;
};

class System final : public World {
 public:
  explicit System(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  std::string put(std::string_view key, std::string_view value) override;
  std::string erase(std::string_view key) override;
  std::string apply(const Batch& batch) override;
  std::string flush() override;
  std::string get(Place place, std::string_view key) override;
  std::string contains(Place place, std::string_view key) override;
  std::string scan(Place place, const Range& range) override;
  std::string take_snapshot(Place place) override;
  std::string drop_snapshot(Place place) override;
  std::string open_iterator(int slot, Place place, const Range& range) override;
  std::string next(int slot) override;
  std::string seek(int slot, std::string_view key) override;
  std::string drop_iterator(int slot) override;

 private:
  Reader& reader(Place place);

  std::unique_ptr<Store> store_;
  std::map<Place, std::unique_ptr<Snapshot>> snapshots_;
  std::map<int, std::unique_ptr<Iterator>> iterators_;
};

}  // namespace kv::test
