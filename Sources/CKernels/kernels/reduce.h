// Sums add 8 vectors of terms as a tree in float and carry the results in double: about the cost of plain
// float sums, and an error that does not grow with the number of terms.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/ood_reduce.h"

#include "simd.h"

enum reduce_term {
  reduce_value,
  reduce_product,
  reduce_absolute_difference,
  reduce_squared_difference,
};

/// The term of a sum made from a, or from a and b. It is 0 where both are 0.
OOD_INLINE vf reduce_term(enum reduce_term term, vf a, vf b) {
  switch (term) {
    case reduce_value: return a;
    case reduce_product: return a * b;
    case reduce_absolute_difference: return absolute(a - b);
    case reduce_squared_difference: return (a - b) * (a - b);
  }
  __builtin_unreachable();
}

OOD_INLINE int reduce_reads_two(enum reduce_term term) { return term >= reduce_product; }

/// The first n terms of a vector of them; the others are 0.
OOD_INLINE vf reduce_load(enum reduce_term term, const float *a, const float *b, size_t n) {
  return reduce_term(term, load_some(a, n), reduce_reads_two(term) ? load_some(b, n) : splat(0));
}

/// 8 such vectors, `step` elements apart, added as a tree.
OOD_INLINE vf reduce_eight(enum reduce_term term, const float *a, const float *b, size_t step, size_t n) {
  vf t[8];
  for (size_t k = 0; k < 8; k++) t[k] = reduce_load(term, a + k * step, b + k * step, n);
  return ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]));
}

/// The sum of n terms that lie next to each other.
OOD_INLINE double reduce_span(enum reduce_term term, const float *a, const float *b, size_t n) {
  vd s = 0;
  size_t i = 0;
  for (; i + 8 * OOD_WIDTH <= n; i += 8 * OOD_WIDTH) {
    s += to_double(reduce_eight(term, a + i, b + i, OOD_WIDTH, OOD_WIDTH));
  }
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) s += to_double(reduce_load(term, a + i, b + i, OOD_WIDTH));
  if (i < n) s += to_double(reduce_load(term, a + i, b + i, n - i));
  return sum_lanes(s);
}

/// sums[c] += one row, or 8 rows as a tree, for c < columns.
OOD_INLINE void reduce_rows(enum reduce_term term, size_t group, const float *a, const float *b,
                            size_t stride, size_t columns, double *sums) {
  size_t c = 0;
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
    const vf t = group == 8 ? reduce_eight(term, a + c, b + c, stride, OOD_WIDTH)
                            : reduce_load(term, a + c, b + c, OOD_WIDTH);
    add_some(sums + c, to_double(t), OOD_WIDTH);
  }
  if (c < columns) {
    const size_t n = columns - c;
    const vf t =
        group == 8 ? reduce_eight(term, a + c, b + c, stride, n) : reduce_load(term, a + c, b + c, n);
    add_some(sums + c, to_double(t), n);
  }
}

/// sums[c] += Σ_r term of the elements r stride + c, for c < columns.
OOD_INLINE void reduce_columns(enum reduce_term term, const float *a, const float *b, size_t rows,
                               size_t stride, size_t columns, double *sums) {
  for (; rows >= 8; rows -= 8, a += 8 * stride, b += 8 * stride)
    reduce_rows(term, 8, a, b, stride, columns, sums);
  for (; rows > 0; rows--, a += stride, b += stride) reduce_rows(term, 1, a, b, stride, columns, sums);
}

enum {
  /// Columns that are summed together: long enough to read memory in order, short enough for their double
  /// sums to stay near.
  reduce_tile = 2048,
  /// Rows narrower than this are summed several at a time, as one long row.
  reduce_narrow = 64,
};

/// How many rows of `columns` elements make one long row, of less than `2 * reduce_narrow` elements.
OOD_INLINE size_t reduce_rows_at_once(size_t columns) {
  return columns > 0 && columns < reduce_narrow ? (2 * reduce_narrow - 1) / columns : 1;
}

