#pragma once

#include <stdint.h>

/// Blocks that the program asked for until now, on all threads; -1 where that is not counted (other C libraries than glibc).
int64_t ood_allocation_count(void);
