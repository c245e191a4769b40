/// What the machine can do at best, measured in the process that times the kernels.
#pragma once

#include <stddef.h>

/// Runs multiply-adds on registers with the widest vectors of this processor: the number of floating-point operations done.
/// `rounds` of 10 independent chains.
double ood_peak_multiply_adds(size_t rounds);

/// Copies `count` floats with the widest plain vectors.
void ood_peak_copy(const float *from, float *to, size_t count);
