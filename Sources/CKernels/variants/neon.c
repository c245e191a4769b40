#if defined(__aarch64__)
#include "variants.h"

#define OOD_NAME neon
#define OOD_WIDTH 4
#define OOD_FMA 1

#include "../kernels/all.h"
#endif
