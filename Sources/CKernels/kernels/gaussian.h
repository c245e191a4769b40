// Work of Gaussians; see include/ood_gaussian.h.
#pragma once

#include <math.h>
#include <stddef.h>

#include "../include/ood_gaussian.h"

#include "register_double.h"
#include "simd.h"

enum {
  gaussian_vectors = 4,
  gaussian_block = gaussian_vectors * vr_width,  // examples in the lanes of squared_norms
  gaussian_rows = OOD_WIDTH == 16 ? 4 : 2,       // rows of W at once
  scatter_rows = 8,
  scatter_columns = 16,
  scatter_block = 64,  // examples that are centred and weighted before they are multiplied
};

static size_t gaussian_norms_scratch(size_t d) { return 2 * d * gaussian_block; }

/// squares[v] += (row of W . turned)^2 for `rows` rows of W, a constant.
OOD_INLINE void gaussian_add_rows(const int rows, const double *w, size_t d, size_t columns, const double *turned,
                                  vr *squares) {
  vr sums[gaussian_rows][gaussian_vectors];
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < gaussian_vectors; v++) sums[i][v] = 0;
  }
  for (size_t k = 0; k < columns; k++) {
    vr x[gaussian_vectors];
#pragma clang loop unroll(full)
    for (int v = 0; v < gaussian_vectors; v++) x[v] = vr_load(turned + k * gaussian_block + (size_t)v * vr_width);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const vr a = vr_splat(w[(size_t)i * d + k]);
#pragma clang loop unroll(full)
      for (int v = 0; v < gaussian_vectors; v++) sums[i][v] = vr_multiply_add(a, x[v], sums[i][v]);
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int v = 0; v < gaussian_vectors; v++) squares[v] = vr_multiply_add(sums[i][v], sums[i][v], squares[v]);
  }
}

static void gaussian_squared_norms(const double *x, size_t n, size_t d, const double *mean, const double *w, size_t r,
                                   enum ood_gaussian_shape shape, double *out, double *scratch) {
  for (size_t first = 0; first < n; first += gaussian_block) {
    const size_t count = n - first < gaussian_block ? n - first : gaussian_block;
    for (size_t k = 0; k < d; k++) {
      const double m = mean[k];
      double *to = scratch + k * gaussian_block;
      for (size_t i = 0; i < count; i++) to[i] = x[(first + i) * d + k] - m;
      for (size_t i = count; i < gaussian_block; i++) to[i] = 0;
    }
    vr squares[gaussian_vectors];
    for (int v = 0; v < gaussian_vectors; v++) squares[v] = 0;
    if (shape == ood_gaussian_diagonal) {
      for (size_t k = 0; k < d; k++) {
        for (int v = 0; v < gaussian_vectors; v++) {
          const vr y = vr_load(scratch + k * gaussian_block + (size_t)v * vr_width) * w[k];
          squares[v] = vr_multiply_add(y, y, squares[v]);
        }
      }
    } else {
      size_t i = 0;
      for (; i + gaussian_rows <= r; i += gaussian_rows) {
        gaussian_add_rows(gaussian_rows, w + i * d, d, shape == ood_gaussian_lower ? i + gaussian_rows : d, scratch,
                          squares);
      }
      for (; i < r; i++) {
        gaussian_add_rows(1, w + i * d, d, shape == ood_gaussian_lower ? i + 1 : d, scratch, squares);
      }
    }
    double block[gaussian_block];
    for (int v = 0; v < gaussian_vectors; v++) vr_store(block + (size_t)v * vr_width, squares[v]);
    __builtin_memcpy(out + first, block, count * sizeof(double));
  }
}

static size_t gaussian_scatter_stride(size_t d) { return (d + 15) / 16 * 16; }

static size_t gaussian_scatter_scratch(size_t d) { return 2 * scatter_block * gaussian_scatter_stride(d); }

