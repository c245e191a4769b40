#pragma once

#include <math.h>
#include <stddef.h>

#include "../include/ood_runge_kutta.h"

#include "simd.h"

/// Σ_j weights[j] k[j][i] of the elements i ..< i + n.
OOD_INLINE vf runge_kutta_sum(const float *const *k, const float *weights, size_t count, size_t i, size_t n) {
  vf sum = 0;
  for (size_t j = 0; j < count; j++) sum = multiply_add(splat(weights[j]), load_some(k[j] + i, n), sum);
  return sum;
}

static void runge_kutta_combine(const float *y, const float *const *k, const float *weights, size_t count,
                                const float *h, float *out, size_t rows, size_t columns) {
  if (columns < OOD_WIDTH) {
    // Rows follow each other without a gap, so vectors run over them; each lane has its own row's step.
    const size_t n = rows * columns;
    size_t row = 0, column = 0;
    for (size_t i = 0; i < n; i += OOD_WIDTH) {
      const size_t some = n - i < OOD_WIDTH ? n - i : OOD_WIDTH;
      float steps[OOD_WIDTH] = {0};
      for (size_t lane = 0; lane < some; lane++) {
        steps[lane] = h[row];
        if (++column == columns) column = 0, row++;
      }
      const vf start = y ? load_some(y + i, some) : splat(0);
      store_some(out + i, multiply_add(load(steps), runge_kutta_sum(k, weights, count, i, some), start), some);
    }
    return;
  }
  for (size_t r = 0; r < rows; r++) {
    const vf step = splat(h[r]);
    for (size_t c = 0; c < columns; c += OOD_WIDTH) {
      const size_t i = r * columns + c, some = columns - c < OOD_WIDTH ? columns - c : OOD_WIDTH;
      const vf start = y ? load_some(y + i, some) : splat(0);
      store_some(out + i, multiply_add(step, runge_kutta_sum(k, weights, count, i, some), start), some);
    }
  }
}

static void runge_kutta_error(const float *const *k, const float *weights, size_t count, const float *h,
                              const float *y0, const float *y1, float absolute, float relative, double *out,
                              size_t rows, size_t columns, size_t controlled) {
  for (size_t r = 0; r < rows; r++) {
    double sum = 0;
    for (size_t c = 0; c < controlled; c++) {
      const size_t i = r * columns + c;
      double error = 0;
      for (size_t j = 0; j < count; j++) error += (double)weights[j] * (double)k[j][i];
      const float a = fabsf(y0[i]), b = fabsf(y1[i]);
      const double ratio = (double)h[r] * error / ((double)absolute + (double)relative * (double)(a > b ? a : b));
      sum += ratio * ratio;
    }
    out[r] = sqrt(sum / (double)(controlled > 0 ? controlled : 1));
  }
}

static const struct ood_runge_kutta runge_kutta_table = {
    .combine = runge_kutta_combine,
    .error = runge_kutta_error,
};
