// exp, log, tanh, sigmoid, softplus and atan on vectors, within 4 ulp of the exact value for every float.
//
// Each function is a reduction of the argument to a short interval and a polynomial there. The polynomials are
// near-minimax for the relative error of the result: weighted least squares on Chebyshev nodes, reweighted towards
// equal error peaks (Lawson, 1961), coefficients rounded to float one at a time from the lowest, the others refitted after each.
// The reduction by ln 2 in two parts, the first short enough that its multiples are exact, is Cody and Waite's (1980),
// so the bounds don't need a fused multiply-add. Largest errors found over all floats, in ulp: see Docs/kernels.md.

// Added to a number below 2^22 in magnitude, it leaves no room for a fraction: the sum's low bits are the nearest integer.
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
  vf q = 0x1.6a492ep-10f;
  q = multiply_add(q, r, splat(0x1.12399ep-7f));
  q = multiply_add(q, r, splat(0x1.5558b4p-5f));
  q = multiply_add(q, r, splat(0x1.555492p-3f));
  q = multiply_add(q, r, splat(0x1.fffffcp-2f));
  return multiply_add(q, r * r, r);
}

/// 2^n for an integer -126 <= n <= 127.
OOD_INLINE vf power_of_two(vi n) { return float_of((n + 127) << 23); }

/// p 2^n for p near 1 and an integer -150 <= n <= 128, rounded once, with subnormal results.
OOD_INLINE vf scale_by_power(vf p, vf n) {
#if defined(__x86_64__) && OOD_WIDTH == 16
  typedef float raw __attribute__((vector_size(64)));
  return (vf)__builtin_ia32_scalefps512_mask((raw)p, (raw)n, (raw)p, (uint16_t)-1, 4);
#else
  const vi k = integer_of(n);
  const vi half = k >> 1;  // The first product is exact, so only the second rounds.
  return p * power_of_two(half) * power_of_two(k - half);
#endif
}

/// exp(x) for x <= 88.73 or NaN.
OOD_INLINE vf exp_not_large(vf x) {
  const vf bounded = blend(-104.0f > x, splat(-104), x);
  const vf n = nearest_power(bounded);
  const vf r = remainder_of_power(bounded, n);
  return scale_by_power(1 + exp_minus_one_polynomial(r), n);
}

OOD_INLINE vf exp_vector(vf x) { return exp_not_large(blend(88.73f < x, splat(88.73f), x)); }

/// log(1 + f) - f for sqrt(1/2) <= 1 + f <= sqrt(2).
OOD_INLINE vf log_polynomial(vf f) {
  const vf square = f * f;
  vf q = -0x1.3924cap-4f;
  q = multiply_add(q, f, splat(0x1.05b34ap-3f));
  q = multiply_add(q, f, splat(-0x1.0d9a7cp-3f));
  q = multiply_add(q, f, splat(0x1.22d006p-3f));
  q = multiply_add(q, f, splat(-0x1.546f36p-3f));
  q = multiply_add(q, f, splat(0x1.99a056p-3f));
  q = multiply_add(q, f, splat(-0x1.000232p-2f));
  q = multiply_add(q, f, splat(0x1.555554p-2f));
  return square * multiply_add(q, f, splat(-0.5f));
}

OOD_INLINE vf log_vector(vf x) {
  const vi subnormal = x < 0x1p-126f;
  const vi bits = bits_of(blend(subnormal, x * 0x1p23f, x));
  // x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
  const vi k = (bits - 0x3f3504f3) >> 23;
  const vf f = float_of(bits - (k << 23)) - 1;
  const vf e = __builtin_convertvector(k, vf) - blend(subnormal, splat(23), splat(0));
  vf y = multiply_add(e, splat(0x1.7f7d1cp-20f), log_polynomial(f)) + f;
  y = multiply_add(e, splat(0x1.62e4p-1f), y);
  y = blend(x < INFINITY, y, x);
  return blend(x > 0, y, blend(x == 0, splat(-INFINITY), splat(NAN)));
}

/// log(1 + e) for 0 <= e <= 1.
OOD_INLINE vf log_one_plus_unit(vf e) {
  const vi large = e > 0.41421356f;
  const vf f = blend(large, (e - 1) * 0.5f, e);
  return f + (log_polynomial(f) + blend(large, splat(0x1.62e43p-1f), splat(0)));
}

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

OOD_INLINE vf softplus_vector(vf x) {
  const vf positive = blend(0.0f > x, splat(0), x);
  return positive + log_one_plus_unit(exp_not_large(-absolute(x)));
}

OOD_INLINE vf atan_vector(vf x) {
  const vf magnitude = absolute(x);
  const vi inverted = magnitude > 1;
  const vf t = blend(inverted, splat(1), magnitude) / blend(inverted, magnitude, splat(1));
  const vf s = t * t;
  vf q = -0x1.d353p-10f;
  q = multiply_add(q, s, splat(0x1.6421a2p-7f));
  q = multiply_add(q, s, splat(-0x1.fd7bd6p-6f));
  q = multiply_add(q, s, splat(0x1.da294ap-5f));
  q = multiply_add(q, s, splat(-0x1.5808fcp-4f));
  q = multiply_add(q, s, splat(0x1.c08c4ap-4f));
  q = multiply_add(q, s, splat(-0x1.242086p-3f));
  q = multiply_add(q, s, splat(0x1.9991e4p-3f));
  q = multiply_add(q, s, splat(-0x1.55553ep-2f));
  const vf y = multiply_add(q * s, t, t);
  // pi / 2 in two parts.
  return with_sign(blend(inverted, 0x1.921fb6p0f - (y + 0x1.777a5cp-25f), y), x);
}

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