/// sums[c] = Σ_r term(a[r][c], b[r][c]) for c < columns <= reduce_tile, of rows that are `stride` apart.
OOD_INLINE void reduce_tile_columns(enum reduce_term term, const float *a, const float *b, size_t rows,
                                    size_t stride, size_t columns, double *sums) {
  const size_t together = stride == columns ? reduce_rows_at_once(columns) : 1;
  if (together == 1 || rows < 8 * together) {
    for (size_t c = 0; c < columns; c++) sums[c] = 0;
    reduce_columns(term, a, b, rows, stride, columns, sums);
    return;
  }
  double wide[2 * reduce_narrow] = {0};
  const size_t width = together * columns, long_rows = rows / together;
  reduce_columns(term, a, b, long_rows, width, width, wide);
  // The last rows make a shorter long row.
  reduce_columns(term, a + long_rows * width, b + long_rows * width, 1, width, rows % together * columns,
                 wide);
  for (size_t c = 0; c < columns; c++) {
    double s = wide[c];
    for (size_t k = 1; k < together; k++) s += wide[k * columns + c];
    sums[c] = s;
  }
}

/// y[o][i] = Σ_m term(x[o][m][i]).
OOD_INLINE void reduce_middle(enum reduce_term term, const float *x, float *y, size_t outer, size_t middle,
                              size_t inner) {
  for (size_t o = 0; o < outer; o++, x += middle * inner, y += inner) {
    if (inner == 1) {
      y[0] = (float)reduce_span(term, x, x, middle);
      continue;
    }
    for (size_t i = 0; i < inner; i += reduce_tile) {
      const size_t columns = inner - i < reduce_tile ? inner - i : reduce_tile;
      double sums[reduce_tile];
      reduce_tile_columns(term, x + i, x + i, middle, inner, columns, sums);
      for (size_t c = 0; c < columns; c++) y[i + c] = (float)sums[c];
    }
  }
}

static void reduce_sum(const float *x, float *y, size_t outer, size_t middle, size_t inner) {
  reduce_middle(reduce_value, x, y, outer, middle, inner);
}

static double reduce_total(const float *x, size_t n) { return reduce_span(reduce_value, x, x, n); }

static double reduce_dot(const float *x, const float *y, size_t n) {
  return reduce_span(reduce_product, x, y, n);
}

static double reduce_sum_absolute_difference(const float *a, const float *b, size_t n) {
  return reduce_span(reduce_absolute_difference, a, b, n);
}

static double reduce_sum_squared_difference(const float *a, const float *b, size_t n) {
  return reduce_span(reduce_squared_difference, a, b, n);
}

/// The larger (or, with `smallest`, the smaller); b where a is NaN.
OOD_INLINE vf reduce_better(int smallest, vf a, vf b) {
  return smallest ? blend(a < b, a, b) : blend(a > b, a, b);
}

OOD_INLINE float reduce_worst(int smallest) { return smallest ? INFINITY : -INFINITY; }

/// The largest (smallest) of n elements, NaN when one is NaN.
OOD_INLINE float reduce_span_extreme(int smallest, const float *x, size_t n) {
  const float worst = reduce_worst(smallest);
  vf b0 = worst, b1 = worst, b2 = worst, b3 = worst;
  vi nan = 0;
  size_t i = 0;
  for (; i + 4 * OOD_WIDTH <= n; i += 4 * OOD_WIDTH) {
    const vf x0 = load(x + i), x1 = load(x + i + OOD_WIDTH);
    const vf x2 = load(x + i + 2 * OOD_WIDTH), x3 = load(x + i + 3 * OOD_WIDTH);
    b0 = reduce_better(smallest, x0, b0), b1 = reduce_better(smallest, x1, b1);
    b2 = reduce_better(smallest, x2, b2), b3 = reduce_better(smallest, x3, b3);
    // A sum of numbers may be NaN too (inf - inf), so each is asked.
    nan |= (is_nan(x0) | is_nan(x1)) | (is_nan(x2) | is_nan(x3));
  }
  for (; i < n; i += OOD_WIDTH) {
    const vf v = n - i < OOD_WIDTH ? load_partial_or(x + i, n - i, worst) : load(x + i);
    b0 = reduce_better(smallest, v, b0);
    nan |= is_nan(v);
  }
  if (any(nan)) return NAN;
  const vf best = reduce_better(smallest, reduce_better(smallest, b0, b1), reduce_better(smallest, b2, b3));
  return smallest ? minimum_lane(best) : maximum_lane(best);
}

