/// Quadratic forms, weighted scatter matrices and small factorizations in double precision: the work of covariances and
/// of mixtures of Gaussians.
///
/// The order of every sum depends on the shapes and the kernel variant only; examples may be split and batched in any way
/// where results belong to single examples.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

/// What a matrix W holds.
enum ood_gaussian_shape {
  /// W is [r, d].
  ood_gaussian_dense,
  /// W is [d, d], zero above the diagonal (the zeros are stored).
  ood_gaussian_lower,
  /// W is a diagonal, [d].
  ood_gaussian_diagonal,
};

struct ood_gaussian {
  /// Doubles of scratch that `squared_norms` needs for d features.
  size_t (*norms_scratch)(size_t d);

  /// out[i] = |W (x_i - mean)|^2 for i < n; x is [n, d], mean is [d]. r is the number of rows of W (d unless dense).
  void (*squared_norms)(const double *x, size_t n, size_t d, const double *mean, const double *w, size_t r,
                        enum ood_gaussian_shape shape, double *out, double *scratch);

  /// The row stride of a scatter matrix of d features: d rounded up to a multiple of 16. It has as many rows.
  size_t (*scatter_stride)(size_t d);
  /// Doubles of scratch that `scatter` needs for d features.
  size_t (*scatter_scratch)(size_t d);

  /// S[a, b] += sum over i < n of w_i (x_ia - mean_a)(x_ib - mean_b) for b <= a; what lies above the diagonal is
  /// undefined. w_i = weights[i weight_stride], or 1 where `weights` is NULL; rows of weight 0 cost nothing.
  void (*scatter)(const double *x, size_t n, size_t d, const double *_Nullable weights, size_t weight_stride,
                  const double *mean, double *s, double *scratch);

  /// sums[k] += sum over i < n of w_i x_ik; returns the sum of the weights. Weights as above.
  double (*weighted_sums)(const double *x, size_t n, size_t d, const double *_Nullable weights, size_t weight_stride,
                          double *sums);

  /// The Cholesky factor of a symmetric matrix, in place: reads and writes the lower triangle of a [d, d], A = L L', and
  /// sets the rest to zero. Returns d, or the first row whose pivot is not above 0 (or is NaN).
  size_t (*cholesky)(double *a, size_t d);

  /// The inverse of a lower triangular matrix [d, d] with a diagonal without zeros; `out` gets zeros above its diagonal.
  void (*invert_lower)(const double *l, size_t d, double *out);

  /// For n examples and m components, logs[j stride + i] = ln of the joint density of component j and example i:
  /// log_sums[i] = ln sum_j e^logs, and logs become responsibilities, e^(logs - log_sums). An example whose logs are all
  /// -infinity gets the log sum -infinity and responsibilities 0. `stride` is a multiple of 8 and at least n, and all
  /// rows may be overwritten up to it; so may log_sums.
  void (*responsibilities)(double *logs, size_t m, size_t n, size_t stride, double *log_sums);
};

#pragma clang assume_nonnull end
