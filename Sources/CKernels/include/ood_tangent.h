/// Layers of a network together with its Jacobian: the activation of a value and of the tangents that go with it.
///
/// A row has 1 + tangents parts of `width` numbers, one after the other: the value's sums a = x W, then the product v W of each
/// tangent v. With g a factor and s a shift of each row's value (what a layer knows besides x, its bias and the time),
///
///     z = a g + s,   y = f(z),   tangent' = f'(z) (v W) g.
///
/// Everything is row-major without gaps; rows are independent.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

enum ood_tangent_function { ood_tangent_identity, ood_tangent_tanh, ood_tangent_softplus };

struct ood_tangent {
  /// `sums` and `out` are [rows, 1 + tangents, width]; `shift` is [rows, width], and so is `factor`, NULL for 1. `out` may be `sums`.
  void (*forward)(enum ood_tangent_function f, const float *sums, const float *shift,
                  const float *_Nullable factor, float *out, size_t rows, size_t tangents, size_t width);

  /// The gradient of `forward`, in place: `upstream` is that of `out` and becomes that of `sums`. `d_shift` and `d_factor` (where there is
  /// a factor) are written, [rows, width].
  void (*backward)(enum ood_tangent_function f, const float *sums, const float *_Nullable factor,
                   const float *out, float *upstream, float *d_shift, float *_Nullable d_factor, size_t rows,
                   size_t tangents, size_t width);

  /// out[r] = [v, Σ_t e_t · J e_t, |v|², Σ_t |J e_t|²], the first `outputs` of these columns (D + 1 to D + 3), where `values` holds v and the
  /// tangents J e_t of each row, [rows, 1 + tangents, D], and `probes` the e_t, [rows, tangents, D].
  void (*divergence)(const float *values, const float *probes, float *out, size_t rows, size_t tangents,
                     size_t columns, size_t outputs);

  /// The gradient of `divergence` by `values`, from that of `out`, `upstream` [rows, outputs].
  void (*divergence_backward)(const float *upstream, const float *values, const float *probes,
                              float *d_values, size_t rows, size_t tangents, size_t columns, size_t outputs);
};

#pragma clang assume_nonnull end