/// best = the larger (smaller) of best and of `rows` <= 8 vectors, `stride` apart; NaN wins.
OOD_INLINE void reduce_rows_extreme(int smallest, const float *x, size_t rows, size_t stride, size_t count,
                                    float *best) {
  vf b = load_some(best, count);
  vi nan = is_nan(b);
  for (size_t r = 0; r < rows; r++) {
    const vf v = load_some(x + r * stride, count);
    b = reduce_better(smallest, v, b);
    nan |= is_nan(v);
  }
  store_some(best, blend(nan, splat(NAN), b), count);
}

/// best[c] = the largest (smallest) of best[c] and the elements r stride + c for r < rows; NaN wins.
OOD_INLINE void reduce_columns_extreme(int smallest, const float *x, size_t rows, size_t stride,
                                       size_t columns, float *best) {
  const size_t whole = columns / OOD_WIDTH * OOD_WIDTH;
  for (; rows >= 8; rows -= 8, x += 8 * stride) {
    for (size_t c = 0; c < whole; c += OOD_WIDTH)
      reduce_rows_extreme(smallest, x + c, 8, stride, OOD_WIDTH, best + c);
    if (whole < columns) reduce_rows_extreme(smallest, x + whole, 8, stride, columns - whole, best + whole);
  }
  for (size_t c = 0; c < whole; c += OOD_WIDTH)
    reduce_rows_extreme(smallest, x + c, rows, stride, OOD_WIDTH, best + c);
  if (whole < columns) reduce_rows_extreme(smallest, x + whole, rows, stride, columns - whole, best + whole);
}

/// y[o][i] = the largest (smallest) of x[o][m][i].
OOD_INLINE void reduce_middle_extreme(int smallest, const float *x, float *y, size_t outer, size_t middle,
                                      size_t inner) {
  const float worst = reduce_worst(smallest);
  for (size_t o = 0; o < outer; o++, x += middle * inner, y += inner) {
    if (inner == 1) {
      y[0] = reduce_span_extreme(smallest, x, middle);
      continue;
    }
    const size_t together = reduce_rows_at_once(inner);
    if (together == 1 || middle < 8 * together) {
      for (size_t i = 0; i < inner; i++) y[i] = worst;
      reduce_columns_extreme(smallest, x, middle, inner, inner, y);
      continue;
    }
    float wide[2 * reduce_narrow];
    const size_t width = together * inner, long_rows = middle / together;
    for (size_t i = 0; i < width; i++) wide[i] = worst;
    reduce_columns_extreme(smallest, x, long_rows, width, width, wide);
    reduce_columns_extreme(smallest, x + long_rows * width, 1, width, middle % together * inner, wide);
    for (size_t i = 0; i < inner; i++) y[i] = worst;
    reduce_columns_extreme(smallest, wide, together, inner, inner, y);
  }
}

static void reduce_maximum(const float *x, float *y, size_t outer, size_t middle, size_t inner) {
  reduce_middle_extreme(0, x, y, outer, middle, inner);
}

static void reduce_minimum(const float *x, float *y, size_t outer, size_t middle, size_t inner) {
  reduce_middle_extreme(1, x, y, outer, middle, inner);
}

/// The first i < n with x[i] = value (NaN for NaN), which exists.
OOD_INLINE size_t reduce_find(const float *x, size_t n, float value) {
  const vf v = value;
  const int nan = value != value;
  for (size_t i = 0; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    const vf t = load(x + i);
    const vi found = nan ? is_nan(t) : t == v;
    if (any(found)) return i + first_lane(found);
  }
  // In the last lanes, where what follows the end is not the value.
  const size_t i = n / OOD_WIDTH * OOD_WIDTH;
  const vf t = load_partial(x + i, n - i);
  return i + first_lane((nan ? is_nan(t) : t == v) & (lane_numbers() < (vi)(int32_t)(n - i)));
}

