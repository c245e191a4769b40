// The one-dimensional maps of minimal filtering F(m, 5), m = 4, 5 or 6 outputs, on vectors of channels. See
// include/ood_winograd.h.
//
// The m + 4 points are pairs p and -p, 0 for even m, and infinity. The rows of A and G are the powers of a
// point; those of B^T the coefficients of the polynomial that vanishes at all other points,
//
//     p and -p    x^z (x + p) prod (x^2 - q^2) and x^z (x - p) prod (x^2 - q^2)    q: the other pairs
//     0           prod (x^2 - q^2) / prod (-q^2)                                   q: all pairs
//     infinity    x^z prod (x^2 - q^2)
//
// where z is 1 if 0 is a point; and G's rows are divided by the values of these at their points. So the points
// of a pair share even and odd parts. Pairs were chosen for the smallest rounding errors among eighths.
#pragma once

#include <stddef.h>

#include "simd.h"

enum {
  winograd_taps = 5,           // taps on a side
  winograd_least_outputs = 4,  // whole targets that a tile has on a side
  winograd_most_outputs = 6,
  winograd_most_side = winograd_most_outputs + winograd_taps - 1,  // sources, or overlapping targets
  winograd_most_frequencies = winograd_most_side * winograd_most_side,
  winograd_most_pairs = 4,
};

/// A tile's side, in sources, overlapping targets or frequencies.
OOD_INLINE int winograd_side(int outputs) { return outputs + winograd_taps - 1; }

OOD_INLINE int winograd_frequencies(int outputs) { return winograd_side(outputs) * winograd_side(outputs); }

struct winograd_points {
  int pairs;
  /// Whether 0 is a point.
  int zero;
  /// p of each pair.
  float at[winograd_most_pairs];
  /// Coefficients of 1, x^2, x^4, ... of a pair's product over the other pairs.
  float others[winograd_most_pairs][winograd_most_pairs];
  /// Those of the product over all pairs.
  float all[winograd_most_pairs + 1];
  /// One over the value of p's polynomial at p.
  float scale[winograd_most_pairs];
};

// Squares of pairs in, coefficients out.
#define WINOGRAD_PRODUCT_2(a, b) {(a) * (b), -((a) + (b)), 1}
#define WINOGRAD_PRODUCT_3(a, b, c) \
  {-(a) * (b) * (c), (a) * (b) + (a) * (c) + (b) * (c), -((a) + (b) + (c)), 1}
#define WINOGRAD_PRODUCT_4(a, b, c, d)                                                              \
  {(a) * (b) * (c) * (d), -((a) * (b) * (c) + (a) * (b) * (d) + (a) * (c) * (d) + (b) * (c) * (d)), \
   (a) * (b) + (a) * (c) + (a) * (d) + (b) * (c) + (b) * (d) + (c) * (d), -((a) + (b) + (c) + (d)), 1}
#define WINOGRAD_SQUARE(p) ((p) * (p))
#define WINOGRAD_APART(p, q) (WINOGRAD_SQUARE(p) - WINOGRAD_SQUARE(q))
/// Points 0 and three pairs.
#define WINOGRAD_THREE_PAIRS(a, b, c)                                                     \
  {                                                                                       \
    3, 1, {a, b, c},                                                                      \
        {WINOGRAD_PRODUCT_2(WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(c)),                      \
         WINOGRAD_PRODUCT_2(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(c)),                      \
         WINOGRAD_PRODUCT_2(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(b))},                     \
        WINOGRAD_PRODUCT_3(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(c)), { \
      1 / (2 * WINOGRAD_SQUARE(a) * WINOGRAD_APART(a, b) * WINOGRAD_APART(a, c)),         \
          1 / (2 * WINOGRAD_SQUARE(b) * WINOGRAD_APART(b, a) * WINOGRAD_APART(b, c)),     \
          1 / (2 * WINOGRAD_SQUARE(c) * WINOGRAD_APART(c, a) * WINOGRAD_APART(c, b))      \
    }                                                                                     \
  }
/// Four pairs, and 0 where `zero` is 1.
#define WINOGRAD_FOUR_PAIRS(zero, a, b, c, d)                                                               \
  {                                                                                                         \
    4, zero, {a, b, c, d},                                                                                  \
        {WINOGRAD_PRODUCT_3(WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(c), WINOGRAD_SQUARE(d)),                    \
         WINOGRAD_PRODUCT_3(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(c), WINOGRAD_SQUARE(d)),                    \
         WINOGRAD_PRODUCT_3(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(d)),                    \
         WINOGRAD_PRODUCT_3(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(c))},                   \
        WINOGRAD_PRODUCT_4(WINOGRAD_SQUARE(a), WINOGRAD_SQUARE(b), WINOGRAD_SQUARE(c), WINOGRAD_SQUARE(d)), \
    {                                                                                                       \
      WINOGRAD_SCALE_4(zero, a, b, c, d), WINOGRAD_SCALE_4(zero, b, a, c, d),                               \
          WINOGRAD_SCALE_4(zero, c, a, b, d), WINOGRAD_SCALE_4(zero, d, a, b, c)                            \
    }                                                                                                       \
  }
