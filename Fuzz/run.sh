#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and the address sanitizer and runs each of them. Those in Structured have a mutator that
# knows their format, and repairs lengths and checksums.
#
#   FUZZ_RUNS=1000000  inputs for each target        FUZZ_SECONDS=60  most seconds for each target (0: no limit)
#   FUZZ_TARGETS="IDX CSV"  some of the targets only
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${FUZZ_RUNS:-1000000}
seconds=${FUZZ_SECONDS:-60}
plain=$(cd Fuzz/Targets && ls *.swift | sed 's/\.swift$//')
structured=$(cd Fuzz/Structured && ls *.swift | sed 's/\.swift$//')
targets=${FUZZ_TARGETS:-$plain $structured}
scratch=.build-fuzz
build=$scratch/release
# A crash is to end the run, not to wait for a debugger.
export SWIFT_BACKTRACE=enable=no

swift build -c release --target OODExperiments --scratch-path "$scratch" \
  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address -Xcc -fno-omit-frame-pointer
# The objects of the sources that are there: a build folder keeps those of files that are gone.
objects=$(for room in CKernels GenModels OODDatasets OODMetrics OODDetectors OODExperiments; do
  for source in $(cd "Sources/$room" && find . -name '*.swift' -o -name '*.c'); do
    case "$source" in
      *.swift) echo "$build/$room.build/${source##*/}.o" ;;
      *) echo "$build/$room.build/$source.o" ;;
    esac
  done
done)
libraries=$(pkg-config --libs openblas lapacke zlib libpng liblzma 2>/dev/null || echo "-lz -lpng -llzma")
modules="-I $build/Modules -Xcc -fmodule-map-file=$build/CKernels.build/module.modulemap"
for library in CZlib CPNG CLZMA COpenBLAS CLAPACKE; do
  modules="$modules -Xcc -fmodule-map-file=Sources/$library/module.modulemap"
done
includes=$(pkg-config --cflags-only-I openblas lapacke zlib libpng liblzma 2>/dev/null | sed 's/-I */-Xcc -I/g')

# What only this package may use is used by targets, too.
package=$(grep -o '"-package-name","[^"]*"' "$scratch/release.yaml" | grep -v argument_parser | head -n 1 | cut -d '"' -f 4)

mkdir -p "$scratch/bin" "$scratch/findings"
link() {  # program, sanitizers, sources
  local program=$1 sanitizers=$2
  shift 2
  swiftc -O -swift-version 6 -parse-as-library -package-name "$package" -sanitize="$sanitizers" $modules $includes "$@" \
    $objects $libraries -o "$scratch/bin/$program"
}
# The objects refer to libFuzzer's counters, so the programs that write the seeds link against the address sanitizer's.
link seeds address Fuzz/Seeds.swift
link structured-seeds address Fuzz/StructuredSeeds.swift Fuzz/Support/Small*.swift
for target in $plain $structured; do mkdir -p "$scratch/corpus/$target"; done
# Where memory was allocated is not recorded: what is found tells where it was used, and inputs run a third faster.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=0:malloc_context_size=0
"$scratch/bin/seeds" "$scratch/corpus"
"$scratch/bin/structured-seeds" "$scratch/corpus"
for target in $targets; do
  folder=Targets longest=4096
  if [ -e "Fuzz/Structured/$target.swift" ]; then folder=Structured longest=16384; fi
  link "$target" fuzzer,address "Fuzz/$folder/$target.swift" Fuzz/Support/*.swift
  echo "== $target"
  # Leaks are not looked for: the runtime's own caches count as such.
  "$scratch/bin/$target" -runs="$runs" -max_total_time="$seconds" \
    -max_len="$longest" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -print_funcs=0 \
    -artifact_prefix="$scratch/findings/$target-" "$scratch/corpus/$target"
done
