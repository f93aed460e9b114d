# The libraries, all from the system's packages (the list that installs them: .ci/packages.txt).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(lz4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(libedit REQUIRED IMPORTED_TARGET libedit)

# An allocator that takes memory in large pages (src/base/allocator.cc).
option(KV_JEMALLOC "Link programs with jemalloc" OFF)
if(KV_JEMALLOC)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
endif()

# The stores that others wrote, whichever are there (bench/peers). LevelDB's own CMake files ask for Snappy's
# as well, and RocksDB's for those of five more libraries, which nothing here needs.
find_package(TBB QUIET)
find_library(KV_LEVELDB leveldb)
pkg_check_modules(rocksdb QUIET IMPORTED_TARGET rocksdb)
pkg_check_modules(lmdb QUIET IMPORTED_TARGET lmdb)

# A rebuild after a change of branch or preset finds most objects in the cache, and so does another copy of
# the project: paths below the root count as relative (kv_objects maps them in what is compiled). Never needed.
find_program(KV_CCACHE ccache)
if(KV_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_ABSSTDERR=1 ${KV_CCACHE})
endif()