/// A tile of S: rows [a, a + scatter_rows), columns [b, b + scatter_columns).
OOD_INLINE void gaussian_scatter_tile(const double *weighted, const double *centred, size_t rows, size_t stride,
                                      size_t a, size_t b, double *s) {
  enum { vectors = scatter_columns / vr_width, half = vectors > 2 ? 2 : vectors };
  for (int part = 0; part < vectors; part += half) {
    vr sums[scatter_rows][half];
    double *to = s + a * stride + b + (size_t)part * vr_width;
    for (int i = 0; i < scatter_rows; i++) {
      for (int v = 0; v < half; v++) sums[i][v] = vr_load(to + (size_t)i * stride + (size_t)v * vr_width);
    }
    for (size_t row = 0; row < rows; row++) {
      const double *right = centred + row * stride + b + (size_t)part * vr_width;
      const double *left = weighted + row * stride + a;
      vr y[half];
#pragma clang loop unroll(full)
      for (int v = 0; v < half; v++) y[v] = vr_load(right + (size_t)v * vr_width);
#pragma clang loop unroll(full)
      for (int i = 0; i < scatter_rows; i++) {
        const vr w = vr_splat(left[i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < half; v++) sums[i][v] = vr_multiply_add(w, y[v], sums[i][v]);
      }
    }
    for (int i = 0; i < scatter_rows; i++) {
      for (int v = 0; v < half; v++) vr_store(to + (size_t)i * stride + (size_t)v * vr_width, sums[i][v]);
    }
  }
}

static void gaussian_scatter(const double *x, size_t n, size_t d, const double *weights, size_t weight_stride,
                             const double *mean, double *s, double *scratch) {
  const size_t stride = gaussian_scatter_stride(d);
  double *centred = scratch, *weighted = scratch + scatter_block * stride;
  size_t next = 0;
  while (next < n) {
    size_t rows = 0;
    for (; next < n && rows < scatter_block; next++) {
      const double w = weights ? weights[next * weight_stride] : 1;
      if (w == 0) continue;
      double *c = centred + rows * stride, *e = weighted + rows * stride;
      const double *row = x + next * d;
      for (size_t k = 0; k < d; k++) {
        c[k] = row[k] - mean[k];
        e[k] = w * c[k];
      }
      for (size_t k = d; k < stride; k++) c[k] = e[k] = 0;
      rows++;
    }
    for (size_t a = 0; a < d; a += scatter_rows) {
      for (size_t b = 0; b < a + scatter_rows && b < d; b += scatter_columns) {
        gaussian_scatter_tile(weighted, centred, rows, stride, a, b, s);
      }
    }
  }
}

static double gaussian_weighted_sums(const double *x, size_t n, size_t d, const double *weights, size_t weight_stride,
                                     double *sums) {
  double total = 0;
  for (size_t i = 0; i < n; i++) {
    const double w = weights ? weights[i * weight_stride] : 1;
    if (w == 0) continue;
    total += w;
    const double *row = x + i * d;
    size_t k = 0;
    for (; k + vr_width <= d; k += vr_width) {
      vr_store(sums + k, vr_multiply_add(vr_splat(w), vr_load(row + k), vr_load(sums + k)));
    }
    for (; k < d; k++) sums[k] = vr_multiply_add(vr_splat(w), vr_splat(row[k]), vr_splat(sums[k]))[0];
  }
  return total;
}

OOD_INLINE double gaussian_dot(const double *x, const double *y, size_t n) {
  vr sum0 = 0, sum1 = 0;
  size_t k = 0;
  for (; k + 2 * vr_width <= n; k += 2 * vr_width) {
    sum0 = vr_multiply_add(vr_load(x + k), vr_load(y + k), sum0);
    sum1 = vr_multiply_add(vr_load(x + k + vr_width), vr_load(y + k + vr_width), sum1);
  }
  double total = k ? vr_total(sum0 + sum1) : 0;
  for (; k < n; k++) total += x[k] * y[k];
  return total;
}

static size_t gaussian_cholesky(double *a, size_t d) {
  for (size_t i = 0; i < d; i++) {
    double *row = a + i * d;
    for (size_t j = 0; j < i; j++) row[j] = (row[j] - gaussian_dot(row, a + j * d, j)) / a[j * d + j];
    const double pivot = row[i] - gaussian_dot(row, row, i);
    if (!(pivot > 0)) return i;
    row[i] = __builtin_sqrt(pivot);
    for (size_t j = i + 1; j < d; j++) row[j] = 0;
  }
  return d;
}

static void gaussian_invert_lower(const double *l, size_t d, double *out) {
  // Row i of the inverse: (e_i - sum over k < i of l_ik row_k) / l_ii.
  for (size_t i = 0; i < d; i++) {
    double *row = out + i * d;
    for (size_t j = 0; j < d; j++) row[j] = 0;
    for (size_t k = 0; k < i; k++) {
      const double factor = -l[i * d + k];
      if (factor == 0) continue;
      const double *other = out + k * d;
      for (size_t j = 0; j <= k; j++) row[j] += factor * other[j];
    }
    for (size_t j = 0; j < i; j++) row[j] /= l[i * d + i];
    row[i] = 1 / l[i * d + i];
  }
}

static void gaussian_responsibilities(double *logs, size_t m, size_t n, size_t stride, double *log_sums) {
  for (size_t i = 0; i < n; i += vr_width) {
    vr largest = vr_splat(-INFINITY);
    for (size_t j = 0; j < m; j++) largest = __builtin_elementwise_max(largest, vr_load(logs + j * stride + i));
    const vr base = largest == -INFINITY ? (vr)0 : largest;
    vr sum = 0;
    for (size_t j = 0; j < m; j++) {
      const vr term = vr_exp(vr_load(logs + j * stride + i) - base);
      vr_store(logs + j * stride + i, term);
      sum += term;
    }
    const vr inverse = sum > 0 ? 1 / sum : (vr)0;
    for (size_t j = 0; j < m; j++) vr_store(logs + j * stride + i, vr_load(logs + j * stride + i) * inverse);
    for (int lane = 0; lane < vr_width; lane++) {
      log_sums[i + (size_t)lane] = sum[lane] > 0 ? log(sum[lane]) + base[lane] : -INFINITY;
    }
  }
}

static const struct ood_gaussian gaussian_table = {
    .norms_scratch = gaussian_norms_scratch,
    .squared_norms = gaussian_squared_norms,
    .scatter_stride = gaussian_scatter_stride,
    .scatter_scratch = gaussian_scatter_scratch,
    .scatter = gaussian_scatter,
    .weighted_sums = gaussian_weighted_sums,
    .cholesky = gaussian_cholesky,
    .invert_lower = gaussian_invert_lower,
    .responsibilities = gaussian_responsibilities,
};
