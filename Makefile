# The face of the project: every command a student, an instructor or a developer types. `make help` lists them.

PRESET ?= dev
BUILD := build/$(PRESET)
KVCOURSE := build/dev/bin/kvcourse

.DEFAULT_GOAL := help
.PHONY: help setup packages build demo test lab grade bench bench-peers submit skeleton record check check-all \
        mutants torture torture-planted format format-check tidy fuzz asan tsan clean need-lab kvcourse

help: ## this list
	@echo 'Usage: make COMMAND [LAB=1] [TASK=1.2] [PRESET=dev|release|asan|tsan]'
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the system packages that are missing (.ci/packages.txt)
	@.ci/setup

build: packages ## build everything
	@.ci/build $(PRESET)

demo: packages ## set up, build and show kvcli at work
	@.ci/build $(PRESET) --target demo
	@.ci/demo $(BUILD)/bin

test: build ## build and run every test
	@ctest --preset $(PRESET) -j 2

lab: need-lab kvcourse ## LAB=N: run your lab's tests, task by task; TASK=N.M: one task alone
	@$(KVCOURSE) lab $(LAB) $(if $(TASK),--task $(TASK)) --preset $(PRESET)

grade: need-lab kvcourse ## LAB=N: your score, the cause of each loss, and what to read
	@$(KVCOURSE) grade $(LAB) --preset $(PRESET)

bench: need-lab kvcourse ## LAB=N: your lab's speed beside the reference's
	@$(KVCOURSE) bench $(LAB)

bench-peers: packages ## lsm beside LevelDB, RocksDB and LMDB, and which goals it reaches; takes long
	@.ci/build release --target bench_peers
	@mkdir -p build/bench
	@build/release/bin/bench_peers --json build/bench/peers.json

submit: need-lab kvcourse ## LAB=N: pack the files that the lab hands in
	@$(KVCOURSE) submit $(LAB)

skeleton: kvcourse ## write labs/ from solutions/, leaving alone what somebody edited
	@$(KVCOURSE) skeleton

record: kvcourse ## write the reference's observations, for grading where there is no solutions/
	@$(KVCOURSE) record

mutants: kvcourse ## plant every bug of the catalogue in the solutions and see it caught
	@$(KVCOURSE) mutants

torture: packages ## crash the persistent engines at every call, and look at what is left
	@.ci/build $(PRESET) --target torture
	@$(BUILD)/bin/torture

torture-planted: packages ## plant bugs in the persistent engines and see torture find them
	@.ci/build $(PRESET) --target torture_planted
	@$(BUILD)/bin/torture_planted --preset $(PRESET)

check: ## what must hold before a change is shared: tests, course, some mutants, format, sanitizers
	@.ci/run

check-all: check mutants tidy fuzz torture torture-planted ## the same and the long forms: all mutants, clang-tidy, fuzzing, crashes

asan: packages ## the tests under the address and undefined-behaviour sanitizers
	@.ci/build asan --target test_programs
	@ctest --preset asan -j 2

tsan: packages ## the tests with threads in them under the thread sanitizer
	@.ci/build tsan --target thread_test_programs
	@ctest --preset tsan -j 2 -L threads

INPUTS ?= 10000000
fuzz: packages ## feed every parser of bytes from outside, INPUTS=10000000 each
	@.ci/build fuzz --target fuzz
	@tests/fuzz/run build/fuzz/bin $(INPUTS)

SOURCES = git ls-files -co --exclude-standard '*.h' '*.cc' | grep -v '^labs/'

format: ## lay out all sources
	@$(SOURCES) | xargs clang-format-19 -i

format-check: packages ## complain about sources that `make format` would change
	@$(SOURCES) | xargs clang-format-19 --dry-run --Werror

tidy: build ## look for the bug patterns of .clang-tidy
	@git ls-files '*.cc' | grep -E '^(src|solutions|tests|bench)/' | grep -v '^tests/fuzz/' | \
	  xargs -P 2 -n 4 clang-tidy-19 --quiet -p $(BUILD)

clean: ## remove everything that was built
	@rm -rf build

packages:
	@.ci/setup --quiet

kvcourse: packages
	@.ci/build dev --target kvcourse

need-lab:
	@test -n "$(LAB)" || { echo 'name the lab, for example: make $(MAKECMDGOALS) LAB=1' >&2; exit 2; }
