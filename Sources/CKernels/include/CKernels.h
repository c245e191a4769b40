/// The C kernels of swift-ood.
///
/// Every arithmetic kernel lives in a table of function pointers, one table per instruction set
/// (`struct ood_kernels`, see ood_kernels.h). What is the same for all of them (memory,
/// waiting threads) is plain functions.
/// Conventions: row-major arrays; `n` counts elements, not bytes; no kernel of the tables allocates or
/// starts threads; scratch memory belongs to the caller; pointers must not alias unless the comment says they may.
#pragma once

#include "ood_kernels.h"
#include "ood_memory.h"
#include "ood_workers.h"
