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
  /// Vectors of a row that is held in registers while it is worked on.
  softmax_short = 4,
  /// Vectors of the rows that are worked on at once: a row alone would wait for its sum.
  softmax_together = OOD_WIDTH == 4 ? 8 : 16,
  /// Floats of a result on its way to memory, at least a row that is held.
  softmax_streaming_block = 512,
};

/// y = u softmax(x), less u at the entry `label` if there are labels, or y = log softmax(x), for `rows` rows of `vectors` vectors, the
/// last of which has `last` lanes; `rows`, `vectors` and `logarithm` are constants. Exponentials don't go through `y`: a load right
/// after a masked store waits for the cache.
OOD_INLINE void softmax_few_rows(const int rows, const int vectors, const int logarithm, const float *x,
                                 const float *upstream, const int32_t *labels, float *y, size_t columns,
                                 size_t last) {
  vf e[softmax_together];
  float shifts[softmax_together];
  double sums[softmax_together];
  const size_t tail = (size_t)(vectors - 1) * OOD_WIDTH;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    const float *row = x + (size_t)r * columns;
    vf *mine = e + r * vectors;
    mine[vectors - 1] =
        last == OOD_WIDTH ? load(row + tail) : load_partial_or(row + tail, last, -INFINITY);
    vf largest = mine[vectors - 1];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors - 1; v++) {
      mine[v] = load(row + v * OOD_WIDTH);
      largest = reduce_better(0, mine[v], largest);
    }
    // A NaN that is not found here makes the sum NaN.
    const float top = maximum_lane(largest);
    shifts[r] = __builtin_fabsf(top) < INFINITY ? top : 0;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * vectors; i++) e[i] = exp_vector(e[i] - shifts[i / vectors]);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    const vf *mine = e + r * vectors;
    vf sum = mine[0];
    if (vectors == 2) sum = mine[0] + mine[1];
    if (vectors == 3) sum = (mine[0] + mine[1]) + mine[2];
    if (vectors == 4) sum = (mine[0] + mine[1]) + (mine[2] + mine[3]);
    sums[r] = sum_lanes(to_double(sum));
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    float *row = y + (size_t)r * columns;
    if (logarithm) {
      const float *from = x + (size_t)r * columns, l = (float)softmax_log(sums[r]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const size_t n = v == vectors - 1 ? last : OOD_WIDTH;
        store_some(row + v * OOD_WIDTH, (load_some(from + v * OOD_WIDTH, n) - shifts[r]) - l, n);
      }
      continue;
    }
    const double scale = softmax_scale(upstream ? upstream[r] : 1, sums[r]);
    const float at_label = labels ? exp_vector(splat(x[(size_t)r * columns + labels[r]]) - shifts[r])[0] : 0;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      store_some(row + v * OOD_WIDTH, e[r * vectors + v] * (float)scale, v == vectors - 1 ? last : OOD_WIDTH);
    }
    if (labels) row[labels[r]] = (float)((at_label - sums[r]) * scale);
  }
}

/// The same for any number of rows.
OOD_INLINE void softmax_short_rows(const int vectors, const int logarithm, const float *x,
                                   const float *upstream, const int32_t *labels, float *y, size_t rows,
                                   size_t columns) {
  const int together = softmax_together / vectors < 8 ? softmax_together / vectors : 8;
  const size_t last = columns - (size_t)(vectors - 1) * OOD_WIDTH;
  size_t r = 0;
  for (; r + together <= rows; r += together) {
    softmax_few_rows(together, vectors, logarithm, x + r * columns, upstream ? upstream + r : NULL,
                     labels ? labels + r : NULL, y + r * columns, columns, last);
  }
  for (; r < rows; r++) {
    softmax_few_rows(1, vectors, logarithm, x + r * columns, upstream ? upstream + r : NULL, labels ? labels + r : NULL,
                     y + r * columns, columns, last);
  }
}

/// y = u softmax(x), less u at the entries `labels` if there are some, or y = log softmax(x). `y` may be `x`.
OOD_INLINE void softmax_rows(const int logarithm, const float *x, const float *upstream,
                             const int32_t *labels, float *y, size_t rows, size_t columns) {
  switch ((columns + OOD_WIDTH - 1) / OOD_WIDTH) {
    case 1: softmax_short_rows(1, logarithm, x, upstream, labels, y, rows, columns); return;
    case 2: softmax_short_rows(2, logarithm, x, upstream, labels, y, rows, columns); return;
    case 3: softmax_short_rows(3, logarithm, x, upstream, labels, y, rows, columns); return;
    case softmax_short: softmax_short_rows(softmax_short, logarithm, x, upstream, labels, y, rows, columns); return;
  }
  for (size_t r = 0; r < rows; r++, x += columns, y += columns) {
    const float shift = softmax_shift(x, columns);
    if (logarithm) {
      const vf s = shift, l = (float)softmax_log(softmax_sum(x, shift, NULL, columns));
      size_t c = 0;
      for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) store(y + c, (load(x + c) - s) - l);
      if (c < columns) store_partial(y + c, (load_partial(x + c, columns - c) - s) - l, columns - c);
      continue;
    }
    const double sum = softmax_sum(x, shift, y, columns);
    const double scale = softmax_scale(upstream ? upstream[r] : 1, sum);
    const float term = labels ? y[labels[r]] : 0;
    map_scaled((float)scale, y, y, y, columns);
    if (labels) y[labels[r]] = (float)((term - sum) * scale);
  }
}

/// softmax or its logarithm; a large result, which the caches don't hold, is streamed to memory by a few rows at a time.
OOD_INLINE void softmax_values(const int logarithm, const float *x, float *y, size_t rows, size_t columns) {
  if (rows * columns < ood_streaming_count || x == y || columns > softmax_streaming_block) {
    softmax_rows(logarithm, x, NULL, NULL, y, rows, columns);
    return;
  }
  _Alignas(64) float block[softmax_streaming_block];
  const size_t most = softmax_streaming_block / columns;
  for (size_t r = 0; r < rows; r += most) {
    const size_t some = rows - r < most ? rows - r : most, count = some * columns;
    for (size_t i = 0; i < count; i += 16) __builtin_prefetch(x + r * columns + map_streaming_ahead + i);
    softmax_rows(logarithm, x + r * columns, NULL, NULL, block, some, columns);
    map_stream(block, y + r * columns, count);
  }
  finish_streaming();
}

static void softmax_softmax(const float *x, float *y, size_t rows, size_t columns) {
  softmax_values(0, x, y, rows, columns);
}

static void softmax_log_softmax(const float *x, float *y, size_t rows, size_t columns) {
  softmax_values(1, x, y, rows, columns);
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
  softmax_rows(0, logits, upstream, labels, d_logits, rows, columns);
}

static const struct ood_softmax softmax_table = {
    .softmax = softmax_softmax,
    .log_softmax = softmax_log_softmax,
    .softmax_gradient = softmax_softmax_gradient,
    .log_softmax_gradient = softmax_log_softmax_gradient,
    .cross_entropy = softmax_cross_entropy,
    .cross_entropy_gradient = softmax_cross_entropy_gradient,
};
