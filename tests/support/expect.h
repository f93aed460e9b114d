#pragma once

// What a test says about a Result:  EXPECT_TRUE(ok(store.put("k", "v")));
//                                   EXPECT_TRUE(fails_with(Code::closed, store.get("k")));

#include <gtest/gtest.h>

#include "base/result.h"

namespace kv::test {

template <class T>
testing::AssertionResult ok(const Result<T>& result) {
  if (result.has_value()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected success, got " << result.error().text();
}

template <class T>
testing::AssertionResult fails_with(Code code, const Result<T>& result) {
  if (failed_with(code, result)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected " << name(code) << ", got "
                                     << (result.has_value() ? "success" : result.error().text());
}

}  // namespace kv::test
