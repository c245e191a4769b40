/// The linear assignment problem.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_assignment {
  /// Writes for each row of the costs [n, n], all finite, the column that it gets, each column once, such that the sum of costs is least:
  /// by shortest augmenting paths (Jonker and Volgenant, 1987), in double precision. The first of equals wins.
  /// `scratch` holds 3 n doubles, `numbers` 3 n integers.
  void (*solve)(const float *costs, size_t n, int32_t *columns, double *scratch, int32_t *numbers);
};

#pragma clang assume_nonnull end
