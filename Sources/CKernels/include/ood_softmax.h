/// Softmax, its logarithm, and cross-entropy, over the rows of a matrix [rows, columns], columns >= 1.
///
/// The largest entry of a row is subtracted first, so any finite logits give finite results. An entry of -inf
/// has probability 0. A row whose largest entry is infinite has no softmax: NaN; its log-sum-exp is that
/// infinity. Rows are independent: a caller may split them freely.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_softmax {
  /// y[r][c] = exp(x[r][c]) / Σ_k exp(x[r][k]). `y` may be `x`.
  void (*softmax)(const float *x, float *y, size_t rows, size_t columns);

  /// y[r][c] = x[r][c] - log Σ_k exp(x[r][k]). `y` may be `x`.
  void (*log_softmax)(const float *x, float *y, size_t rows, size_t columns);

  /// result[r] = log Σ_k exp(x[r][k]).
  void (*log_sum_exp)(const float *x, float *result, size_t rows, size_t columns);

  /// From y = softmax(x): dx[r][c] = y[r][c] (upstream[r][c] - Σ_k upstream[r][k] y[r][k]).
  /// `dx` may be `upstream` or `y`.
  void (*softmax_gradient)(const float *upstream, const float *y, float *dx, size_t rows, size_t columns);

  /// From y = log_softmax(x): dx[r][c] = upstream[r][c] - exp(y[r][c]) Σ_k upstream[r][k].
  /// `dx` may be `upstream` or `y`.
  void (*log_softmax_gradient)(const float *upstream, const float *y, float *dx, size_t rows, size_t columns);

  /// loss[r] = -log softmax(logits)[r][labels[r]], in nats. 0 <= labels[r] < columns is the caller's duty.
  void (*cross_entropy)(const float *logits, const int32_t *labels, float *loss, size_t rows, size_t columns);

  /// d_logits[r][c] = upstream[r] (softmax(logits)[r][c] - [c = labels[r]]). `d_logits` may be `logits`.
  void (*cross_entropy_gradient)(const float *logits, const int32_t *labels, const float *upstream,
                                 float *d_logits, size_t rows, size_t columns);
};

#pragma clang assume_nonnull end
