#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and the address sanitizer and runs each of them.
#
#   FUZZ_RUNS=1000000  inputs for each target        FUZZ_SECONDS=60  most seconds for each target (0: no limit)
#   FUZZ_TARGETS="IDX CSV"  some of the targets only
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${FUZZ_RUNS:-1000000}
seconds=${FUZZ_SECONDS:-60}
all=$(cd Fuzz/Targets && ls *.swift | sed 's/\.swift$//')
targets=${FUZZ_TARGETS:-$all}
scratch=.build-fuzz
build=$scratch/release
# A crash is to end the run, not to wait for a debugger.
export SWIFT_BACKTRACE=enable=no

swift build -c release --target OODDatasets --scratch-path "$scratch" \
  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address -Xcc -fno-omit-frame-pointer
objects=$(find "$build"/CKernels.build "$build"/GenModels.build "$build"/OODDatasets.build -name '*.o')
libraries=$(pkg-config --libs openblas lapacke zlib libpng liblzma 2>/dev/null || echo "-lz -lpng -llzma")
modules="-I $build/Modules -Xcc -fmodule-map-file=$build/CKernels.build/module.modulemap"
for library in CZlib CPNG CLZMA COpenBLAS CLAPACKE; do
  modules="$modules -Xcc -fmodule-map-file=Sources/$library/module.modulemap"
done
includes=$(pkg-config --cflags-only-I openblas lapacke zlib libpng liblzma 2>/dev/null | sed 's/-I */-Xcc -I/g')

mkdir -p "$scratch/bin" "$scratch/findings"
link() {  # source, program, sanitizers
  swiftc -O -swift-version 6 -parse-as-library -sanitize="$3" $modules $includes "$1" $objects $libraries -o "$scratch/bin/$2"
}
# The objects refer to libFuzzer's counters, so the program that writes the seeds links against the address sanitizer's.
link Fuzz/Seeds.swift seeds address
for target in $all; do mkdir -p "$scratch/corpus/$target"; done
"$scratch/bin/seeds" "$scratch/corpus"
for target in $targets; do
  link "Fuzz/Targets/$target.swift" "$target" fuzzer,address
  echo "== $target"
  # Leaks are not looked for: the runtime's own caches count as such.
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=0 "$scratch/bin/$target" -runs="$runs" -max_total_time="$seconds" \
    -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -print_funcs=0 \
    -artifact_prefix="$scratch/findings/$target-" "$scratch/corpus/$target"
done
