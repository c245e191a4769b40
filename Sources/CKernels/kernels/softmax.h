#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/ood_softmax.h"

#include "map.h"
#include "reduce.h"
#include "simd.h"
#include "vector_math.h"

/// What is subtracted from a row before exp: its largest entry; 0 when that is infinite, so that the row's
/// sum of exponentials is 0 or infinite. NaN when an entry is NaN.
OOD_INLINE float softmax_shift(const float *x, size_t columns) {
  const float largest = reduce_span_extreme(0, x, columns);
  return __builtin_fabsf(largest) == INFINITY ? 0 : largest;
}

/// Σ exp(x[c] - shift); the terms go to `y` unless it is NULL.
OOD_INLINE double softmax_sum(const float *x, float shift, float *y, size_t columns) {
  vd sum = 0;
  size_t c = 0;
  for (; c + 4 * OOD_WIDTH <= columns; c += 4 * OOD_WIDTH) {
    vf e[4];
    for (size_t k = 0; k < 4; k++) {
      e[k] = exp_vector(load(x + c + k * OOD_WIDTH) - shift);
      if (y) store(y + c + k * OOD_WIDTH, e[k]);
    }
    sum += to_double((e[0] + e[1]) + (e[2] + e[3]));
  }
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
    const vf e = exp_vector(load(x + c) - shift);
    if (y) store(y + c, e);
    sum += to_double(e);
  }
  if (c < columns) {
    const vf e = exp_vector(load_partial_or(x + c, columns - c, -INFINITY) - shift);
    if (y) store_partial(y + c, e, columns - c);
    sum += to_double(e);
  }
  return sum_lanes(sum);
}

/// The logarithm of a sum of exponentials, NaN for a row without softmax.
OOD_INLINE double softmax_log(double sum) { return sum > 0 && sum < INFINITY ? __builtin_log(sum) : NAN; }

/// u / sum, NaN for a row without softmax.
OOD_INLINE double softmax_scale(double u, double sum) { return sum > 0 && sum < INFINITY ? u / sum : NAN; }

enum {
  /// Vectors of a row that is held in registers or on the stack while it is worked on.
  softmax_short = 4,
};

/// y = u softmax(x), less u at the entry `label` if there is one, for a short row. Its exponentials don't go
/// through `y`: a load right after a masked store waits for the cache.
OOD_INLINE void softmax_short_row(const float *x, float u, const int32_t *label, float *y, size_t columns) {
  vf e[softmax_short];
  vf largest = -INFINITY;
  vi nan = 0;
  size_t vectors = 0;
  for (size_t c = 0; c < columns; c += OOD_WIDTH, vectors++) {
    e[vectors] = columns - c < OOD_WIDTH ? load_partial_or(x + c, columns - c, -INFINITY) : load(x + c);
    largest = reduce_better(0, e[vectors], largest);
    nan |= is_nan(e[vectors]);
  }
  const float top = any(nan) ? NAN : maximum_lane(largest);
  const float shift = __builtin_fabsf(top) == INFINITY ? 0 : top;
  vd terms = 0;
  for (size_t k = 0; k < vectors; k++) {
    e[k] = exp_vector(e[k] - shift);
    terms += to_double(e[k]);
  }
  const double sum = sum_lanes(terms), scale = softmax_scale(u, sum);
  const float at_label = label ? exp_vector(splat(x[*label]) - shift)[0] : 0;
  for (size_t k = 0; k < vectors; k++) {
    const size_t c = k * OOD_WIDTH;
    store_some(y + c, e[k] * (float)scale, columns - c < OOD_WIDTH ? columns - c : OOD_WIDTH);
  }
  if (label) y[*label] = (float)((at_label - sum) * scale);
}

static void softmax_softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    if (columns <= softmax_short * OOD_WIDTH) {
      softmax_short_row(x, 1, NULL, y, columns);
      continue;
    }
    const double sum = softmax_sum(x, softmax_shift(x, columns), y, columns);
    map_scaled((float)softmax_scale(1, sum), y, y, y, columns);
  }
}

static void softmax_log_softmax(const float *x, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    const float shift = softmax_shift(x, columns);
    const vf s = shift, l = (float)softmax_log(softmax_sum(x, shift, NULL, columns));
    size_t c = 0;
    for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) store(y + c, (load(x + c) - s) - l);
    if (c < columns) store_partial(y + c, (load_partial(x + c, columns - c) - s) - l, columns - c);
  }
}

static void softmax_softmax_gradient(const float *upstream, const float *y, float *dx, size_t rows,
                                     size_t columns) {
  for (size_t r = 0; r < rows; r++, upstream += columns, y += columns, dx += columns) {
    const vf s = (float)reduce_span(reduce_product, upstream, y, columns);
    size_t c = 0;
    for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) store(dx + c, load(y + c) * (load(upstream + c) - s));
    if (c < columns) {
      const size_t n = columns - c;
      store_partial(dx + c, load_partial(y + c, n) * (load_partial(upstream + c, n) - s), n);
    }
  }
}

static void softmax_log_softmax_gradient(const float *upstream, const float *y, float *dx, size_t rows,
                                         size_t columns) {
  for (size_t r = 0; r < rows; r++, upstream += columns, y += columns, dx += columns) {
    const vf s = -(float)reduce_span(reduce_value, upstream, upstream, columns);
    size_t c = 0;
    for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
      store(dx + c, multiply_add(exp_vector(load(y + c)), s, load(upstream + c)));
    }
    if (c < columns) {
      const size_t n = columns - c;
      store_partial(dx + c,
                    multiply_add(exp_vector(load_partial(y + c, n)), s, load_partial(upstream + c, n)), n);
    }
  }
}

static void softmax_cross_entropy(const float *logits, const int32_t *labels, float *loss, size_t rows,
                                  size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns) {
    const float shift = softmax_shift(logits, columns);
    const double sum = softmax_sum(logits, shift, NULL, columns);
    loss[r] = (float)(softmax_log(sum) - ((double)logits[labels[r]] - shift));
  }
}

static void softmax_cross_entropy_gradient(const float *logits, const int32_t *labels, const float *upstream,
                                           float *d_logits, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, logits += columns, d_logits += columns) {
    if (columns <= softmax_short * OOD_WIDTH) {
      softmax_short_row(logits, upstream[r], labels + r, d_logits, columns);
      continue;
    }
    const double sum = softmax_sum(logits, softmax_shift(logits, columns), d_logits, columns);
    const float term = d_logits[labels[r]];
    const double scale = softmax_scale(upstream[r], sum);
    map_scaled((float)scale, d_logits, d_logits, d_logits, columns);
    d_logits[labels[r]] = (float)((term - sum) * scale);
  }
}

static const struct ood_softmax softmax_table = {
    .softmax = softmax_softmax,
    .log_softmax = softmax_log_softmax,
    .softmax_gradient = softmax_softmax_gradient,
    .log_softmax_gradient = softmax_log_softmax_gradient,
    .cross_entropy = softmax_cross_entropy,
    .cross_entropy_gradient = softmax_cross_entropy_gradient,
};
