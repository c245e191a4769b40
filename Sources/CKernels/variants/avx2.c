#if defined(__x86_64__)
#include "variants.h"

#define OOD_NAME avx2
#define OOD_WIDTH 8
#define OOD_FMA 1

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "../kernels/all.h"
#pragma clang attribute pop
#endif
