// Interleaving of two vectors, for transposition and for putting random words in order.
#pragma once

#include <stdint.h>

#include "simd.h"

typedef uint64_t vl __attribute__((ext_vector_type(OOD_WIDTH / 2)));

#if OOD_WIDTH == 4
#define OOD_LOW_32 0, 4, 1, 5
#define OOD_HIGH_32 2, 6, 3, 7
#define OOD_LOW_64 0, 2
#define OOD_HIGH_64 1, 3
#elif OOD_WIDTH == 8
#define OOD_LOW_32 0, 8, 1, 9, 2, 10, 3, 11
#define OOD_HIGH_32 4, 12, 5, 13, 6, 14, 7, 15
#define OOD_LOW_64 0, 4, 1, 5
#define OOD_HIGH_64 2, 6, 3, 7
#elif OOD_WIDTH == 16
#define OOD_LOW_32 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define OOD_HIGH_32 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define OOD_LOW_64 0, 8, 1, 9, 2, 10, 3, 11
#define OOD_HIGH_64 4, 12, 5, 13, 6, 14, 7, 15
#endif

/// a0 b0 a1 b1 ... of the lower halves.
OOD_INLINE vf interleave_low(vf a, vf b) { return __builtin_shufflevector(a, b, OOD_LOW_32); }
/// The same of the upper halves.
OOD_INLINE vf interleave_high(vf a, vf b) { return __builtin_shufflevector(a, b, OOD_HIGH_32); }

OOD_INLINE vl interleave_low_64(vl a, vl b) { return __builtin_shufflevector(a, b, OOD_LOW_64); }
OOD_INLINE vl interleave_high_64(vl a, vl b) { return __builtin_shufflevector(a, b, OOD_HIGH_64); }

// Four floats, whatever the width of the other vectors.
typedef float vf4 __attribute__((ext_vector_type(4)));
typedef float vf4_unaligned __attribute__((ext_vector_type(4), aligned(4)));

OOD_INLINE vf4 load4(const float *p) { return *(const vf4_unaligned *)p; }
OOD_INLINE void store4(float *p, vf4 v) { *(vf4_unaligned *)p = v; }
