/// Batch normalization (Ioffe and Szegedy, 2015) of [rows, channels]; for images, rows = batch · height ·
/// width.
///
/// Training, with n rows, in two passes so that a large mean costs no digits of the variance (the corrected
/// two-pass algorithm: Chan, Golub and LeVeque, 1983):
///
///     moments(x, NULL, s, NULL, ...)       mean = s / n
///     moments(x, mean, s, q, ...)          variance = (q - s² / n) / n
///     deviation = sqrt(variance + ε)
///     apply(x, mean, γ / deviation, β, y, ...)
///
///     gradient_sums(u, x, mean, U, V, ...)   dβ = U,  dγ = V / deviation
///     gradient_apply(u, x, mean, a, b, k, dx, ...) with
///       a = γ / deviation,  b = -a V / (n deviation²),  k = -a U / n
///
/// which is dx = a (u - U/n - x̂ Σ(u x̂)/n), x̂ = (x - mean) / deviation. With fixed statistics dx is a u:
/// b and k are zero.
///
/// Every call may be given a range of rows. Sums are then the range's own: the caller adds them in the order
/// of the rows, which keeps the bits independent of the number of threads. They are as accurate as in
/// ood_reduce.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_normalization {
  /// sum[c] = Σ_r (x[r][c] - shift[c]) and, unless `sum_of_squares` is NULL,
  /// sum_of_squares[c] = Σ_r (x[r][c] - shift[c])². A NULL `shift` is zero.
  void (*moments)(const float *x, const float *_Nullable shift, double *sum, double *_Nullable sum_of_squares,
                  size_t rows, size_t channels);

  /// y[r][c] = (x[r][c] - mean[c]) scale[c] + offset[c]. `y` may be `x`.
  void (*apply)(const float *x, const float *mean, const float *scale, const float *offset, float *y,
                size_t rows, size_t channels);

  /// sum[c] = Σ_r upstream[r][c] and product[c] = Σ_r upstream[r][c] (x[r][c] - mean[c]).
  void (*gradient_sums)(const float *upstream, const float *x, const float *mean, double *sum,
                        double *product, size_t rows, size_t channels);

  /// dx[r][c] = a[c] upstream[r][c] + b[c] (x[r][c] - mean[c]) + k[c]. `dx` may be `upstream` or `x`.
  void (*gradient_apply)(const float *upstream, const float *x, const float *mean, const float *a,
                         const float *b, const float *k, float *dx, size_t rows, size_t channels);
};

#pragma clang assume_nonnull end
