// Two orders of summation, chosen by the number of coordinates alone: few coordinates put OOD_WIDTH points of
// y in the lanes of a vector, many put OOD_WIDTH coordinates there.

#include "shuffle.h"

// Pairs whose sums are kept in registers at once: distance_rows x distance_columns. AVX-512 and NEON have 32
// registers.
enum { distance_few = 32, distance_columns = 4 };
#if OOD_WIDTH == 16 || defined(__aarch64__)
enum { distance_rows = 4 };
#else
enum { distance_rows = 2 };
#endif

OOD_INLINE vf distance_add(int manhattan, vf a, vf b, vf sum) {
  const vf difference = a - b;
  return manhattan ? sum + __builtin_elementwise_abs(difference) : multiply_add(difference, difference, sum);
}

/// Quarters of a vector's lanes added up: the first two steps of a total.
OOD_INLINE vf4 distance_quarters(vf v) {
#if OOD_WIDTH == 16
  const vf4 a = __builtin_shufflevector(v, v, 0, 1, 2, 3), b = __builtin_shufflevector(v, v, 4, 5, 6, 7);
  const vf4 c = __builtin_shufflevector(v, v, 8, 9, 10, 11),
            d = __builtin_shufflevector(v, v, 12, 13, 14, 15);
  return (a + c) + (b + d);
#elif OOD_WIDTH == 8
  return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
#else
  return v;
#endif
}

/// The sum of the lanes.
OOD_INLINE float distance_total(vf v) {
  const vf4 q = distance_quarters(v);
  return (q[0] + q[2]) + (q[1] + q[3]);
}

/// The sums of the lanes of four vectors, each added in the order of `distance_total`.
OOD_INLINE vf4 distance_totals(vf v0, vf v1, vf v2, vf v3) {
  const vf4 a = distance_quarters(v0), b = distance_quarters(v1), c = distance_quarters(v2),
            d = distance_quarters(v3);
  const vf4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const vf4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

OOD_INLINE void distance_few_coordinates(int manhattan, const float *x, size_t m, const float *y, size_t n,
                                         size_t d, float *out, size_t out_stride) {
  // A panel holds points of y, turned: panel[k][j] = y[j, k]. Its rows are read in bands of four vectors.
  enum { panel_points = 128, band = 4 * OOD_WIDTH };
  float panel[distance_few][panel_points] = {{0}};
  for (size_t j = 0; j < n; j += panel_points) {
    const size_t points = n - j < panel_points ? n - j : panel_points;
    for (size_t p = 0; p < points; p++) {
      for (size_t k = 0; k < d; k++) panel[k][p] = y[(j + p) * d + k];
    }
    for (size_t i = 0; i < m; i++) {
      for (size_t p = 0; p < points; p += band) {
        vf sum[4] = {0, 0, 0, 0};
        for (size_t k = 0; k < d; k++) {
          const vf a = splat(x[i * d + k]);
          for (int part = 0; part < 4; part++) {
            sum[part] = distance_add(manhattan, a, load(panel[k] + p + part * OOD_WIDTH), sum[part]);
          }
        }
        float *to = out + i * out_stride + j + p;
        if (points - p >= band) {
          for (int part = 0; part < 4; part++) store(to + part * OOD_WIDTH, sum[part]);
        } else {
          float last[band];
          for (int part = 0; part < 4; part++) store(last + part * OOD_WIDTH, sum[part]);
          __builtin_memcpy(to, last, (points - p) * sizeof(float));
        }
      }
    }
  }
}

/// `rows` by `columns` pairs at once; both are known when this is compiled, so that the sums stay in
/// registers.
OOD_INLINE void distance_block(int manhattan, const float *x, int rows, const float *y, int columns, size_t d,
                               float *out, size_t out_stride) {
  vf sum[distance_rows][distance_columns] = {{0}};
  size_t k = 0;
  for (; k + OOD_WIDTH <= d; k += OOD_WIDTH) {
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      const vf b = load(y + (size_t)j * d + k);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
        sum[i][j] = distance_add(manhattan, load(x + (size_t)i * d + k), b, sum[i][j]);
    }
  }
  if (k < d) {
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      const vf b = load_partial(y + (size_t)j * d + k, d - k);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        sum[i][j] = distance_add(manhattan, load_partial(x + (size_t)i * d + k, d - k), b, sum[i][j]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    float *to = out + (size_t)i * out_stride;
    if (columns == distance_columns) {
      store4(to, distance_totals(sum[i][0], sum[i][1], sum[i][2], sum[i][3]));
    } else {
      *to = distance_total(sum[i][0]);
    }
  }
}

OOD_INLINE void distance_many_coordinates(int manhattan, const float *x, size_t m, const float *y, size_t n,
                                          size_t d, float *out, size_t out_stride) {
  // A band of rows of y, about 256 KB, stays in the second cache while the rows of x pass.
  const size_t band = ((size_t)64 << 10) / d / distance_columns * distance_columns + distance_columns;
  for (size_t first = 0; first < n; first += band) {
    const size_t end = n - first < band ? n : first + band;
    size_t i = 0;
    for (; i + distance_rows <= m; i += distance_rows) {
      const float *xi = x + i * d;
      float *to = out + i * out_stride;
      size_t j = first;
      for (; j + distance_columns <= end; j += distance_columns) {
        distance_block(manhattan, xi, distance_rows, y + j * d, distance_columns, d, to + j, out_stride);
      }
      for (; j < end; j++) distance_block(manhattan, xi, distance_rows, y + j * d, 1, d, to + j, out_stride);
    }
    for (; i < m; i++) {
      const float *xi = x + i * d;
      float *to = out + i * out_stride;
      size_t j = first;
      for (; j + distance_columns <= end; j += distance_columns) {
        distance_block(manhattan, xi, 1, y + j * d, distance_columns, d, to + j, out_stride);
      }
      for (; j < end; j++) distance_block(manhattan, xi, 1, y + j * d, 1, d, to + j, out_stride);
    }
  }
}

static void distance_squared_euclidean(const float *x, size_t m, const float *y, size_t n, size_t d,
                                       float *out, size_t out_stride) {
  if (d <= distance_few) {
    distance_few_coordinates(0, x, m, y, n, d, out, out_stride);
  } else {
    distance_many_coordinates(0, x, m, y, n, d, out, out_stride);
  }
}

static void distance_manhattan(const float *x, size_t m, const float *y, size_t n, size_t d, float *out,
                               size_t out_stride) {
  if (d <= distance_few) {
    distance_few_coordinates(1, x, m, y, n, d, out, out_stride);
  } else {
    distance_many_coordinates(1, x, m, y, n, d, out, out_stride);
  }
}

static void distance_squared_norms(const float *x, size_t m, size_t d, float *out) {
  for (size_t i = 0; i < m; i++) {
    const float *row = x + i * d;
    vf sum[4] = {0, 0, 0, 0};
    size_t k = 0;
    for (; k + 4 * OOD_WIDTH <= d; k += 4 * OOD_WIDTH) {
      for (int part = 0; part < 4; part++) {
        const vf a = load(row + k + (size_t)part * OOD_WIDTH);
        sum[part] = multiply_add(a, a, sum[part]);
      }
    }
    for (; k < d; k += OOD_WIDTH) {
      const vf a = d - k >= OOD_WIDTH ? load(row + k) : load_partial(row + k, d - k);
      sum[0] = multiply_add(a, a, sum[0]);
    }
    out[i] = distance_total((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

static const struct ood_distance distance_table = {
    .squared_euclidean = distance_squared_euclidean,
    .manhattan = distance_manhattan,
    .squared_norms = distance_squared_norms,
};