/// Integers in the order of floats: NaN above all, 0 and -0 the same.
OOD_INLINE vi reduce_order(vf x) {
  const vi bits = bits_of(blend(is_nan(x), splat(NAN), x + 0));
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/// argmax down 4 vectors of columns, of which `count` columns exist.
OOD_INLINE void reduce_argmax_columns(const float *x, size_t middle, size_t stride, size_t count,
                                      int32_t *positions) {
  vi best[4], position[4] = {0, 0, 0, 0};
  size_t lanes[4];
  for (size_t k = 0; k < 4; k++) {
    const size_t rest = count > k * OOD_WIDTH ? count - k * OOD_WIDTH : 0;
    lanes[k] = rest < OOD_WIDTH ? rest : OOD_WIDTH;
    best[k] = reduce_order(load_some(x + (lanes[k] ? k * OOD_WIDTH : 0), lanes[k]));
  }
  for (size_t m = 1; m < middle; m++) {
    x += stride;
    for (size_t k = 0; k < 4; k++) {
      if (lanes[k] == 0) break;
      const vi v = reduce_order(load_some(x + k * OOD_WIDTH, lanes[k]));
      const vi better = v > best[k];
      best[k] = blend_int(better, v, best[k]);
      position[k] = blend_int(better, (vi)(int32_t)m, position[k]);
    }
  }
  for (size_t k = 0; k < 4 && lanes[k]; k++) {
    store_some((float *)positions + k * OOD_WIDTH, float_of(position[k]), lanes[k]);
  }
}

enum {
  /// Vectors of a row whose largest element is found without a branch.
  reduce_short = 4,
  /// Floats ahead that rows in memory are fetched: beyond the page, where processors stop by themselves.
  reduce_ahead = 2048,
  /// Floats from which on rows are fetched ahead: no first-level cache holds them.
  reduce_far = 1 << 14,
};

/// The place of the first of the largest of `columns` floats, at most `reduce_short` vectors; the first NaN if there is one. Where it is
/// can't be guessed, so that a search for it would cost more than to look at all.
OOD_INLINE int32_t reduce_short_argmax(const float *x, size_t columns) {
  vf v[reduce_short];
  vf best = -INFINITY;
  vi nan = 0;
  size_t vectors = 0;
  for (size_t c = 0; c < columns; c += OOD_WIDTH, vectors++) {
    v[vectors] = columns - c < OOD_WIDTH ? load_partial_or(x + c, columns - c, -INFINITY) : load(x + c);
    nan |= is_nan(v[vectors]);
    best = reduce_better(0, v[vectors], best);
  }
  if (any(nan)) return (int32_t)reduce_find(x, columns, NAN);
  const vf top = maximum_lane(best);
  // Places are small numbers, which floats hold.
  vf first = (float)columns;
  for (size_t k = vectors; k-- > 0;) {
    const vf place = __builtin_convertvector(lane_numbers() + (vi)(int32_t)(k * OOD_WIDTH), vf);
    first = blend(v[k] == top, place, first);
  }
  return (int32_t)minimum_lane(first);
}

static void reduce_argmax(const float *x, int32_t *positions, float *values, size_t outer, size_t middle,
                          size_t inner) {
  const int is_large = outer * middle >= reduce_far;
  for (size_t o = 0; o < outer; o++, x += middle * inner, positions += inner) {
    if (inner == 1 && is_large) {
      for (size_t m = 0; m < middle; m += 16) __builtin_prefetch(x + m + reduce_ahead);
    }
    if (inner == 1 && middle <= reduce_short * OOD_WIDTH) {
      positions[0] = reduce_short_argmax(x, middle);
    } else if (inner == 1) {
      positions[0] = (int32_t)reduce_find(x, middle, reduce_span_extreme(0, x, middle));
    } else {
      for (size_t i = 0; i < inner; i += 4 * OOD_WIDTH) {
        const size_t count = inner - i < 4 * OOD_WIDTH ? inner - i : 4 * OOD_WIDTH;
        if (count == 4 * OOD_WIDTH) {
          reduce_argmax_columns(x + i, middle, inner, 4 * OOD_WIDTH, positions + i);
        } else {
          reduce_argmax_columns(x + i, middle, inner, count, positions + i);
        }
      }
    }
    for (size_t i = 0; values && i < inner; i++) values[o * inner + i] = x[(size_t)positions[i] * inner + i];
  }
}

static const struct ood_reduce reduce_table = {
    .sum = reduce_sum,
    .maximum = reduce_maximum,
    .minimum = reduce_minimum,
    .argmax = reduce_argmax,
    .total = reduce_total,
    .dot = reduce_dot,
    .sum_absolute_difference = reduce_sum_absolute_difference,
    .sum_squared_difference = reduce_sum_squared_difference,
};
