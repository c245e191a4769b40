// Distances in double precision; see include/ood_neighbours.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_neighbours.h"

#include "register_double.h"
#include "simd.h"

OOD_INLINE vr neighbours_add(enum ood_metric metric, vr difference, vr sum) {
  switch (metric) {
    case ood_metric_squared_euclidean: return vr_multiply_add(difference, difference, sum);
    case ood_metric_manhattan: return sum + __builtin_elementwise_abs(difference);
    default: return __builtin_elementwise_max(sum, __builtin_elementwise_abs(difference));
  }
}

OOD_INLINE double neighbours_distance(enum ood_metric metric, const double *x, const double *y, size_t d) {
  enum { parts = 4 };
  vr sums[parts];
  for (int s = 0; s < parts; s++) sums[s] = 0;
  size_t k = 0;
  for (; k + parts * vr_width <= d; k += parts * vr_width) {
#pragma clang loop unroll(full)
    for (int s = 0; s < parts; s++) {
      const size_t at = k + (size_t)s * vr_width;
      sums[s] = neighbours_add(metric, vr_load(x + at) - vr_load(y + at), sums[s]);
    }
  }
  for (; k + vr_width <= d; k += vr_width) sums[0] = neighbours_add(metric, vr_load(x + k) - vr_load(y + k), sums[0]);
  if (k < d) sums[1] = neighbours_add(metric, vr_load_partial(x + k, d - k) - vr_load_partial(y + k, d - k), sums[1]);
  if (metric == ood_metric_chebyshev) {
    return vr_largest(__builtin_elementwise_max(__builtin_elementwise_max(sums[0], sums[1]),
                                                __builtin_elementwise_max(sums[2], sums[3])));
  }
  return vr_total((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

#define NEIGHBOURS_EACH_METRIC(metric, call)                                \
  switch (metric) {                                                         \
    case ood_metric_squared_euclidean: {                                    \
      const enum ood_metric m = ood_metric_squared_euclidean;               \
      call;                                                                 \
    } break;                                                                \
    case ood_metric_manhattan: {                                            \
      const enum ood_metric m = ood_metric_manhattan;                       \
      call;                                                                 \
    } break;                                                                \
    default: {                                                              \
      const enum ood_metric m = ood_metric_chebyshev;                       \
      call;                                                                 \
    }                                                                       \
  }

static void neighbours_distances(enum ood_metric metric, const double *x, const double *y, size_t n, size_t d,
                                 double *out) {
  NEIGHBOURS_EACH_METRIC(metric, for (size_t i = 0; i < n; i++) out[i] = neighbours_distance(m, x, y + i * d, d))
}

static void neighbours_distances_at(enum ood_metric metric, const double *x, const double *y, const int32_t *rows,
                                    size_t count, size_t d, double *out) {
  NEIGHBOURS_EACH_METRIC(metric, for (size_t i = 0; i < count; i++) {
    out[i] = neighbours_distance(m, x, y + (size_t)rows[i] * d, d);
  })
}

OOD_INLINE void neighbours_panel(enum ood_metric metric, const double *x, const double *panel, size_t width, size_t d,
                                 double *out) {
  for (size_t j = 0; j < width; j += 8) {
    vr sums[8 / vr_width];
    for (int s = 0; s < 8 / vr_width; s++) sums[s] = 0;
    for (size_t k = 0; k < d; k++) {
      const vr a = vr_splat(x[k]);
#pragma clang loop unroll(full)
      for (int s = 0; s < 8 / vr_width; s++) {
        sums[s] = neighbours_add(metric, a - vr_load(panel + k * width + j + (size_t)s * vr_width), sums[s]);
      }
    }
    for (int s = 0; s < 8 / vr_width; s++) vr_store(out + j + (size_t)s * vr_width, sums[s]);
  }
}

static void neighbours_panel_distances(enum ood_metric metric, const double *x, const double *panel, size_t width,
                                       size_t d, double *out) {
  NEIGHBOURS_EACH_METRIC(metric, neighbours_panel(m, x, panel, width, d, out))
}

static double neighbours_weighted_roots(const double *squares, const double *weights, size_t width) {
  vr sums[8 / vr_width];
  for (int s = 0; s < 8 / vr_width; s++) sums[s] = 0;
  for (size_t j = 0; j < width; j += 8) {
#pragma clang loop unroll(full)
    for (int s = 0; s < 8 / vr_width; s++) {
      const size_t at = j + (size_t)s * vr_width;
      sums[s] = vr_multiply_add(__builtin_elementwise_sqrt(vr_load(squares + at)), vr_load(weights + at), sums[s]);
    }
  }
  vr sum = sums[0];
  for (int s = 1; s < 8 / vr_width; s++) sum += sums[s];
  return vr_total(sum);
}

static void neighbours_standardize(const double *x, const double *centre, const double *scale, size_t d, double *out) {
  size_t k = 0;
  for (; k + vr_width <= d; k += vr_width) {
    vr_store(out + k, (vr_load(x + k) - vr_load(centre + k)) / vr_load(scale + k));
  }
  for (; k < d; k++) out[k] = (x[k] - centre[k]) / scale[k];
}

OOD_INLINE double neighbours_box(enum ood_metric metric, const double *x, const double *box, size_t width) {
  vr sum = 0;
  for (size_t k = 0; k < width; k += vr_width) {
    const vr at = vr_load(x + k), below = vr_load(box + k) - at, above = at - vr_load(box + width + k);
    sum = neighbours_add(metric, __builtin_elementwise_max(__builtin_elementwise_max(below, above), vr_splat(0)), sum);
  }
  return metric == ood_metric_chebyshev ? vr_largest(sum) : vr_total(sum);
}

static void neighbours_box_distances(enum ood_metric metric, const double *x, const double *first, const double *second,
                                     size_t width, double *out) {
  NEIGHBOURS_EACH_METRIC(metric, out[0] = neighbours_box(m, x, first, width);
                         out[1] = neighbours_box(m, x, second, width))
}

static size_t neighbours_sums_below(const float *values, const float *offsets, size_t n, float limit, int32_t *out) {
  enum { together = 4 };
  size_t found = 0, j = 0;
  for (; j + together * OOD_WIDTH <= n; j += together * OOD_WIDTH) {
    vi any = 0;
#pragma clang loop unroll(full)
    for (int s = 0; s < together; s++) {
      const size_t at = j + (size_t)s * OOD_WIDTH;
      any |= load(values + at) + load(offsets + at) <= splat(limit);
    }
    if (__builtin_reduce_or(any) == 0) continue;
    for (size_t i = j; i < j + together * OOD_WIDTH; i++) {
      out[found] = (int32_t)i;
      found += values[i] + offsets[i] <= limit;
    }
  }
  for (; j < n; j++) {
    out[found] = (int32_t)j;
    found += values[j] + offsets[j] <= limit;
  }
  return found;
}

static const struct ood_neighbours neighbours_table = {
    .distances = neighbours_distances,
    .distances_at = neighbours_distances_at,
    .panel_distances = neighbours_panel_distances,
    .weighted_roots = neighbours_weighted_roots,
    .standardize = neighbours_standardize,
    .box_distances = neighbours_box_distances,
    .sums_below = neighbours_sums_below,
};
