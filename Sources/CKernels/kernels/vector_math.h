// exp, log, tanh, sigmoid, softplus and atan on vectors, within 4 ulp of the exact value for every float.
//
// Each function is a reduction of the argument to a short interval and a polynomial there. The polynomials
// are near-minimax for the relative error of the result: weighted least squares on Chebyshev nodes,
// reweighted towards equal error peaks (Lawson, 1961), coefficients rounded to float one at a time from the
// lowest, the others refitted after each. The reduction by ln 2 in two parts, the first short enough that its
// multiples are exact, is Cody and Waite's (1980), so the bounds don't need a fused multiply-add. Long
// polynomials are evaluated in pairs of terms (Estrin, 1960), for shorter chains. Largest errors found: see
// Docs/kernels.md.
#pragma once

#include <math.h>

#include "simd.h"
#include "vector_powers.h"

#if defined(__x86_64__) && OOD_WIDTH == 16
#include "vector_tables.h"
#else
#include "vector_polynomials.h"
#endif

OOD_INLINE vf exp_vector(vf x) { return exp_not_large(blend(88.73f < x, splat(88.73f), x)); }

OOD_INLINE vf tanh_vector(vf x) {
  // t = exp(2|x|) - 1; tanh |x| = t / (t + 2). Above 10 the quotient is 1.
  const vf twice = 2 * absolute(x);
  const vf z = blend(20.0f < twice, splat(20), twice);
  const vf n = nearest_power(z);
  const vf q = exp_minus_one_polynomial(remainder_of_power(z, n));
  const vf power = power_of_two(integer_of(n));
  const vf t = multiply_add(power, q, power - 1);
  return with_sign(t / (t + 2), x);
}

OOD_INLINE vf sigmoid_vector(vf x) {
  const vf e = exp_not_large(-absolute(x));
  return blend(x < 0, e, splat(1)) / (1 + e);
}

/// log(1 + exp(x)), given e = exp(-|x|).
OOD_INLINE vf softplus_of_exp(vf x, vf e) {
  const vf positive = blend(0.0f > x, splat(0), x);
  return add_log_one_plus(positive, e);
}

/// min(|x|, 1 / |x|).
OOD_INLINE vf atan_argument(vf x) {
  const vf magnitude = absolute(x);
  const vi inverted = magnitude > 1;
  return blend(inverted, splat(1), magnitude) / blend(inverted, magnitude, splat(1));
}

/// atan(x), given t = min(|x|, 1 / |x|).
OOD_INLINE vf atan_of_argument(vf x, vf t) {
  const vi inverted = absolute(x) > 1;
  const vf s = t * t;
  const vf square = s * s;
  const vf q0 = multiply_add(splat(0x1.9991e4p-3f), s, splat(-0x1.55553ep-2f));
  const vf q2 = multiply_add(splat(0x1.c08c4ap-4f), s, splat(-0x1.242086p-3f));
  const vf q4 = multiply_add(splat(0x1.da294ap-5f), s, splat(-0x1.5808fcp-4f));
  const vf q6 = multiply_add(splat(0x1.6421a2p-7f), s, splat(-0x1.fd7bd6p-6f));
  const vf high = multiply_add(multiply_add(splat(-0x1.d353p-10f), square, q6), square, q4);
  const vf q = multiply_add(high, square * square, multiply_add(q2, square, q0));
  const vf y = multiply_add(q * s, t, t);
  // pi / 2 in two parts.
  return with_sign(blend(inverted, 0x1.921fb6p0f - (y + 0x1.777a5cp-25f), y), x);
}

OOD_INLINE vf atan_vector(vf x) { return atan_of_argument(x, atan_argument(x)); }

/// sin and cos are the C library's, lane by lane.
OOD_INLINE vf sin_vector(vf x) {
  vf y;
  for (int i = 0; i < OOD_WIDTH; i++) y[i] = sinf(x[i]);
  return y;
}

OOD_INLINE vf cos_vector(vf x) {
  vf y;
  for (int i = 0; i < OOD_WIDTH; i++) y[i] = cosf(x[i]);
  return y;
}
