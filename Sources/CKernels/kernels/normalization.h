#pragma once

#include <stddef.h>

#include "../include/ood_map.h"
#include "../include/ood_normalization.h"

#include "map.h"
#include "reduce.h"
#include "simd.h"

/// Adds `group` rows (1 or 8) of `n` columns to the two sums that moments (a = x - shift, b = a) and
/// gradients (a = upstream, b = x - shift) need: Σ a and, if `two`, Σ a b. A NULL shift is zero.
OOD_INLINE void normalization_group(int gradient, int two, size_t group, const float *u, const float *x,
                                    const float *shift, size_t stride, size_t n, double *first,
                                    double *second) {
  const vf t = shift ? load_some(shift, n) : splat(0);
  vf a[8], b[8];
  for (size_t k = 0; k < group; k++) {
    b[k] = load_some(x + k * stride, n) - t;
    a[k] = gradient ? load_some(u + k * stride, n) : b[k];
    b[k] *= a[k];
  }
  if (group == 8) {
    a[0] = ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
    b[0] = ((b[0] + b[1]) + (b[2] + b[3])) + ((b[4] + b[5]) + (b[6] + b[7]));
  }
  add_some(first, to_double(a[0]), n);
  if (two) add_some(second, to_double(b[0]), n);
}

/// Adds `group` rows of `columns` columns.
OOD_INLINE void normalization_rows(int gradient, int two, size_t group, const float *u, const float *x,
                                   const float *shift, size_t stride, size_t columns, double *first,
                                   double *second) {
  size_t c = 0;
  for (; c + OOD_WIDTH <= columns; c += OOD_WIDTH) {
    normalization_group(gradient, two, group, u + c, x + c, shift ? shift + c : NULL, stride, OOD_WIDTH,
                        first + c, second + c);
  }
  if (c < columns) {
    normalization_group(gradient, two, group, u + c, x + c, shift ? shift + c : NULL, stride, columns - c,
                        first + c, second + c);
  }
}

OOD_INLINE void normalization_columns(int gradient, int two, const float *u, const float *x,
                                      const float *shift, size_t rows, size_t stride, size_t columns,
                                      double *first, double *second) {
  for (; rows >= 8; rows -= 8, x += 8 * stride, u += 8 * stride) {
    normalization_rows(gradient, two, 8, u, x, shift, stride, columns, first, second);
  }
  for (; rows > 0; rows--, x += stride, u += stride) {
    normalization_rows(gradient, two, 1, u, x, shift, stride, columns, first, second);
  }
}

/// The two sums over all channels.
OOD_INLINE void normalization_sums(int gradient, int two, const float *u, const float *x, const float *shift,
                                   double *first, double *second, size_t rows, size_t channels) {
  if (channels == 0) return;
  for (size_t c = 0; c < channels; c++) first[c] = 0;
  for (size_t c = 0; two && c < channels; c++) second[c] = 0;
  const size_t together = reduce_rows_at_once(channels);
  if (together == 1) {
    for (size_t c = 0; c < channels; c += reduce_tile) {
      const size_t columns = channels - c < reduce_tile ? channels - c : reduce_tile;
      normalization_columns(gradient, two, u + c, x + c, shift ? shift + c : NULL, rows, channels, columns,
                            first + c, second + c);
    }
    return;
  }
  // Few channels: several rows make one long row.
  double wide_first[2 * reduce_narrow] = {0}, wide_second[2 * reduce_narrow] = {0};
  float wide_shift[2 * reduce_narrow];
  const size_t width = together * channels, long_rows = rows / together, rest = rows % together * channels;
  for (size_t i = 0; i < width; i++) wide_shift[i] = shift ? shift[i % channels] : 0;
  normalization_columns(gradient, two, u, x, wide_shift, long_rows, width, width, wide_first, wide_second);
  normalization_rows(gradient, two, 1, u + long_rows * width, x + long_rows * width, wide_shift, width, rest,
                     wide_first, wide_second);
  for (size_t i = 0; i < width; i++) first[i % channels] += wide_first[i];
  for (size_t i = 0; two && i < width; i++) second[i % channels] += wide_second[i];
}

static void normalization_moments(const float *x, const float *shift, double *sum, double *sum_of_squares,
                                  size_t rows, size_t channels) {
  if (sum_of_squares) {
    normalization_sums(0, 1, x, x, shift, sum, sum_of_squares, rows, channels);
  } else {
    normalization_sums(0, 0, x, x, shift, sum, sum, rows, channels);
  }
}

static void normalization_gradient_sums(const float *upstream, const float *x, const float *mean, double *sum,
                                        double *product, size_t rows, size_t channels) {
  normalization_sums(1, 1, upstream, x, mean, sum, product, rows, channels);
}

