// Two orders of summation, chosen by the number of coordinates alone: few coordinates put OOD_WIDTH points of
// y in the lanes of a vector, many put OOD_WIDTH coordinates there.

#include "shuffle.h"

enum { distance_few = 32, distance_tile = 4 };

OOD_INLINE vf distance_add(int manhattan, vf a, vf b, vf sum) {
  const vf difference = a - b;
  return manhattan ? sum + __builtin_elementwise_abs(difference) : multiply_add(difference, difference, sum);
}

/// The sum of the lanes, by halves.
OOD_INLINE float distance_total(vf v) {
  float lanes[OOD_WIDTH];
  store(lanes, v);
  for (int half = OOD_WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

OOD_INLINE void distance_few_coordinates(int manhattan, const float *x, size_t m, const float *y, size_t n,
                                         size_t d, float *out, size_t out_stride) {
  // A panel holds 2 OOD_WIDTH points of y, turned: panel[k][j] = y[j, k].
  float panel[distance_few][2 * OOD_WIDTH] = {{0}};
  for (size_t j = 0; j < n; j += 2 * OOD_WIDTH) {
    const size_t points = n - j < 2 * OOD_WIDTH ? n - j : 2 * OOD_WIDTH;
    for (size_t p = 0; p < points; p++) {
      for (size_t k = 0; k < d; k++) panel[k][p] = y[(j + p) * d + k];
    }
    for (size_t i = 0; i < m; i++) {
      vf sum0 = 0, sum1 = 0;
      for (size_t k = 0; k < d; k++) {
        const vf a = splat(x[i * d + k]);
        sum0 = distance_add(manhattan, a, load(panel[k]), sum0);
        sum1 = distance_add(manhattan, a, load(panel[k] + OOD_WIDTH), sum1);
      }
      float *to = out + i * out_stride + j;
      if (points == 2 * OOD_WIDTH) {
        store(to, sum0);
        store(to + OOD_WIDTH, sum1);
      } else if (points >= OOD_WIDTH) {
        store(to, sum0);
        store_partial(to + OOD_WIDTH, sum1, points - OOD_WIDTH);
      } else {
        store_partial(to, sum0, points);
      }
    }
  }
}

/// `rows` by `columns` pairs at once, at most distance_tile each.
OOD_INLINE void distance_block(int manhattan, const float *x, size_t rows, const float *y, size_t columns,
                               size_t d, float *out, size_t out_stride) {
  vf sum[distance_tile][distance_tile];
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) sum[i][j] = 0;
  }
  size_t k = 0;
  for (; k + OOD_WIDTH <= d; k += OOD_WIDTH) {
    vf b[distance_tile];
    for (size_t j = 0; j < columns; j++) b[j] = load(y + j * d + k);
    for (size_t i = 0; i < rows; i++) {
      const vf a = load(x + i * d + k);
      for (size_t j = 0; j < columns; j++) sum[i][j] = distance_add(manhattan, a, b[j], sum[i][j]);
    }
  }
  if (k < d) {
    for (size_t i = 0; i < rows; i++) {
      const vf a = load_partial(x + i * d + k, d - k);
      for (size_t j = 0; j < columns; j++) {
        sum[i][j] = distance_add(manhattan, a, load_partial(y + j * d + k, d - k), sum[i][j]);
      }
    }
  }
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) out[i * out_stride + j] = distance_total(sum[i][j]);
  }
}

OOD_INLINE void distance_many_coordinates(int manhattan, const float *x, size_t m, const float *y, size_t n,
                                          size_t d, float *out, size_t out_stride) {
  // A band of rows of y stays in the second cache while the rows of x pass.
  const size_t band = ((size_t)64 << 10) / d / distance_tile * distance_tile + distance_tile;
  for (size_t first = 0; first < n; first += band) {
    const size_t end = n - first < band ? n : first + band;
    size_t i = 0;
    for (; i + distance_tile <= m; i += distance_tile) {
      size_t j = first;
      for (; j + distance_tile <= end; j += distance_tile) {
        distance_block(manhattan, x + i * d, distance_tile, y + j * d, distance_tile, d,
                       out + i * out_stride + j, out_stride);
      }
      for (; j < end; j++) {
        distance_block(manhattan, x + i * d, distance_tile, y + j * d, 1, d, out + i * out_stride + j,
                       out_stride);
      }
    }
    for (; i < m; i++) {
      size_t j = first;
      for (; j + distance_tile <= end; j += distance_tile) {
        distance_block(manhattan, x + i * d, 1, y + j * d, distance_tile, d, out + i * out_stride + j,
                       out_stride);
      }
      for (; j < end; j++) {
        distance_block(manhattan, x + i * d, 1, y + j * d, 1, d, out + i * out_stride + j, out_stride);
      }
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
