#!/usr/bin/env bash
# Runs the kernel tests with the C code under AddressSanitizer and UndefinedBehaviorSanitizer. The first finding ends
# the run with a report and a status that is not zero.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build-sanitize

# SwiftPM's own --sanitize=undefined is refused by the Swift compiler on Linux, so that sanitizer is asked for from
# clang; AddressSanitizer's runtime, which SwiftPM links, holds its reports too.
flags=(-c release --scratch-path "$scratch" --sanitize=address
  -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined -Xcc -fno-omit-frame-pointer)
swift build "${flags[@]}" --build-tests

# A run that checked nothing would be green as well: see that the objects call both runtimes.
for object in "$scratch"/release/CKernels.build/variants/*.o; do
  case "$object" in
    */neon.c.o) [ "$(uname -m)" = aarch64 ] || [ "$(uname -m)" = arm64 ] || continue ;;
    */avx*.c.o) [ "$(uname -m)" = x86_64 ] || continue ;;
  esac
  for runtime in __asan_report __ubsan_handle; do
    grep -q "$runtime" "$object" || { echo "sanitize: $object was not compiled with $runtime." >&2; exit 1; }
  done
done

# Kernels allocate nothing, and the test runner's own leaks are not ours. What can't be had is to be none, as without the
# sanitizer; the sanitizer's own address space leaves no room for a test that takes it away.
ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
  swift test "${flags[@]}" --skip-build --disable-xctest --filter CKernelsTests \
  --skip keptBuffersAreGivenBackOnFailure --quiet
echo "sanitize: no finding in the C kernels."
