#pragma once

// The key-value store: the one interface that every stage of kvdb implements and every program
// uses.
//
//   auto store = open_engine("map");
//   if (Status s = (*store)->put("user:1001", "Ada"); !s) ...
//   Result<std::string> name = (*store)->get("user:1001");
//
// *Thread safety*: any thread, all functions at once, `close` included. Every write that succeeds
// takes effect at one moment between its call and its return, and every get and contains reads at
// one such moment (linearizable); a scan or snapshot stands for one such moment as well.
//
// *Ownership*: keys, values and batches are borrowed for the call. A store, its snapshots and its
// iterators may be destroyed in any order; destroying one requires that no call on it is running.
//
// *Errors*: besides those of Reader, `no_space` and `io_error` where the engine writes files. A
// write that fails with any code but `outcome_unknown` had no effect and never will have.
// `outcome_unknown` (a log write or sync that failed, a deadline that passed after the write was
// queued, a connection lost after it was sent) names its cause; such a write may take effect even
// after its return, or never: read before you write again.
//
// *Invariants*: a batch is seen whole or not at all, by get, scan, snapshot and after a crash.

#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "kv/batch.h"
#include "kv/context.h"
#include "kv/options.h"
#include "kv/reader.h"
#include "kv/snapshot.h"

namespace kv {

class Transactional;  // kv/capabilities.h
class Versioned;
class Maintenance;

class Store : public Reader {
 public:
  // Closes the store, if nobody has: snapshots and iterators answer `closed` from then on. Nobody
  // hears of a failure; call `close` where that matters.  Requires: no call on it is running.
  ~Store() override;

  // Gives the key this value, whether or not it had one. Errors: `invalid_argument` over a limit.
  Status put(std::string_view key, std::string_view value,
             const Context& context = Context::none());

  // Takes the key's value away; ok as well where it had none.
  Status erase(std::string_view key, const Context& context = Context::none());

  // Checks every requirement and makes every change, in one atomic step (kv/batch.h). An empty
  // batch is ok. Errors: `conflict` if a requirement does not hold, naming its key (of several, any
  // one of them; a long key is abbreviated); `invalid_argument` over a limit.
  Status apply(const Batch& batch, const Context& context = Context::none());

  // Makes everything written before survive the loss of power, whatever the durability of the
  // writes was. A volatile engine has no disk: there it succeeds and promises nothing.
  Status flush(const Context& context = Context::none());

  // The content as it is at some moment during this call.
  Result<std::unique_ptr<Snapshot>> snapshot(const Context& context = Context::none());

  // Refuses every call that begins from now on with `closed`; finishes or refuses each write that
  // is running, makes durable what the durability level promises, and lets go of the directory;
  // then returns. Reads that are running may finish. A second close waits for the first and is ok.
  // Errors: what the engine meets when it makes writes durable; the store is closed all the same.
  Status close();

  // The store's other side, or null where the engine has none: store.as<Maintenance>(). Lives as
  // long as the store.
  template <class Capability>
  Capability* as();

 protected:
  explicit Store(const Limits& limits) : Reader(std::make_shared<Lifetime>(limits)) {}

 private:
  // The default of do_put and do_erase is a batch of one.
  virtual Status do_put(std::string_view key, std::string_view value, const Context& context);
  virtual Status do_erase(std::string_view key, const Context& context);
  virtual Status do_apply(const Batch& batch, const Context& context) = 0;
  virtual Status do_flush(const Context& context) = 0;
  virtual Result<std::unique_ptr<Snapshot>> do_snapshot(const Context& context) = 0;

  // Called once, after new calls are refused. An engine that overrides it calls close() in its own
  // destructor: when ours runs, its members are gone.
  virtual Status do_close() { return {}; }

  virtual Transactional* do_transactional() { return nullptr; }
  virtual Versioned* do_versioned() { return nullptr; }
  virtual Maintenance* do_maintenance() { return nullptr; }

  std::mutex close_mutex_;  // held while closing, by nothing else
};

template <class Capability>
Capability* Store::as() {
  if constexpr (std::is_same_v<Capability, Transactional>) {
    return do_transactional();
  } else if constexpr (std::is_same_v<Capability, Versioned>) {
    return do_versioned();
  } else {
    static_assert(std::is_same_v<Capability, Maintenance>,
                  "kv/capabilities.h lists the capabilities");
    return do_maintenance();
  }
}

}  // namespace kv
