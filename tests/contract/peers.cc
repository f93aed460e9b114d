// Every peer that was found, with the rules that it is excused from, and why.

#include "bench/peers/peers.h"

#include "tests/contract/contract.h"

namespace kv::test {
namespace {

std::vector<Exception> excused(std::initializer_list<const char*> rules, const char* reason) {
  std::vector<Exception> exceptions;
  for (const char* rule : rules) exceptions.push_back({rule, reason});
  return exceptions;
}

// Everything that is left for tbb is done without looking at the whole.
std::vector<Exception> excused_tbb() {
  return excused(
      {"ABatchUnderWay.IsSeenWholeOrNotAtAllByAReverseScan",
       "ABatchUnderWay.IsSeenWholeOrNotAtAllByAScan",
       "ABatchUnderWay.IsSeenWholeOrNotAtAllByASnapshot",
       "AnyCommands.*",
       "Arguments.*",
       "Batches.ABatchCanBeAppliedAgainAndAfterItWasCleared",
       "Batches.AnEmptyBatchIsOkAndChangesNothing",
       "Batches.AnEraseOfAnAbsentKeyIsOk",
       "Batches.AnyBytesCanBePutRequiredAndErased",
       "Batches.ChangesOfOtherKeysDoNotDisturbTheOrder",
       "Batches.EveryChangeIsMade",
       "CloseBesideOthers.ScansAndTheirIterators",
       "CloseBesideOthers.SnapshotsAndReadsFromThem",
       "Closing.EndsIteratorsThatAreNotYetStarted",
       "Closing.EndsIteratorsUnderWay",
       "Closing.EndsTheIteratorsOfSnapshots",
       "Closing.LeavesTheViewsOfAnIteratorValidUntilItMoves",
       "Closing.RefusesAnAbsentKeyAsWell",
       "Closing.RefusesEveryCallFromThenOn",
       "Contexts.*",
       "Destroying.*",
       "Engines.FlushIsOkAndChangesNothing",
       "Iterators.*",
       "Limits.*",
       "OrderOfChecks.*",
       "PointOperations.ANewStoreIsEmpty",
       "PointOperations.AnEmptyValueIsAValue",
       "PointOperations.EraseOfAnAbsentKeyIsOk",
       "PointOperations.EraseTakesTheValueAway",
       "PointOperations.OtherKeysAreLeftAlone",
       "PointOperations.PutReplacesTheValue",
       "PointOperations.TheEmptyKeyIsAKey",
       "PointOperations.ZeroBytesBelongToTheValue",
       "Requirements.AValueIsRequiredOfAnAbsentKey",
       "Requirements.AnEmptyValueIsNotAnAbsentKey",
       "Requirements.AnotherValueIsAConflict",
       "Requirements.AreCheckedAgainstTheStateBeforeTheBatch",
       "Requirements.AreCheckedEvenWhereNothingIsChanged",
       "Requirements.AreMadeOfTheEmptyKeyToo",
       "Requirements.OneThatDoesNotHoldIsAConflictWhereverItStands",
       "Requirements.TheKeyIsAbsentAsRequired",
       "Requirements.TheValueIsAsRequired",
       "ScanStability.*",
       "Scans.*",
       "Seeking.*",
       "Snapshots.*",
       "Threads.HandAnIteratorOn",
       "Threads.ShareABatchThatNobodyChanges",
       "Threads.ShareASnapshot"},
      "the case needs a scan or a snapshot, and the map cannot be iterated beside other calls");
}

std::vector<Exception> excused_lmdb() {
  std::vector<Exception> all = excused(
      {"Batches.AnyBytesCanBePutRequiredAndErased",
       "Iterators.ShowTheEmptyKeyAndTheEmptyValueAsAnEntry", "PointOperations.TheEmptyKeyIsAKey",
       "PointOperations.ZeroBytesBelongToTheKey", "Requirements.AreMadeOfTheEmptyKeyToo",
       "Scans.AnEmptyBoundIsNoBound", "Scans.OrderKeysByteByByteEachAsANumberFrom0To255",
       "Seeking.TakesTheEmptyKeyForAKey"},
      "the case puts the empty key, which LMDB does not take");
  for (Exception& exception :
       excused({"Arguments.KeysAndValuesAreTakenUpToTheDefaultLimits",
                "PointOperations.LongKeysThatDifferOnlyAtTheEndAreTwo"},
               "the case puts a key of more than 511 bytes, which LMDB does not take")) {
    all.push_back(std::move(exception));
  }
  return all;
}

StoreUnderTest under_test(const Engine& peer) {
  StoreUnderTest store{std::string(peer.name), peer.persistent, peer.open};
  if (peer.name == "tbb") store.exceptions = excused_tbb();
  if (peer.name == "lmdb") {
    store.exceptions = excused_lmdb();
    store.takes_the_empty_key = false;
  }
  return store;
}

}  // namespace

const std::vector<StoreUnderTest>& stores_under_test() {
  static const std::vector<StoreUnderTest> stores = [] {
    std::vector<StoreUnderTest> all;
    for (const Engine& peer : peers()) all.push_back(under_test(peer));
    return all;
  }();
  return stores;
}

}  // namespace kv::test