#define WINOGRAD_SCALE_4(zero, p, a, b, c)                                                   \
  1 / (2 * (zero ? WINOGRAD_SQUARE(p) : (p)) * WINOGRAD_APART(p, a) * WINOGRAD_APART(p, b) * \
       WINOGRAD_APART(p, c))

static const struct winograd_points winograd_points[] = {
    WINOGRAD_THREE_PAIRS(1.0, 2.0, 0.5),
    WINOGRAD_FOUR_PAIRS(0, 2.0, 1.25, 0.625, 0.25),
    WINOGRAD_FOUR_PAIRS(1, 2.5, 1.25, 0.75, 0.5),
};

// In what follows m, the outputs, is a constant, and so are all coefficients.

#define WINOGRAD_EACH(type, i, from, to) _Pragma("clang loop unroll(full)") for (type i = from; i < to; i++)

OOD_INLINE float winograd_power(float p, int exponent) {
  float power = 1;
  WINOGRAD_EACH(int, i, 0, exponent) power *= p;
  return power;
}

/// A sum of multiples, which begins with no term at all.
struct winograd_terms {
  vf sum;
  int count;
};

OOD_INLINE void winograd_add(struct winograd_terms *terms, float coefficient, vf x) {
  if (terms->count++ == 0) {
    terms->sum = coefficient == 1 ? x : splat(coefficient) * x;
  } else {
    terms->sum = coefficient == 1 ? terms->sum + x : multiply_add(splat(coefficient), x, terms->sum);
  }
}

/// factor Σ coefficients[k] x[2k] of `count` terms.
OOD_INLINE vf winograd_polynomial(const int count, const float *coefficients, float factor, const vf *x) {
  struct winograd_terms terms = {0};
  WINOGRAD_EACH(int, k, 0, count) winograd_add(&terms, factor * coefficients[k], x[2 * k]);
  return terms.sum;
}

/// Adds and subtracts: the two frequencies of a pair of points from even and odd parts, or these from those.
OOD_INLINE void winograd_pair(vf even, vf odd, vf *plus, vf *minus) {
  *plus = even + odd;
  *minus = even - odd;
}

/// B^T: m + 4 values to m + 4 frequencies.
OOD_INLINE void winograd_window(const int m, const vf *x, vf *f) {
  const struct winograd_points *points = &winograd_points[m - winograd_least_outputs];
  const int pairs = points->pairs, z = points->zero;
  if (z) f[0] = winograd_polynomial(pairs + 1, points->all, 1 / points->all[0], x);
  WINOGRAD_EACH(int, i, 0, pairs) {
    winograd_pair(winograd_polynomial(pairs, points->others[i], 1, x + z + 1),
                  winograd_polynomial(pairs, points->others[i], points->at[i], x + z), &f[z + 2 * i],
                  &f[z + 2 * i + 1]);
  }
  f[m + 3] = winograd_polynomial(pairs + 1, points->all, 1, x + z);
}

/// The sums and differences of all pairs of frequencies.
OOD_INLINE void winograd_parts(const struct winograd_points *points, const vf *f, vf *sums, vf *differences) {
  WINOGRAD_EACH(int, i, 0, points->pairs) {
    winograd_pair(f[points->zero + 2 * i], f[points->zero + 2 * i + 1], &sums[i], &differences[i]);
  }
}

/// B: m + 4 frequencies to m + 4 values.
OOD_INLINE void winograd_overlap(const int m, const vf *f, vf *y) {
  const struct winograd_points *points = &winograd_points[m - winograd_least_outputs];
  const int pairs = points->pairs, z = points->zero;
  vf sums[winograd_most_pairs], differences[winograd_most_pairs];
  winograd_parts(points, f, sums, differences);
  WINOGRAD_EACH(int, j, 0, m + 4) {
    const int k = (j - z) >> 1, is_odd = (j - z) & 1;
    struct winograd_terms terms = {0};
    if (k >= 0 && k < pairs) {
      WINOGRAD_EACH(int, i, 0, pairs) {
        if (is_odd) winograd_add(&terms, points->others[i][k], sums[i]);
        if (!is_odd) winograd_add(&terms, points->at[i] * points->others[i][k], differences[i]);
      }
    }
    if (z && !(j & 1)) winograd_add(&terms, points->all[j >> 1] / points->all[0], f[0]);
    if (!is_odd) winograd_add(&terms, points->all[k], f[m + 3]);
    y[j] = terms.sum;
  }
}

