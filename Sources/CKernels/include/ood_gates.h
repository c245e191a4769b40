/// Gates: the halves of a row multiplied with each other, one through a sigmoid.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

/// What the first half passes through.
enum ood_gated_function {
  ood_gated_identity,
  ood_gated_tanh,
};

/// Rows of x hold a[columns], then b[columns]; rows of y hold `columns` numbers. Rows may be cut anywhere.
struct ood_gates {
  /// y = f(a) sigmoid(b).
  void (*forward)(enum ood_gated_function f, const float *x, float *y, size_t rows, size_t columns);

  /// The gradients to a and b, in rows like those of x, from that to y: u f'(a) sigmoid(b) and
  /// u f(a) sigmoid(b) (1 - sigmoid(b)). `dx` may be `x`.
  void (*backward)(enum ood_gated_function f, const float *upstream, const float *x, float *dx, size_t rows,
                   size_t columns);
};

#pragma clang assume_nonnull end
