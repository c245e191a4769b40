/// The affine coupling of Real NVP (Dinh, Sohl-Dickstein and Bengio, 2017, equations 7 and 8), on the half of
/// the columns that it changes.
///
/// A network gives `raw` and `shift`; the logarithm of the scale is clamped softly, as in FrEIA (Ardizzone et
/// al.),
///
///     s = clamp · 0.636 · atan(raw)        |s| < clamp
///     y = x exp(s) + shift                 log |det dy/dx| = Σ_c s[c]
///
/// Every matrix is [rows, columns] with its own row stride in elements (columns are next to each other), so
/// halves of wider matrices are used in place. An output may be an input with the same stride. Rows are
/// independent: a caller may split them freely.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_coupling {
  /// y = x exp(s) + shift, and log_determinant[r] = Σ_c s[r][c] (written, not added).
  void (*forward)(const float *x, size_t x_stride, const float *raw, size_t raw_stride, const float *shift,
                  size_t shift_stride, float clamp, float *y, size_t y_stride, float *log_determinant,
                  size_t rows, size_t columns);

  /// x = (y - shift) exp(-s), and log_determinant[r] = -Σ_c s[r][c], that of this inverse map.
  void (*inverse)(const float *y, size_t y_stride, const float *raw, size_t raw_stride, const float *shift,
                  size_t shift_stride, float clamp, float *x, size_t x_stride, float *log_determinant,
                  size_t rows, size_t columns);

  /// The gradient of `forward`, from the upstreams of its two results, u = dL/dy and
  /// v = dL/d(log_determinant):
  ///
  ///     dx = u exp(s)
  ///     d_raw = (u x exp(s) + v[r]) · clamp · 0.636 / (1 + raw²)
  ///     d_shift = u, which is not copied
  ///
  /// `dx` and `d_raw` may each be any of the three inputs.
  void (*backward)(const float *upstream_y, size_t upstream_stride, const float *upstream_log_determinant,
                   const float *x, size_t x_stride, const float *raw, size_t raw_stride, float clamp,
                   float *dx, size_t dx_stride, float *d_raw, size_t d_raw_stride, size_t rows,
                   size_t columns);
};

#pragma clang assume_nonnull end