/// The powers of each point on `count` values, times `scale` where it isn't NULL, to m + 4 frequencies.
OOD_INLINE void winograd_evaluate_powers(const int m, const int count, const float *scale, const vf *x,
                                         vf *f) {
  const struct winograd_points *points = &winograd_points[m - winograd_least_outputs];
  const int z = points->zero;
  if (z) f[0] = x[0];
  WINOGRAD_EACH(int, i, 0, points->pairs) {
    const float p = points->at[i], factor = scale ? scale[i] : 1;
    struct winograd_terms parts[2] = {0};
    WINOGRAD_EACH(int, k, 0, count) winograd_add(&parts[k & 1], factor * winograd_power(p, k), x[k]);
    // The polynomials of p and -p have opposite values there unless 0 is a point.
    const int is_opposite = scale && !z;
    winograd_pair(parts[is_opposite].sum, parts[!is_opposite].sum, &f[z + 2 * i], &f[z + 2 * i + 1]);
  }
  f[m + 3] = x[count - 1];
}

/// The transposition of that.
OOD_INLINE void winograd_sum_powers(const int m, const int count, const float *scale, const vf *f, vf *y) {
  const struct winograd_points *points = &winograd_points[m - winograd_least_outputs];
  const int z = points->zero;
  vf sums[winograd_most_pairs], differences[winograd_most_pairs];
  winograd_parts(points, f, sums, differences);
  const int is_opposite = scale && !z;
  WINOGRAD_EACH(int, k, 0, count) {
    struct winograd_terms terms = {0};
    WINOGRAD_EACH(int, i, 0, points->pairs) {
      winograd_add(&terms, (scale ? scale[i] : 1) * winograd_power(points->at[i], k),
                   (k & 1) == is_opposite ? sums[i] : differences[i]);
    }
    if (z && k == 0) winograd_add(&terms, 1, f[0]);
    if (k == count - 1) winograd_add(&terms, 1, f[m + 3]);
    y[k] = terms.sum;
  }
}

/// A: m values to m + 4 frequencies.
OOD_INLINE void winograd_evaluate(const int m, const vf *x, vf *f) {
  winograd_evaluate_powers(m, m, NULL, x, f);
}

/// A^T: m + 4 frequencies to m sums.
OOD_INLINE void winograd_sum(const int m, const vf *f, vf *y) { winograd_sum_powers(m, m, NULL, f, y); }

/// G: 5 taps to m + 4 frequencies.
OOD_INLINE void winograd_filter(const int m, const vf *w, vf *f) {
  winograd_evaluate_powers(m, winograd_taps, winograd_points[m - winograd_least_outputs].scale, w, f);
}

/// G^T: m + 4 frequencies to 5 taps.
OOD_INLINE void winograd_gather(const int m, const vf *f, vf *w) {
  winograd_sum_powers(m, winograd_taps, winograd_points[m - winograd_least_outputs].scale, f, w);
}

/// Which map: from values to frequencies, or from frequencies to values.
enum winograd_map {
  winograd_by_window,      // B^T
  winograd_by_evaluation,  // A
  winograd_by_overlap,     // B
  winograd_by_sum,         // A^T
  winograd_by_gathering,   // G^T
};

OOD_INLINE void winograd_apply(const int m, const enum winograd_map map, const vf *x, vf *y) {
  switch (map) {
    case winograd_by_window: winograd_window(m, x, y); break;
    case winograd_by_evaluation: winograd_evaluate(m, x, y); break;
    case winograd_by_overlap: winograd_overlap(m, x, y); break;
    case winograd_by_sum: winograd_sum(m, x, y); break;
    case winograd_by_gathering: winograd_gather(m, x, y); break;
  }
}

/// A map of the columns of a tile's frequencies, `step` floats apart: half of the way back to values. Row i holds result
/// i of all columns.
OOD_INLINE void winograd_apply_to_columns(const int m, const enum winograd_map map, const float *from,
                                          size_t step, vf half[winograd_most_side][winograd_most_side]) {
  const int results = map == winograd_by_overlap ? winograd_side(m)
                      : map == winograd_by_sum   ? m
                                                 : winograd_taps;
#pragma clang loop unroll(disable)
  for (int x = 0; x < winograd_side(m); x++) {
    vf column[winograd_most_side], y[winograd_most_side];
    WINOGRAD_EACH(int, i, 0, winograd_side(m)) {
      column[i] = load(from + (size_t)(i * winograd_side(m) + x) * step);
    }
    winograd_apply(m, map, column, y);
    WINOGRAD_EACH(int, i, 0, results) half[i][x] = y[i];
  }
}

/// Calls FUNCTION(m, ...), which is inlined, with the constant that `outputs` is.
#define WINOGRAD_WITH_OUTPUTS(outputs, FUNCTION, ...) \
  switch (outputs) {                                  \
    case 4: FUNCTION(4, __VA_ARGS__); break;          \
    case 5: FUNCTION(5, __VA_ARGS__); break;          \
    default: FUNCTION(6, __VA_ARGS__);                \
  }
