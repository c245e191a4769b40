// One register of doubles: half as many as there are floats in a vector.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "simd.h"

enum { vr_width = OOD_WIDTH / 2 };

typedef double vr __attribute__((ext_vector_type(OOD_WIDTH / 2)));
typedef int64_t vrl __attribute__((ext_vector_type(OOD_WIDTH / 2)));
typedef double vr_unaligned __attribute__((ext_vector_type(OOD_WIDTH / 2), aligned(8)));

OOD_INLINE vr vr_load(const double *p) { return *(const vr_unaligned *)p; }
OOD_INLINE void vr_store(double *p, vr v) { *(vr_unaligned *)p = v; }
OOD_INLINE vr vr_splat(double a) { return (vr)a; }

/// a * b + c, in one rounding where the instruction set has it.
OOD_INLINE vr vr_multiply_add(vr a, vr b, vr c) {
#if OOD_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// The first `count` lanes from memory, the others zero.
OOD_INLINE vr vr_load_partial(const double *p, size_t count) {
  vr v = 0;
  __builtin_memcpy(&v, p, count * sizeof(double));
  return v;
}

/// The sum of the lanes, by halves.
OOD_INLINE double vr_total(vr v) {
  double lanes[vr_width];
  vr_store(lanes, v);
  for (int half = vr_width / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

OOD_INLINE double vr_largest(vr v) {
  double largest = v[0];
  for (int i = 1; i < vr_width; i++) largest = v[i] > largest ? v[i] : largest;
  return largest;
}

OOD_INLINE double vr_smallest(vr v) {
  double smallest = v[0];
  for (int i = 1; i < vr_width; i++) smallest = v[i] < smallest ? v[i] : smallest;
  return smallest;
}

/// e^x for x <= 700, to about 1 ulp; 0 below -708. x = n ln 2 + r with |r| <= ln 2 / 2, then Taylor's series to r^13,
/// whose remainder is below 2^-57.
OOD_INLINE vr vr_exp(vr x) {
  const double shift = 0x1.8p52;
  const vr shifted = vr_multiply_add(x, vr_splat(0x1.71547652b82fep0), vr_splat(shift));
  const vr n = shifted - shift;
  vr r = vr_multiply_add(n, vr_splat(-0x1.62e42fefa3800p-1), x);
  r = vr_multiply_add(n, vr_splat(-0x1.ef35793c76730p-45), r);
  static const double coefficient[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                                       1.0 / 40320,      1.0 / 5040,      1.0 / 720,      1.0 / 120,     1.0 / 24,
                                       1.0 / 6,          1.0 / 2,         1,              1};
  vr p = vr_splat(coefficient[0]);
#pragma clang loop unroll(full)
  for (int i = 1; i < 14; i++) p = vr_multiply_add(p, r, vr_splat(coefficient[i]));
  const vrl exponent = (vrl)shifted << 52;
  const vr scaled = (vr)((vrl)p + exponent);
  return x < -708 ? (vr)0 : scaled;
}
