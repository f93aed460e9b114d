#include "bench/workloads/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <latch>
#include <limits>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "bench/workloads/footprint.h"
#include "kv/capabilities.h"

namespace kv::bench {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

// The client's part of so many operations.
Part part_of(std::uint64_t operations, std::size_t client, std::size_t clients) {
  if (operations == unlimited) return {0, unlimited};
  const std::uint64_t share = operations / clients;
  const std::uint64_t rest = operations % clients;  // one more each for the first clients
  const std::uint64_t index = client;
  return {index * share + std::min(index, rest), share + (index < rest ? 1 : 0)};
}

}  // namespace

Runner::Runner(const Settings& settings)
    : settings_(settings),
      fill_order_(settings.entries, settings.seed),
      order_(settings.entries, settings.seed + 1),
      values_(settings.value_bytes, settings.compressible, settings.seed),
      new_keys_(settings.entries),
      latencies_(settings.threads),
      resident_before_(resident_bytes()) {}

void Runner::use(Store& store, std::filesystem::path directory) {
  store_ = &store;
  directory_ = std::move(directory);
}

Measurement Runner::run(const Workload& workload) {
  Measurement measurement;
  measurement.workload = workload.name;
  std::uint64_t written_before = written_bytes();
  try {
    if (!workload.fills() && !filled_) fill();
    Work work{.store = *store_,
              .settings = settings_,
              .workload = workload,
              .fill_order = fill_order_,
              .order = order_,
              .values = values_,
              .new_keys = new_keys_};
    std::vector<Client> clients = make_clients(work);
    written_before = written_bytes();
    const bool warms_up = !workload.fills() && workload.kind != Kind::erase &&
                          workload.kind != Kind::compact && !settings_.warm_up.none();
    if (warms_up) go(work, clients, settings_.warm_up, false);
    const Phase phase = go(work, clients, extent_of(workload), true);
    measurement.operations = phase.operations;
    measurement.seconds = phase.seconds;
    collect(clients, measurement);
    if (workload.fills()) filled_ = true;
    if (workload.kind == Kind::erase) filled_ = false;
  } catch (const std::exception& thrown) {
    // A hole of a lab (base/todo.h), most likely.
    measurement.failure = thrown.what();
  }
  measurement.memory_bytes = resident_bytes() - resident_before_;
  if (!directory_.empty()) {
    measurement.disk_bytes = disk_bytes(directory_);
    measurement.written_bytes = written_bytes() - written_before;
  }
  if (auto* const maintenance = store_->as<Maintenance>()) {
    measurement.statistics = maintenance->statistics().value_or(measurement.statistics);
  }
  return measurement;
}

void Runner::fill() {
  const Workload& workload = **find_workload("fillrandom");
  Work work{.store = *store_,
            .settings = settings_,
            .workload = workload,
            .fill_order = fill_order_,
            .order = order_,
            .values = values_,
            .new_keys = new_keys_};
  std::vector<Client> clients = make_clients(work);
  go(work, clients, extent_of(workload), false);
  Measurement measurement;
  collect(clients, measurement);
  if (!measurement.counts())
    throw std::runtime_error(
        fmt::format("while filling: {}{}", measurement.failure, measurement.refusal));
  filled_ = true;
}

std::vector<Client> Runner::make_clients(Work& work) {
  const bool chooses = work.workload.kind == Kind::mix || work.workload.kind == Kind::reseek;
  if (chooses && work.distribution() != Distribution::uniform) {
    if (!zipf_) zipf_.emplace(settings_.entries);
    work.zipf = &*zipf_;
  }
  std::vector<Client> clients;
  clients.reserve(settings_.threads);
  ++round_;
  for (std::size_t i = 0; i < settings_.threads; ++i)
    clients.emplace_back(work, settings_.seed + (round_ << 32) + i);
  return clients;
}

Extent Runner::extent_of(const Workload& workload) const {
  if (workload.fills()) return {settings_.entries, 0};
  if (workload.kind == Kind::compact) return {1, 0};
  Extent extent = settings_.measured;
  const bool all = extent.none() || workload.kind == Kind::erase;
  if (all && extent.operations == 0) extent.operations = settings_.entries;
  if (workload.kind == Kind::erase)
    extent.operations = std::min(extent.operations, settings_.entries);
  return extent;
}

Runner::Phase Runner::go(Work& work, std::vector<Client>& clients, Extent extent, bool timed) {
  const std::uint64_t operations = extent.operations == 0 ? unlimited : extent.operations;
  const std::size_t count = clients.size();
  std::vector<Time::time_point> ends(count);
  std::vector<std::exception_ptr> thrown(count);
  std::latch ready(static_cast<std::ptrdiff_t>(count));
  std::latch start(1);
  std::counting_semaphore<> finished(0);
  std::vector<std::jthread> threads;
  work.stop = false;
  for (std::size_t i = 0; i < count; ++i) {
    latencies_[i].clear();
    threads.emplace_back([&, i] {
      ready.count_down();
      start.wait();
      try {
        clients[i].run(part_of(operations, i, count), timed ? &latencies_[i] : nullptr);
      } catch (...) {
        thrown[i] = std::current_exception();
        work.stop = true;
      }
      ends[i] = Time::now();
      finished.release();
    });
  }
  ready.wait();
  const Time::time_point begin = Time::now();
  start.count_down();
  if (extent.seconds > 0) {
    const auto limit = std::chrono::duration<double>(extent.seconds);
    const auto deadline = begin + std::chrono::duration_cast<Time::duration>(limit);
    for (std::size_t left = count; left > 0 && finished.try_acquire_until(deadline);) --left;
    work.stop = true;
  }
  threads.clear();  // joins them
  Phase phase;
  phase.seconds = std::chrono::duration<double>(*std::ranges::max_element(ends) - begin).count();
  for (std::size_t i = 0; i < count; ++i) {
    if (thrown[i]) std::rethrow_exception(thrown[i]);
    phase.operations += clients[i].operations();
  }
  return phase;
}

void Runner::collect(const std::vector<Client>& clients, Measurement& measurement) const {
  for (const Client& client : clients) {
    measurement.errors += client.errors();
    if (measurement.failure.empty()) measurement.failure = client.first_error();
    if (measurement.refusal.empty()) measurement.refusal = client.refusal();
  }
  Histogram all;
  for (const Histogram& each : latencies_) all.merge(each);
  measurement.samples = all.count();
  measurement.p50_ns = all.percentile(50);
  measurement.p99_ns = all.percentile(99);
  measurement.p999_ns = all.percentile(99.9);
  measurement.max_ns = all.max();
  if (all.count() == 0) return;
  for (const Client& client : clients)
    measurement.max_ns = std::max(measurement.max_ns, client.longest_new_scan());
}

}  // namespace kv::bench
