# How kvdb is built: object libraries, stages, programs. docs/architecture.md tells why.
#
# Everything is an OBJECT library: two definitions of one symbol are then a linker error, where an archive
# would silently take whichever comes first. Objects reach direct consumers only, so one function links.

# The spine that every program needs.
set(KV_SPINE kv_base kv_interface)
if(KV_JEMALLOC)
  list(APPEND KV_SPINE kv_allocator)
endif()

# Where the stages come from: a student's copy has labs/ alone.
if(EXISTS ${CMAKE_SOURCE_DIR}/solutions)
  set(KV_HAS_SOLUTIONS ON)
else()
  set(KV_HAS_SOLUTIONS OFF)
endif()

# Places in the source are told from the root on, wherever the project stands; with ccache the compiler is
# given paths relative to the build folder.
file(RELATIVE_PATH up ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
set(KV_PATH_MAPS -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -fmacro-prefix-map=${up}=
  -fdebug-prefix-map=${CMAKE_SOURCE_DIR}=.)

# kv_objects(target IN folder SOURCES file... [LINK library...])
#   An object library with our warnings; sources are relative to folder, folder to the project's root.
function(kv_objects target)
  cmake_parse_arguments(ARG "" "IN" "SOURCES;LINK" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_SOURCE_DIR}/${ARG_IN}/)
  add_library(${target} OBJECT ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow -Wconversion ${KV_PATH_MAPS})
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ON)
  target_link_libraries(${target} PUBLIC ${ARG_LINK})
endfunction()

# kv_stages_upto(result stage): the stages from the first to this one.
function(kv_stages_upto result stage)
  set(list "")
  foreach(each IN LISTS KV_STAGES)
    list(APPEND list ${each})
    if(each STREQUAL stage)
      break()
    endif()
  endforeach()
  set(${result} ${list} PARENT_SCOPE)
endfunction()

# What runs as a test, and what of it has threads in it: the sanitizers' presets build these alone.
add_custom_target(test_programs)
add_custom_target(thread_test_programs)

