#include "bench/workloads/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "bench/compactable.h"
#include "kv/capabilities.h"

namespace kv::bench {
namespace {

// Asked for by itself, not through Clock: a virtual call would be part of what is timed.
using Time = std::chrono::steady_clock;

}  // namespace

Client::Client(Work& work, std::uint64_t seed)
    : work_(work),
      random_(seed),
      keys_(work.settings.key_bytes),
      zipf_(work.zipf != nullptr ? *work.zipf : Zipf(1)) {
  mix_ = mix_of(work.workload, work.settings);
  for (std::size_t i = 0; i < mix_.size(); ++i) {
    if (mix_[i] >= 100) only_ = static_cast<Action>(i);
  }
  std::partial_sum(mix_.begin(), mix_.end(), mix_.begin());
}

// Which operations are timed is drawn, so that it keeps no step with anything the store does every
// so many operations.
template <class Operation>
void Client::repeat(Part part, Histogram* latencies, Operation operation) {
  // The single operation of `compact` is always timed.
  const std::uint64_t every =
      work_.workload.kind == Kind::compact ? 1 : work_.settings.latency_every;
  const auto until_timed = [&] {
    return latencies == nullptr || every == 0 ? ~std::uint64_t{0}
                                              : 1 + random_.below(2 * every - 1);
  };
  std::uint64_t left = until_timed();
  std::uint64_t done = 0;
  // Asked behind the operation: every client does one at the least, however late it came to run.
  for (bool stop = false; done < part.count && !stop;) {
    if (--left > 0) [[likely]] {
      operation(part.first + done);
    } else {
      const auto begin = Time::now();
      operation(part.first + done);
      const std::chrono::nanoseconds taken = Time::now() - begin;
      latencies->record(static_cast<std::uint64_t>(taken.count()));
      left = until_timed();
    }
    ++done;
    stop = work_.stop.load(std::memory_order_relaxed);
  }
  operations_ = done;
}

// Such an operation is rare, so the sample mostly misses it, and the dearest where a store copies.
template <class Call>
void Client::time_new_scan(Call call) {
  const auto begin = Time::now();
  call();
  const std::chrono::nanoseconds taken = Time::now() - begin;
  longest_new_scan_ = std::max(longest_new_scan_, static_cast<std::uint64_t>(taken.count()));
}

void Client::run(Part part, Histogram* latencies) {
  longest_new_scan_ = 0;
  switch (work_.workload.kind) {
    case Kind::fill_in_order:
      repeat(part, latencies, [this](std::uint64_t place) { put(place); });
      break;
    case Kind::fill_at_random:
      repeat(part, latencies, [this](std::uint64_t place) { put(work_.fill_order(place)); });
      break;
    case Kind::erase:
      repeat(part, latencies, [this](std::uint64_t place) { erase(work_.order(place)); });
      break;
    case Kind::walk: repeat(part, latencies, [this](std::uint64_t) { step(false); }); break;
    case Kind::walk_reverse: repeat(part, latencies, [this](std::uint64_t) { step(true); }); break;
    case Kind::reseek: repeat(part, latencies, [this](std::uint64_t) { reseek(choose()); }); break;
    case Kind::compact: repeat(part, latencies, [this](std::uint64_t) { compact(); }); break;
    case Kind::mix:
      if (only_) {
        repeat(part, latencies, [this](std::uint64_t) { act(*only_); });
      } else {
        repeat(part, latencies, [this](std::uint64_t) { act(draw_action()); });
      }
      break;
  }
}

Action Client::draw_action() {
  const double percent = random_.fraction() * 100;
  std::size_t action = 0;
  while (action + 1 < mix_.size() && percent >= mix_[action]) ++action;
  return static_cast<Action>(action);
}

void Client::act(Action action) {
  switch (action) {
    case Action::get: get(choose()); break;
    case Action::get_missing: get_missing(choose()); break;
    case Action::put: put(choose()); break;
    case Action::insert: insert(); break;
    case Action::seek: scan(choose(), 1); break;
    case Action::scan: scan(choose(), 1 + random_.below(100)); break;
    case Action::read_modify_write: {
      const std::uint64_t entry = choose();
      get(entry);
      put(entry);
      break;
    }
  }
}

std::uint64_t Client::choose() {
  switch (work_.distribution()) {
    case Distribution::uniform: break;
    case Distribution::zipfian: return work_.order(zipf_.draw(random_));
    case Distribution::latest: {
      const std::uint64_t count = work_.new_keys.count();
      zipf_.grow(count);
      return count - 1 - zipf_.draw(random_);
    }
  }
  return random_.below(work_.settings.entries);
}

void Client::get(std::uint64_t entry) {
  const std::string_view key = keys_.key(entry);
  const Result<std::string> value = work_.store.get(key);
  if (!value) return fail("get", key, value.error());
  if (value->size() != work_.settings.value_bytes) {
    fail("get", key, fmt::format("a value of {} bytes", value->size()));
  } else if (inspect() && *value != work_.values.value(entry)) {
    fail("get", key, "a value that was never put");
  }
}

void Client::get_missing(std::uint64_t entry) {
  const std::string_view key = keys_.missing(entry);
  const Result<std::string> value = work_.store.get(key);
  if (value) return fail("get", key, "a value, though it was never put");
  if (value.error().code() != Code::not_found) fail("get", key, value.error());
}

void Client::put(std::uint64_t entry) {
  const std::string_view key = keys_.key(entry);
  const Status put = work_.store.put(key, work_.values.value(entry));
  if (!put) fail("put", key, put.error());
}

void Client::insert() {
  const std::uint64_t entry = work_.new_keys.take();
  if (entry >= KeyWriter::capacity(work_.settings.key_bytes))
    return fail("put", "", "no new keys are left; raise --key-bytes");
  put(entry);
  work_.new_keys.acknowledge(entry);
}

void Client::erase(std::uint64_t entry) {
  const std::string_view key = keys_.key(entry);
  const Status erased = work_.store.erase(key);
  if (!erased) fail("erase", key, erased.error());
}

// All entries from this one on are there, so the scan begins with it and has `count` entries, or as
// many as there are.
void Client::scan(std::uint64_t entry, std::uint64_t count) {
  const std::string_view key = keys_.key(entry);
  const auto made = work_.store.scan({.start = key, .limit = static_cast<std::size_t>(count)});
  if (!made) return fail("scan from", key, made.error());
  Iterator& iterator = **made;
  std::uint64_t seen = 0;
  for (; iterator.next(); ++seen) {
    if (seen > 0) {
      if (iterator.value().size() != work_.settings.value_bytes)
        fail("scan from", key, fmt::format("a value of {} bytes", iterator.value().size()));
    } else if (iterator.key() != key) {
      return fail("scan from", key, "another key comes first");
    } else {
      check_entry(entry, iterator);
    }
  }
  if (const Status status = iterator.status(); !status)
    return fail("scan from", key, status.error());
  const std::uint64_t least =
      std::min(count, work_.settings.entries - std::min(entry, work_.settings.entries));
  if (seen < least || seen > count)
    fail("scan from", key, fmt::format("{} entries of {}", seen, count));
}

void Client::reseek(std::uint64_t entry) {
  if (iterator_) return seek(entry);
  time_new_scan([&] {
    auto made = work_.store.scan();
    if (!made) return fail("scan", "", made.error());
    iterator_ = std::move(*made);
    seek(entry);
  });
}

void Client::seek(std::uint64_t entry) {
  const std::string_view key = keys_.key(entry);
  if (!iterator_->seek(key)) {
    const Status status = iterator_->status();
    return status ? fail("seek", key, "the end") : fail("seek", key, status.error());
  }
  if (iterator_->key() != key) return fail("seek", key, "another key");
  check_entry(entry, *iterator_);
}

// One step of a walk over all entries; behind the last one it begins anew, as the same operation.
void Client::step(bool reverse) {
  const std::uint64_t count = work_.new_keys.count();
  if (iterator_ && iterator_->next()) {
    const std::uint64_t entry = reverse ? count - 1 - walked_ : walked_;
    ++walked_;
    return check_entry(entry, *iterator_);
  }
  if (iterator_) {
    const Status status = iterator_->status();
    if (!status) fail("scan", "", status.error());
    if (walked_ != count) fail("scan", "", fmt::format("{} entries of {}", walked_, count));
  }
  time_new_scan([&] { begin_walk(reverse); });
}

void Client::begin_walk(bool reverse) {
  iterator_.reset();
  auto made = work_.store.scan({.reverse = reverse});
  if (!made) return fail("scan", "", made.error());
  iterator_ = std::move(*made);
  walked_ = 0;
  if (!iterator_->next()) {
    const Status status = iterator_->status();
    return status ? fail("scan", "", "no first entry") : fail("scan", "", status.error());
  }
  walked_ = 1;
  check_entry(reverse ? work_.new_keys.count() - 1 : 0, *iterator_);
}

void Client::compact() {
  Status done = work_.store.flush();
  if (auto* const maintenance = work_.store.as<Maintenance>(); done && maintenance != nullptr) {
    done = maintenance->compact();
  } else if (auto* const peer = dynamic_cast<Compactable*>(&work_.store); done && peer != nullptr) {
    done = peer->compact();
  }
  if (!done) fail("compact", "", done.error());
}

// What the iterator stands on is this entry.
void Client::check_entry(std::uint64_t entry, const Iterator& iterator) {
  if (iterator.value().size() != work_.settings.value_bytes) {
    fail("scan at", iterator.key(), fmt::format("a value of {} bytes", iterator.value().size()));
  } else if (inspect() && (iterator.key() != keys_.key(entry) ||
                           iterator.value() != work_.values.value(entry))) {
    fail("scan at", iterator.key(), "an entry that was never put, or out of order");
  }
}

void Client::fail(std::string_view call, std::string_view key, std::string_view what) {
  if (++errors_ == 1) first_error_ = fmt::format("{} {}: {}", call, key, what);
}

void Client::fail(std::string_view call, std::string_view key, const Error& error) {
  if (error.code() != Code::unimplemented) return fail(call, key, error.text());
  refusal_ = error.text();
  work_.stop.store(true, std::memory_order_relaxed);
}

}  // namespace kv::bench
