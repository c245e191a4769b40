// Kernel sums; see include/ood_kernel_density.h. Points lie in the lanes; a strip of points passes at a time: first its
// squared distances, then its terms.
#pragma once

#include <math.h>
#include <stddef.h>

#include "../include/ood_kernel_density.h"

#include "register_double.h"
#include "simd.h"

enum {
  density_vectors = 4,
  density_points = density_vectors * vr_width,
  density_queries = OOD_WIDTH == 16 ? 4 : 2,
  density_strip = 1024,
};

static void density_pack(const double *y, size_t n, size_t d, double *panels) {
  for (size_t first = 0; first < n; first += density_points) {
    const size_t points = n - first < density_points ? n - first : density_points;
    double *panel = panels + first * d;
    for (size_t k = 0; k < d; k++) {
      for (size_t p = 0; p < points; p++) panel[k * density_points + p] = y[(first + p) * d + k];
      for (size_t p = points; p < density_points; p++) panel[k * density_points + p] = 0;
    }
  }
}

/// x_i . y_j, or the squared distances, of `queries` rows of x, a constant, and the points of one panel.
OOD_INLINE void density_tile(const int queries, const int linear, const double *x, const double *panel, size_t d,
                             vr sums[density_queries][density_vectors]) {
  for (int i = 0; i < queries; i++) {
    for (int v = 0; v < density_vectors; v++) sums[i][v] = 0;
  }
  for (size_t k = 0; k < d; k++) {
    vr y[density_vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < density_vectors; v++) y[v] = vr_load(panel + k * density_points + (size_t)v * vr_width);
#pragma clang loop unroll(full)
    for (int i = 0; i < queries; i++) {
      const vr a = vr_splat(x[(size_t)i * d + k]);
#pragma clang loop unroll(full)
      for (int v = 0; v < density_vectors; v++) {
        if (linear) {
          sums[i][v] = vr_multiply_add(a, y[v], sums[i][v]);
        } else {
          const vr difference = a - y[v];
          sums[i][v] = vr_multiply_add(difference, difference, sums[i][v]);
        }
      }
    }
  }
}

/// Squared distances of `queries` rows of x, a constant, to the points of one panel; out[i density_strip + p].
OOD_INLINE void density_distances(const int queries, const double *x, const double *panel, size_t d, double *out) {
  vr sums[density_queries][density_vectors];
  density_tile(queries, 0, x, panel, d, sums);
  for (int i = 0; i < queries; i++) {
    for (int v = 0; v < density_vectors; v++) {
      vr_store(out + (size_t)i * density_strip + (size_t)v * vr_width, sums[i][v]);
    }
  }
}

/// cos(pi u / 2) for 0 <= u <= 1, as 1 - 2 sin(pi u / 4)^2 with Taylor's series to degree 19, right to 2^-52.
OOD_INLINE vr density_cosine(vr u) {
  const vr a = u * 0x1.921fb54442d18p-1;
  const vr square = a * a;
  static const double coefficient[] = {-1.0 / 121645100408832000, 1.0 / 355687428096000, -1.0 / 1307674368000,
                                       1.0 / 6227020800,          -1.0 / 39916800,       1.0 / 362880,
                                       -1.0 / 5040,               1.0 / 120,             -1.0 / 6,
                                       1};
  vr p = vr_splat(coefficient[0]);
  for (int i = 1; i < 10; i++) p = vr_multiply_add(p, square, vr_splat(coefficient[i]));
  const vr sine = p * a;
  return 1 - 2 * sine * sine;
}

/// A sum of terms that are e^-(exponent): its true value is sum * e^-least.
struct density_sum {
  double sum;
  double least;
};

/// Adds e^-(values[j]) over a strip; values past `count` up to a whole vector may be anything.
OOD_INLINE struct density_sum density_add_exponentials(struct density_sum total, double *values, size_t count) {
  while (count % vr_width) values[count++] = INFINITY;
  vr least = vr_splat(INFINITY);
  for (size_t j = 0; j < count; j += vr_width) least = __builtin_elementwise_min(least, vr_load(values + j));
  const double smallest = vr_smallest(least);
  if (smallest < total.least) {
    total.sum *= total.sum > 0 ? exp(smallest - total.least) : 0;
    total.least = smallest;
  }
  if (total.least == INFINITY) return total;
  vr sum = 0;
  for (size_t j = 0; j < count; j += vr_width) sum += vr_exp(total.least - vr_load(values + j));
  total.sum += vr_total(sum);
  return total;
}

/// The sum of a compact kernel over a strip of u^2.
OOD_INLINE double density_compact(enum ood_density_kernel kernel, double *squares, size_t count) {
  while (count % vr_width) squares[count++] = INFINITY;
  vr sum = 0;
  for (size_t j = 0; j < count; j += vr_width) {
    const vr square = vr_load(squares + j);
    const vr inside = square < 1 ? square : (vr)1;
    vr term;
    switch (kernel) {
      case ood_density_tophat: term = 1; break;
      case ood_density_epanechnikov: term = 1 - inside; break;
      case ood_density_linear: term = 1 - __builtin_elementwise_sqrt(inside); break;
      default: term = density_cosine(__builtin_elementwise_sqrt(inside)); break;
    }
    sum += square < 1 ? term : (vr)0;
  }
  return vr_total(sum);
}

OOD_INLINE void density_rows(const int queries, enum ood_density_kernel kernel, const double *x, const double *panels,
                             size_t n, size_t d, double h, double *out) {
  double strip[density_queries][density_strip];
  struct density_sum totals[density_queries];
  for (int i = 0; i < queries; i++) totals[i] = (struct density_sum){0, INFINITY};
  const double scale = kernel == ood_density_gaussian ? 0.5 / h / h : 1 / h;
  for (size_t first = 0; first < n; first += density_strip) {
    const size_t count = n - first < density_strip ? n - first : density_strip;
    for (size_t p = 0; p < count; p += density_points) {
      density_distances(queries, x, panels + (first + p) * d, d, strip[0] + p);
    }
    for (int i = 0; i < queries; i++) {
      double *squares = strip[i];
      switch (kernel) {
        case ood_density_gaussian:
          for (size_t j = 0; j < count; j++) squares[j] *= scale;
          totals[i] = density_add_exponentials(totals[i], squares, count);
          break;
        case ood_density_exponential:
          for (size_t j = 0; j < count; j++) squares[j] = __builtin_sqrt(squares[j]) * scale;
          totals[i] = density_add_exponentials(totals[i], squares, count);
          break;
        default:
          for (size_t j = 0; j < count; j++) squares[j] *= scale * scale;
          totals[i].sum += density_compact(kernel, squares, count);
      }
    }
  }
  const int exponential = kernel == ood_density_gaussian || kernel == ood_density_exponential;
  for (int i = 0; i < queries; i++) {
    out[i] = totals[i].sum > 0 ? log(totals[i].sum) - (exponential ? totals[i].least : 0) : -INFINITY;
  }
}

static void density_log_sums(enum ood_density_kernel kernel, const double *x, size_t m, const double *panels, size_t n,
                             size_t d, double h, double *out) {
  size_t i = 0;
  for (; i + density_queries <= m; i += density_queries) {
    density_rows(density_queries, kernel, x + i * d, panels, n, d, h, out + i);
  }
  for (; i < m; i++) density_rows(1, kernel, x + i * d, panels, n, d, h, out + i);
}

static const struct ood_kernel_density kernel_density_table = {
    .panel_points = density_points,
    .pack = density_pack,
    .log_sums = density_log_sums,
};