# kv_test(name program [THREADS] [TIMEOUT seconds] [ARGUMENTS argument...])
#   A program that ctest runs. THREADS: it runs under the thread sanitizer, too (label `threads`).
function(kv_test name program)
  cmake_parse_arguments(ARG "THREADS" "TIMEOUT" "ARGUMENTS" ${ARGN})
  add_test(NAME ${name} COMMAND ${program} ${ARG_ARGUMENTS})
  add_dependencies(test_programs ${program})
  if(ARG_THREADS)
    add_dependencies(thread_test_programs ${program})
    set_tests_properties(${name} PROPERTIES LABELS threads)
  endif()
  if(ARG_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()

# kv_program(target [OBJECTS target...] [UPTO stage] [LABS stage...|ALL] [LINK library...])
#   Links the spine, the objects and the stages up to UPTO: the student's for the stages named by LABS, the
#   reference's for the rest. Without UPTO, no stage. Who links test_support gets kv_simulation, too.
function(kv_program target)
  cmake_parse_arguments(ARG "" "UPTO" "OBJECTS;LABS;LINK" ${ARGN})
  set(objects ${KV_SPINE} ${ARG_OBJECTS})
  if(test_support IN_LIST ARG_OBJECTS)
    list(APPEND objects kv_simulation)
  endif()
  if(ARG_UPTO)
    kv_stages_upto(stages ${ARG_UPTO})
    foreach(stage IN LISTS stages)
      if(NOT KV_HAS_SOLUTIONS OR ARG_LABS STREQUAL "ALL" OR stage IN_LIST ARG_LABS)
        list(APPEND objects labs_${stage})
      else()
        list(APPEND objects solutions_${stage})
      endif()
    endforeach()
  endif()
  add_executable(${target})
  target_link_libraries(${target} PRIVATE ${objects} ${ARG_LINK} Threads::Threads)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# kv_stage(stage SOURCES file... TESTS file... [OBJECTS target...])
#   The stage from both sources, its graded tests (compiled once) and up to three programs that run them:
#   test_<stage>_reference (all solutions), _mine (all labs), _lab (this lab on the reference's earlier stages).
#   OBJECTS: what the tests need besides, engines for example. Files that a student adds to the lab join in;
#   one that is missing does not stop the build of the others (kvcourse says so).
function(kv_stage stage)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;OBJECTS" ${ARGN})
  kv_objects(tests_${stage} IN tests/${stage} SOURCES ${ARG_TESTS} LINK GTest::gtest fmt::fmt)
  set(objects tests_${stage} test_support ${ARG_OBJECTS})

  file(GLOB mine CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/labs/${stage}
       ${CMAKE_SOURCE_DIR}/labs/${stage}/*.cc)
  if(mine)
    kv_objects(labs_${stage} IN labs/${stage} SOURCES ${mine} LINK fmt::fmt)
    # Who is at work leaves things unused for a while: a warning, no error.
    foreach(thing variable but-set-variable parameter but-set-parameter function local-typedefs)
      target_compile_options(labs_${stage} PRIVATE -Wno-error=unused-${thing})
    endforeach()
    kv_program(test_${stage}_mine OBJECTS ${objects} UPTO ${stage} LABS ALL)
  endif()
  if(KV_HAS_SOLUTIONS)
    kv_objects(solutions_${stage} IN solutions/${stage} SOURCES ${ARG_SOURCES} LINK fmt::fmt)
    kv_program(test_${stage}_reference OBJECTS ${objects} UPTO ${stage})
    kv_test(lab-${stage} test_${stage}_reference THREADS)
  endif()
  if(mine AND KV_HAS_SOLUTIONS)
    kv_program(test_${stage}_lab OBJECTS ${objects} UPTO ${stage} LABS ${stage})
  endif()
endfunction()

# kv_contract_test(name SOURCES file... [OBJECTS target...] [UPTO stage])
#   The contract suite for the stores that the sources in tests/contract list (tests/contract/contract.h):
#   test_contract_<name> on the reference's stages, test_contract_<name>_mine on the student's. OBJECTS: the
#   engines that the list opens. Without UPTO, no stage.
function(kv_contract_test name)
  cmake_parse_arguments(ARG "" "UPTO" "SOURCES;OBJECTS" ${ARGN})
  kv_objects(contract_${name} IN tests/contract SOURCES ${ARG_SOURCES} LINK GTest::gtest)
  set(objects contract_tests contract_${name} test_support ${ARG_OBJECTS})
  if(KV_HAS_SOLUTIONS)
    kv_program(test_contract_${name} OBJECTS ${objects} UPTO ${ARG_UPTO})
    kv_test(contract-${name} test_contract_${name} THREADS)
  endif()
  if(ARG_UPTO)
    kv_stages_upto(stages ${ARG_UPTO})
    set(all_labs ON)
    foreach(stage IN LISTS stages)
      if(NOT TARGET labs_${stage})
        set(all_labs OFF)
      endif()
    endforeach()
    if(all_labs)
      kv_program(test_contract_${name}_mine OBJECTS ${objects} UPTO ${ARG_UPTO} LABS ALL)
    endif()
  endif()
endfunction()

# kv_bench(stage SOURCES file... [OBJECTS target...])
#   Google Benchmark for the parts of a stage: bench_<stage> on the reference's stages, bench_<stage>_mine on the
#   student's. Sources in bench/<stage>. OBJECTS: what they need besides, engines for example. Nobody builds them
#   in passing: only the target `benches` does, or their own names.
function(kv_bench stage)
  cmake_parse_arguments(ARG "" "" "SOURCES;OBJECTS" ${ARGN})
  kv_objects(benches_${stage} IN bench/${stage} SOURCES ${ARG_SOURCES} LINK benchmark::benchmark_main)
  set(programs "")
  if(KV_HAS_SOLUTIONS)
    kv_program(bench_${stage} OBJECTS benches_${stage} ${ARG_OBJECTS} UPTO ${stage})
    list(APPEND programs bench_${stage})
  endif()
  if(EXISTS ${CMAKE_SOURCE_DIR}/labs/${stage})
    kv_program(bench_${stage}_mine OBJECTS benches_${stage} ${ARG_OBJECTS} UPTO ${stage} LABS ALL)
    list(APPEND programs bench_${stage}_mine)
  endif()
  set_target_properties(benches_${stage} ${programs} PROPERTIES EXCLUDE_FROM_ALL ON)
  add_dependencies(benches ${programs})
endfunction()
