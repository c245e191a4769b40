/// Elementwise maps and their derivatives.
///
/// All functions here read and write each element once, in order, so a caller may cut a long array into
/// ranges and call them on each. A call that writes `ood_streaming_count` elements or more writes around the
/// caches: give very large arrays in ranges of at least that length to get the full bandwidth of the memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
  /// From this number of written elements on (16 MiB), results don't fit the caches and go to memory
  /// directly.
  ood_streaming_count = 1 << 22,
};

/// y = f(x). `p` is the parameter, which the others ignore. The derivative that `unary_gradient` multiplies
/// by is given with the array it reads (x, y or none): the other may be NULL there.
///
/// exp, log, sigmoid, tanh, softplus and atan are within 4 ulp of the exact value for every float, subnormal
/// arguments and results included, in every variant; infinities and NaN give what C's functions give.
/// The square root, the reciprocal and the arithmetic ones are correctly rounded; sin and cos are those of C.
enum ood_unary {
  /// -x. Derivative -1, reads none.
  ood_negate,
  /// max(x, 0); NaN stays NaN. Derivative 1 where y > 0, else 0; reads y.
  ood_relu,
  /// x where x > 0, else p x. Derivative 1 where x > 0, else p; reads x.
  ood_leaky_relu,
  /// 1 / (1 + exp(-x)). Derivative y (1 - y); reads y.
  ood_sigmoid,
  /// Derivative (1 - y)(1 + y); reads y.
  ood_tanh,
  /// log(1 + exp(x)). Derivative sigmoid(x); reads x.
  ood_softplus,
  /// Derivative y; reads y.
  ood_exp,
  /// Natural logarithm; -inf at 0, NaN below. Derivative 1 / x; reads x.
  ood_log,
  /// x². Derivative 2 x; reads x.
  ood_square,
  /// |x|. Derivative sign(x), 0 at 0; reads x.
  ood_abs,
  /// NaN below 0. Derivative 1 / (2 y); reads y.
  ood_sqrt,
  /// 1 / x. Derivative -y²; reads y.
  ood_reciprocal,
  /// 1, 0 or -1; NaN stays NaN. Derivative 0, reads none.
  ood_sign,
  /// 1 where x > 0, else 0. Derivative 0, reads none.
  ood_step,
  /// Derivative 1 / (1 + x²); reads x.
  ood_atan,
  /// p x. Derivative p, reads none.
  ood_scaled,
  /// x + p. Derivative 1, reads none.
  ood_shifted,
  /// Derivative cos(x); reads x.
  ood_sin,
  /// Derivative -sin(x); reads x.
  ood_cos,
};

/// y = f(a, b).
enum ood_binary {
  ood_add,
  ood_subtract,
  ood_multiply,
  ood_divide,
  /// The larger; NaN where either is NaN.
  ood_maximum,
  /// The smaller; NaN where either is NaN.
  ood_minimum,
  /// a where b > 0, else 0: what the derivative of ReLU does to its upstream.
  ood_gate,
};

/// The numbers of a step of Langevin dynamics.
struct ood_langevin {
  /// Multiplies the slope before it is clipped.
  float scale;
  /// The scaled slope is clipped to [-bound, bound]; INFINITY for no clipping.
  float bound;
  float step, noise;
  /// The result is clipped to [low, high]; infinite for no clipping.
  float low, high;
};

struct ood_map {
  /// y[i] = f(x[i]) for i < n. `y` may be `x`.
  void (*unary)(enum ood_unary f, float parameter, const float *x, float *y, size_t n);

  /// dx[i] = upstream[i] f'(x[i]) for i < n, from `x` or from `y` = f(x): see `ood_unary` for which one is
  /// read. `dx` may be `upstream`, `x` or `y`.
  void (*unary_gradient)(enum ood_unary f, float parameter, const float *upstream, const float *_Nullable x,
                         const float *_Nullable y, float *dx, size_t n);

  /// y[i] = f(a[i], b[i]) for i < n. `y` may be `a` or `b`.
  void (*binary)(enum ood_binary f, const float *a, const float *b, float *y, size_t n);

  /// y[r columns + c] = f(a[r a_row_stride + c a_column_stride], b[r b_row_stride + c b_column_stride]).
  ///
  /// Strides count elements. 0 repeats: strides (0, 0) are a scalar, (0, 1) a row added to each row, (1, 0) a
  /// column added to each column. Anything else is a strided or transposed view. `y` may be an operand
  /// whose strides are (columns, 1), and must not overlap an operand otherwise.
  void (*binary_2d)(enum ood_binary f, const float *a, size_t a_row_stride, size_t a_column_stride,
                    const float *b, size_t b_row_stride, size_t b_column_stride, float *y, size_t rows,
                    size_t columns);

  /// y[i] = y[i] + alpha x[i] for i < n. `y` may be `x`.
  void (*scale_add)(float alpha, const float *x, float *y, size_t n);

  /// y[i] = clip(x[i] + step clip(scale slope[i], -bound, bound) + noise z[i], low, high) for i < n, of finite
  /// numbers. `y` may be `x`, `slope` or `z`.
  void (*langevin)(const struct ood_langevin *settings, const float *x, const float *slope, const float *z,
                   float *y, size_t n);

  /// The first i with x[i] NaN or infinite, or n when there is none.
  size_t (*first_non_finite)(const float *x, size_t n);
};

#pragma clang assume_nonnull end
