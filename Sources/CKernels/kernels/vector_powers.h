// Powers of 2 and the argument of exp without them.
#pragma once

#include "simd.h"

// Added to a number below 2^22 in magnitude, it leaves no room for a fraction: the sum's low bits are the
// nearest integer.
#define OOD_INTEGER_SHIFT 0x1.8p23f

/// The nearest integer to x / ln 2, for |x| < 2^21.
OOD_INLINE vf nearest_power(vf x) {
  return multiply_add(x, splat(0x1.715476p0f), splat(OOD_INTEGER_SHIFT)) - OOD_INTEGER_SHIFT;
}

/// An integer below 2^22 in magnitude as an int; some int for NaN.
OOD_INLINE vi integer_of(vf n) { return bits_of(n + OOD_INTEGER_SHIFT) - bits_of(splat(OOD_INTEGER_SHIFT)); }

/// x - n ln 2.
OOD_INLINE vf remainder_of_power(vf x, vf n) {
  const vf r = multiply_add(n, splat(-0x1.62e4p-1f), x);
  return multiply_add(n, splat(-0x1.7f7d1cp-20f), r);
}

/// exp(r) - 1 for |r| <= ln 2 / 2.
OOD_INLINE vf exp_minus_one_polynomial(vf r) {
  const vf square = r * r;
  const vf q0 = multiply_add(splat(0x1.555492p-3f), r, splat(0x1.fffffcp-2f));
  const vf q2 = multiply_add(splat(0x1.12399ep-7f), r, splat(0x1.5558b4p-5f));
  const vf q = multiply_add(multiply_add(splat(0x1.6a492ep-10f), square, q2), square, q0);
  return multiply_add(q, square, r);
}

/// 2^n for an integer -126 <= n <= 127.
OOD_INLINE vf power_of_two(vi n) { return float_of((n + 127) << 23); }
