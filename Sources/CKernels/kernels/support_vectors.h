// The solver of support vector machines; see include/ood_support_vectors.h. Points and variables lie in the lanes.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/ood_support_vectors.h"

#include "kernel_density.h"
#include "register_double.h"
#include "simd.h"

OOD_INLINE void vectors_panel(const int queries, const int linear, double gamma, const double *x, const double *panel,
                              size_t points, size_t d, double *out, size_t stride) {
  vr sums[density_queries][density_vectors];
  density_tile(queries, linear, x, panel, d, sums);
  for (int i = 0; i < queries; i++) {
    for (int v = 0; v < density_vectors; v++) {
      const size_t first = (size_t)v * vr_width;
      if (first >= points) break;
      const vr value = linear ? sums[i][v] : vr_exp(sums[i][v] * -gamma);
      double *to = out + (size_t)i * stride + first;
      if (points - first >= vr_width) {
        vr_store(to, value);
      } else {
        __builtin_memcpy(to, &value, (points - first) * sizeof(double));
      }
    }
  }
}

static void vectors_rows(int linear, double gamma, const double *x, size_t m, const double *panels, size_t p0, size_t p1,
                         size_t n, size_t d, double *out, size_t stride) {
  for (size_t p = p0; p < p1; p++) {
    const size_t first = p * density_points;
    const size_t points = n - first < density_points ? n - first : density_points;
    const double *panel = panels + first * d;
    size_t i = 0;
    for (; i + density_queries <= m; i += density_queries) {
      if (linear) {
        vectors_panel(density_queries, 1, gamma, x + i * d, panel, points, d, out + i * stride + first, stride);
      } else {
        vectors_panel(density_queries, 0, gamma, x + i * d, panel, points, d, out + i * stride + first, stride);
      }
    }
    for (; i < m; i++) {
      if (linear) {
        vectors_panel(1, 1, gamma, x + i * d, panel, points, d, out + i * stride + first, stride);
      } else {
        vectors_panel(1, 0, gamma, x + i * d, panel, points, d, out + i * stride + first, stride);
      }
    }
  }
}

static void vectors_add_rows(const double *weights, const double *rows, size_t m, size_t n, size_t stride, double *sums) {
  size_t j = 0;
  for (; j + vr_width <= n; j += vr_width) {
    vr sum = vr_load(sums + j);
    for (size_t i = 0; i < m; i++) sum = vr_multiply_add(vr_splat(weights[i]), vr_load(rows + i * stride + j), sum);
    vr_store(sums + j, sum);
  }
  for (; j < n; j++) {
    vr sum = vr_splat(sums[j]);
    for (size_t i = 0; i < m; i++) sum = vr_multiply_add(vr_splat(weights[i]), vr_splat(rows[i * stride + j]), sum);
    sums[j] = sum[0];
  }
}

/// The largest value seen in each lane, and where.
struct vectors_best {
  vr value;
  vrl position;
};

OOD_INLINE void vectors_consider(struct vectors_best *best, vr value, vrl position) {
  const vrl better = value > best->value;
  best->value = better ? value : best->value;
  best->position = better ? position : best->position;
}

/// The largest of all lanes, the first of equal ones; then of single values.
OOD_INLINE struct ood_candidate vectors_largest(struct vectors_best best) {
  struct ood_candidate found = {-1, -INFINITY};
  for (int i = 0; i < vr_width; i++) {
    const double value = best.value[i];
    if (best.position[i] < 0) continue;
    if (value > found.value || (value == found.value && best.position[i] < found.position)) {
      found = (struct ood_candidate){best.position[i], value};
    }
  }
  return found;
}

OOD_INLINE struct vectors_best vectors_none(void) {
  return (struct vectors_best){(vr)(-INFINITY), (vrl)(-1)};
}

OOD_INLINE vrl vectors_lanes(void) {
  vrl lanes;
  for (int i = 0; i < vr_width; i++) lanes[i] = i;
  return lanes;
}

static struct ood_candidate vectors_first(const double *gradient, const double *room_above, size_t n) {
  struct vectors_best best = vectors_none();
  vrl position = vectors_lanes();
  size_t j = 0;
  for (; j + vr_width <= n; j += vr_width) {
    vectors_consider(&best, vr_load(room_above + j) - vr_load(gradient + j), position);
    position += vr_width;
  }
  struct ood_candidate found = vectors_largest(best);
  for (; j < n; j++) {
    const double value = room_above[j] - gradient[j];
    if (value > found.value) found = (struct ood_candidate){(int64_t)j, value};
  }
  return found;
}

static struct ood_candidate vectors_step(double a, const double *row_a, double b, const double *row_b, double *gradient,
                                         const double *room_above, size_t n) {
  struct vectors_best best = vectors_none();
  vrl position = vectors_lanes();
  const vr va = vr_splat(a), vb = vr_splat(b);
  size_t j = 0;
  for (; j + vr_width <= n; j += vr_width) {
    const vr added = vr_multiply_add(va, vr_load(row_a + j), vr_load(gradient + j));
    const vr slope = vr_multiply_add(vb, vr_load(row_b + j), added);
    vr_store(gradient + j, slope);
    vectors_consider(&best, vr_load(room_above + j) - slope, position);
    position += vr_width;
  }
  struct ood_candidate found = vectors_largest(best);
  for (; j < n; j++) {
    const vr added = vr_multiply_add(va, vr_splat(row_a[j]), vr_splat(gradient[j]));
    gradient[j] = vr_multiply_add(vb, vr_splat(row_b[j]), added)[0];
    const double value = room_above[j] - gradient[j];
    if (value > found.value) found = (struct ood_candidate){(int64_t)j, value};
  }
  return found;
}

static struct ood_candidate vectors_second(double best, double diagonal_i, double least, const double *row,
                                           const double *diagonal, const double *gradient, const double *room_below,
                                           size_t n, double *worst) {
  struct vectors_best gains = vectors_none();
  vrl position = vectors_lanes();
  vr largest = (vr)(-INFINITY);
  size_t j = 0;
  for (; j + vr_width <= n; j += vr_width) {
    const vr slope = vr_load(gradient + j) + vr_load(room_below + j);
    largest = slope > largest ? slope : largest;
    const vr difference = best + slope;
    const vr curvature = diagonal_i + vr_load(diagonal + j) - 2 * vr_load(row + j);
    const vr gain = difference * difference / (curvature > least ? curvature : (vr)least);
    vectors_consider(&gains, difference > 0 ? gain : (vr)(-INFINITY), position);
    position += vr_width;
  }
  struct ood_candidate found = vectors_largest(gains);
  double most = vr_largest(largest);
  for (; j < n; j++) {
    const double slope = gradient[j] + room_below[j];
    most = slope > most ? slope : most;
    const double difference = best + slope;
    if (!(difference > 0)) continue;
    const double curvature = diagonal_i + diagonal[j] - 2 * row[j];
    const double gain = difference * difference / (curvature > least ? curvature : least);
    if (gain > found.value) found = (struct ood_candidate){(int64_t)j, gain};
  }
  *worst = most;
  return found;
}

static const struct ood_support_vectors support_vectors_table = {
    .rows = vectors_rows,
    .add_rows = vectors_add_rows,
    .first = vectors_first,
    .step = vectors_step,
    .second = vectors_second,
};
