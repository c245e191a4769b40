/// Sums of kernels around points, in double precision: the work of kernel density estimation.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

/// The value of a kernel at u = |x - y| / h, where the compact ones are 0 for u > 1.
enum ood_density_kernel {
  /// e^(-u^2 / 2)
  ood_density_gaussian,
  /// 1 (for u < 1)
  ood_density_tophat,
  /// 1 - u^2
  ood_density_epanechnikov,
  /// e^-u
  ood_density_exponential,
  /// 1 - u
  ood_density_linear,
  /// cos(pi u / 2)
  ood_density_cosine,
};

struct ood_kernel_density {
  /// Points in a panel. Panel p holds points [p panel_points, (p + 1) panel_points) turned, [d, panel_points], the
  /// places past the last point as zeros: `pack` fills ceil(n / panel_points) d panel_points doubles.
  size_t panel_points;
  void (*pack)(const double *y, size_t n, size_t d, double *panels);

  /// out[i] = ln of the sum over the n points y_j of kernel(|x_i - y_j| / h), for i < m; -infinity where the sum is 0.
  /// Exact in double precision also where every term underflows: sums are scaled by their largest term. The order of
  /// summation depends on n and d only, not on m. Cost about m n (2 d + 20) operations.
  void (*log_sums)(enum ood_density_kernel kernel, const double *x, size_t m, const double *panels, size_t n, size_t d,
                   double h, double *out);
};

#pragma clang assume_nonnull end