/// Coefficients of each channel, repeated for several rows when there are few channels, so that the rows
/// are worked on as long ones.
struct normalization_pattern {
  size_t width;
  const float *start;
  float repeated[2 * reduce_narrow];
};

static void normalization_repeat(struct normalization_pattern *p, const float *coefficients,
                                 size_t channels) {
  const size_t together = reduce_rows_at_once(channels);
  p->width = together * channels;
  p->start = together == 1 ? coefficients : p->repeated;
  for (size_t i = 0; together > 1 && i < p->width; i++) p->repeated[i] = coefficients[i % channels];
}

OOD_INLINE void normalization_apply_vector(const float *x, const float *mean, const float *scale,
                                           const float *offset, float *y, size_t n) {
  const vf d = load_some(x, n) - load_some(mean, n);
  store_some(y, multiply_add(d, load_some(scale, n), load_some(offset, n)), n);
}

OOD_INLINE void normalization_apply_span(const float *x, const float *mean, const float *scale,
                                         const float *offset, float *y, size_t n) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    normalization_apply_vector(x + i, mean + i, scale + i, offset + i, y + i, OOD_WIDTH);
  }
  if (i < n) normalization_apply_vector(x + i, mean + i, scale + i, offset + i, y + i, n - i);
}

static void normalization_apply(const float *x, const float *mean, const float *scale, const float *offset,
                                float *y, size_t rows, size_t channels) {
  if (channels == 0) return;
  struct normalization_pattern m, s, o;
  normalization_repeat(&m, mean, channels);
  normalization_repeat(&s, scale, channels);
  normalization_repeat(&o, offset, channels);
  const size_t total = rows * channels, width = m.width;
  const int streams = total >= ood_streaming_count && y != x;
  float block[map_block];
  for (size_t i = 0; i < total; i += width) {
    const size_t columns = total - i < width ? total - i : width;
    for (size_t c = 0; c < columns; c += map_block) {
      const size_t n = columns - c < map_block ? columns - c : map_block;
      float *out = y + i + c;
      normalization_apply_span(x + i + c, m.start + c, s.start + c, o.start + c, streams ? block : out, n);
      if (streams) map_stream(block, out, n);
    }
  }
  if (streams) finish_streaming();
}

OOD_INLINE void normalization_gradient_vector(const float *u, const float *x, const float *mean,
                                              const float *a, const float *b, const float *k, float *dx,
                                              size_t n) {
  const vf d = load_some(x, n) - load_some(mean, n);
  const vf t = multiply_add(load_some(b, n), d, load_some(k, n));
  store_some(dx, multiply_add(load_some(a, n), load_some(u, n), t), n);
}

OOD_INLINE void normalization_gradient_span(const float *u, const float *x, const float *mean, const float *a,
                                            const float *b, const float *k, float *dx, size_t n) {
  size_t i = 0;
  for (; i + OOD_WIDTH <= n; i += OOD_WIDTH) {
    normalization_gradient_vector(u + i, x + i, mean + i, a + i, b + i, k + i, dx + i, OOD_WIDTH);
  }
  if (i < n) normalization_gradient_vector(u + i, x + i, mean + i, a + i, b + i, k + i, dx + i, n - i);
}

static void normalization_gradient_apply(const float *upstream, const float *x, const float *mean,
                                         const float *a, const float *b, const float *k, float *dx,
                                         size_t rows, size_t channels) {
  if (channels == 0) return;
  struct normalization_pattern pm, pa, pb, pk;
  normalization_repeat(&pm, mean, channels);
  normalization_repeat(&pa, a, channels);
  normalization_repeat(&pb, b, channels);
  normalization_repeat(&pk, k, channels);
  const size_t total = rows * channels, width = pm.width;
  const int streams = total >= ood_streaming_count && dx != x && dx != upstream;
  float block[map_block];
  for (size_t i = 0; i < total; i += width) {
    const size_t columns = total - i < width ? total - i : width;
    for (size_t c = 0; c < columns; c += map_block) {
      const size_t n = columns - c < map_block ? columns - c : map_block;
      float *out = dx + i + c;
      normalization_gradient_span(upstream + i + c, x + i + c, pm.start + c, pa.start + c, pb.start + c,
                                  pk.start + c, streams ? block : out, n);
      if (streams) map_stream(block, out, n);
    }
  }
  if (streams) finish_streaming();
}

static const struct ood_normalization normalization_table = {
    .moments = normalization_moments,
    .apply = normalization_apply,
    .gradient_sums = normalization_gradient_sums,
    .gradient_apply = normalization_gradient_apply,
};
