/// Monotone rational-quadratic splines (Gregory and Delbourgo, 1982), as couplings of a flow use them (Durkan, Bekasov, Murray
/// and Papamakarios, Neural spline flows, 2019, equations 4 to 8).
///
/// Each number x has a spline of its own with K = `bins` pieces on [-B, B], B = `bound`, and is left alone outside. The spline
/// is given by 3K - 1 parameters: K for widths and K for heights, which become 2B (m + (1 - K m) softmax) with m = 0.001, and
/// K - 1 for the slopes at inner knots, which become 0.001 + softplus(. + c), c such that 0 gives the slope 1. Slopes at
/// both ends are 1, so the map has a continuous derivative everywhere, and parameters that are all 0 give the identity.
///
/// With ξ = (x - x_k) / w in piece k of width w, height h, slopes d0 and d1 at its ends, and s = h / w:
///
///     y = y_k + h (s ξ² + d0 ξ (1 - ξ)) / β,   β = s + (d1 + d0 - 2 s) ξ (1 - ξ)
///     dy/dx = s² (d1 ξ² + 2 s ξ (1 - ξ) + d0 (1 - ξ)²) / β²
///
/// Matrices are [rows, columns] with row strides in elements. A row of parameters is [3K - 1, columns]: parameter j of column c
/// is parameters[r * stride + j * columns + c]. 2 <= K <= ood_most_bins. Rows are independent: a caller may split them freely.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum { ood_most_bins = 64 };

/// Which splines a call is about.
struct ood_spline_settings {
  size_t bins;
  float bound;
};

struct ood_spline {
  /// y = f(x), and log_determinant[r] = Σ_c log f'(x[r][c]) (written, not added). `y` may be `x`.
  void (*forward)(struct ood_spline_settings settings, const float *x, size_t x_stride,
                  const float *parameters, size_t parameter_stride, float *y, size_t y_stride,
                  float *log_determinant, size_t rows, size_t columns);

  /// x = f^-1(y), and log_determinant[r] = -Σ_c log f'(x[r][c]). `x` may be `y`.
  void (*inverse)(struct ood_spline_settings settings, const float *y, size_t y_stride,
                  const float *parameters, size_t parameter_stride, float *x, size_t x_stride,
                  float *log_determinant, size_t rows, size_t columns);

  /// The gradient of `forward` to x and the parameters, from the upstreams of its two results. `dx` may be `upstream_y` or
  /// `x`, `d_parameters` may be `parameters`.
  void (*backward)(struct ood_spline_settings settings, const float *upstream_y, size_t upstream_stride,
                   const float *upstream_log_determinant, const float *x, size_t x_stride,
                   const float *parameters, size_t parameter_stride, float *dx, size_t dx_stride,
                   float *d_parameters, size_t d_parameter_stride, size_t rows, size_t columns);
};

#pragma clang assume_nonnull end
