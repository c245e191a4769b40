/// The tables that the files of this folder define, one per instruction set.
#pragma once

#include <math.h>

#include "../include/ood_kernels.h"

extern const struct ood_kernels ood_kernels_portable;
#if defined(__x86_64__)
extern const struct ood_kernels ood_kernels_avx2;
extern const struct ood_kernels ood_kernels_avx512;
#elif defined(__aarch64__)
extern const struct ood_kernels ood_kernels_neon;
#endif
