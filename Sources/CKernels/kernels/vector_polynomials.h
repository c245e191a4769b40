// exp, log and log(1 + e) by a reduction to a long interval and a polynomial of many terms there.
#pragma once

#include <math.h>

#include "simd.h"
#include "vector_powers.h"

/// p 2^n for p near 1 and an integer -150 <= n <= 128, rounded once, with subnormal results.
OOD_INLINE vf scale_by_power(vf p, vf n) {
  const vi k = integer_of(n);
  const vi half = k >> 1;  // The first product is exact, so only the second rounds.
  return p * power_of_two(half) * power_of_two(k - half);
}

/// exp(x) for x <= 88.73 or NaN.
OOD_INLINE vf exp_not_large(vf x) {
  // Below -104 the result is 0. It is not left to an underflow, which costs many processors a hundred cycles.
  const vi vanishes = x < -104.0f;
  const vf bounded = blend(vanishes, splat(0), x);
  const vf n = nearest_power(bounded);
  const vf r = remainder_of_power(bounded, n);
  return blend(vanishes, splat(0), scale_by_power(1 + exp_minus_one_polynomial(r), n));
}

/// log(1 + f) - f for -1/4 <= f <= 1/2.
OOD_INLINE vf log_polynomial(vf f) {
  const vf square = f * f;
  const vf q0 = multiply_add(splat(-0x1.00004ap-2f), f, splat(0x1.5555a4p-2f));
  const vf q2 = multiply_add(splat(-0x1.54ed96p-3f), f, splat(0x1.99699ep-3f));
  const vf q4 = multiply_add(splat(-0x1.0d98fp-3f), f, splat(0x1.28807ap-3f));
  const vf q6 = multiply_add(splat(-0x1.71e324p-5f), f, splat(0x1.acf4a6p-4f));
  const vf low = multiply_add(q2, square, q0), high = multiply_add(q6, square, q4);
  const vf q = multiply_add(high, square * square, low);
  return square * multiply_add(q, f, splat(-0.5f));
}

/// The m of x = 2^e m with 3/4 <= m < 3/2, for positive finite x.
OOD_INLINE vf split_power(vf x, vf *e) {
  const vi subnormal = x < 0x1p-126f;
  const vi bits = bits_of(blend(subnormal, x * 0x1p23f, x));
  const vi k = (bits - 0x3f400000) >> 23;
  *e = __builtin_convertvector(k, vf) - blend(subnormal, splat(23), splat(0));
  return float_of(bits - (k << 23));
}

OOD_INLINE vf log_vector(vf x) {
  vf e;
  const vf f = split_power(x, &e) - 1;
  vf y = multiply_add(e, splat(0x1.7f7d1cp-20f), log_polynomial(f)) + f;
  y = multiply_add(e, splat(0x1.62e4p-1f), y);
  y = blend(x < INFINITY, y, x);
  return blend(x > 0, y, blend(x == 0, splat(-INFINITY), splat(NAN)));
}

/// y + log(1 + e) for y >= 0 and 0 <= e <= 1.
OOD_INLINE vf add_log_one_plus(vf y, vf e) {
  // A polynomial for log(1 + e) / e. Its pairs of terms are positive, so their sum loses little to rounding.
  const vf square = e * e;
  const vf q0 = multiply_add(splat(-0x1.ffffd2p-2f), e, splat(1));
  const vf q2 = multiply_add(splat(-0x1.ff23e8p-3f), e, splat(0x1.554ddp-2f));
  const vf q4 = multiply_add(splat(-0x1.3a43ep-3f), e, splat(0x1.934b6ep-3f));
  const vf q6 = multiply_add(splat(-0x1.d6b76p-5f), e, splat(0x1.b4b094p-4f));
  const vf q8 = multiply_add(splat(-0x1.af5e5p-9f), e, splat(0x1.492126p-6f));
  const vf high = multiply_add(multiply_add(q8, square, q6), square, q4);
  const vf q = multiply_add(multiply_add(high, square, q2), square, q0);
  return multiply_add(q, e, y);
}
