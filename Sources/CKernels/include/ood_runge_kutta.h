/// The arithmetic of Runge-Kutta steps of many states side by side, each with its own step: states are the rows of
/// row-major matrices [rows, columns] without gaps. A row's results depend on that row alone.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

struct ood_runge_kutta {
  /// out[r][c] = y[r][c] + h[r] Σ_j weights[j] k[j][r][c] for `count` matrices k; `out` may be y. Where y is NULL it counts as 0.
  void (*combine)(const float *_Nullable y, const float *_Nonnull const *_Nonnull k, const float *weights,
                  size_t count, const float *h, float *out, size_t rows, size_t columns);

  /// out[r] = sqrt(1/m Σ_{c<m} (h[r] Σ_j weights[j] k[j][r][c] / (absolute + relative max(|y0[r][c]|, |y1[r][c]|)))²), the
  /// error of each row in units of what is allowed, over its first m = `controlled` columns; `y1` may be y0.
  void (*error)(const float *_Nonnull const *_Nonnull k, const float *weights, size_t count, const float *h,
                const float *y0, const float *y1, float absolute, float relative, double *out, size_t rows,
                size_t columns, size_t controlled);
};

#pragma clang assume_nonnull end
