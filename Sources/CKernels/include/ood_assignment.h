/// The linear assignment problem.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Numbers behind the end of the assignment's scratch arrays, so that whole vectors fit.
enum { OOD_ASSIGNMENT_PADDING = 16 };

struct ood_assignment {
  /// Writes for each row of the costs [n, n], all finite, the column that it gets, each column once, such that the sum of costs is least:
  /// by reduction and shortest augmenting paths (Jonker and Volgenant, 1987), in double precision.
  /// `scratch` holds 3 (n + OOD_ASSIGNMENT_PADDING) doubles, `numbers` as many integers.
  void (*solve)(const float *costs, size_t n, int32_t *columns, double *scratch, int32_t *numbers);
};

#pragma clang assume_nonnull end
