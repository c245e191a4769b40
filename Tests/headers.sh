#!/usr/bin/env bash
# Compiles each C header alone, for each width of vectors, so that each includes what it uses; and the example of
# Docs/kernels.md.
set -euo pipefail
cd "$(dirname "$0")/.."

clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[ -x "$clang" ] || clang=clang
common=(-fsyntax-only -x c -std=gnu17 -Wall -Wextra -Werror -Wno-pragma-once-outside-header -Wno-unused-function
  -Wno-unused-const-variable -I Sources/CKernels/kernels)
for header in Sources/CKernels/include/*.h Sources/CKernels/variants/*.h; do "$clang" "${common[@]}" "$header"; done

variants=("4 0")
[ "$(uname -m)" = x86_64 ] && variants+=("8 1 -mavx2 -mfma" "16 1 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma")
for variant in "${variants[@]}"; do
  read -r width fma flags <<< "$variant"
  of_variant=("${common[@]}" -DOOD_NAME=alone -DOOD_WIDTH="$width" -DOOD_FMA="$fma" $flags)
  for header in Sources/CKernels/kernels/*.h; do
    case "$width $(basename "$header")" in
      *" all.h") ;;  # What the others are for: variants/*.c include it, and the build compiles those.
      4*vector_tables.h | 8*vector_tables.h) ;;  # For AVX-512 alone.
      *) "$clang" "${of_variant[@]}" "$header" ;;
    esac
  done
  { echo '#include "simd.h"'; echo '#include <stddef.h>'; sed -n '/^```c$/,/^```$/p' Docs/kernels.md | sed '/^```/d'; } |
    "$clang" "${of_variant[@]}" -
done
echo "headers: each compiles alone, and so does the example of Docs/kernels.md."
