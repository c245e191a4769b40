/// The registry of kernels: one table per instruction set, chosen at run time.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ood_assignment.h"
#include "ood_convolution.h"
#include "ood_coupling.h"
#include "ood_gates.h"
#include "ood_gaussian.h"
#include "ood_index.h"
#include "ood_kernel_density.h"
#include "ood_map.h"
#include "ood_matmul.h"
#include "ood_neighbours.h"
#include "ood_normalization.h"
#include "ood_optimizer.h"
#include "ood_random.h"
#include "ood_reduce.h"
#include "ood_softmax.h"
#include "ood_runge_kutta.h"
#include "ood_small_world.h"
#include "ood_sort.h"
#include "ood_spline.h"
#include "ood_support_vectors.h"
#include "ood_tangent.h"
#include "ood_trees.h"
#include "ood_winner.h"
#include "ood_winograd.h"

#pragma clang assume_nonnull begin

/// All kernels compiled for one instruction set. Each room (`map`, `matmul`, ...) is documented in its own
/// header; the code is in kernels/ and is compiled once per instruction set by the files in variants/.
struct ood_kernels {
  /// "portable", "avx2", "avx512" or "neon".
  const char *name;
  /// 32-bit floats in one vector.
  int width;

  struct ood_map map;
  struct ood_reduce reduce;
  struct ood_softmax softmax;
  struct ood_normalization normalization;
  struct ood_index index;
  struct ood_random random;
  struct ood_optimizer optimizer;
  struct ood_coupling coupling;
  struct ood_matmul matmul;
  struct ood_assignment assignment;
  struct ood_convolution convolution;
  struct ood_winner winner;
  struct ood_winograd winograd;
  struct ood_neighbours neighbours;
  struct ood_kernel_density kernel_density;
  struct ood_support_vectors support_vectors;
  struct ood_gates gates;
  struct ood_gaussian gaussian;
  struct ood_runge_kutta runge_kutta;
  struct ood_small_world small_world;
  struct ood_sort sort;
  struct ood_spline spline;
  struct ood_tangent tangent;
  struct ood_trees trees;
};

/// The table in use: the calling thread's (`ood_set_thread_kernels`), else the one forced by `ood_force_kernels`, else
/// the one that the environment variable OOD_KERNELS names, else the widest that this processor runs. An OOD_KERNELS that names a table which
/// is unknown or can't run here ends the process with a sentence: a test run must never use another table silently.
const struct ood_kernels *ood_active_kernels(void);

/// Number of tables that this processor runs; at least 1.
int ood_kernel_variant_count(void);

/// Table number `i` of those this processor runs, from the plainest (0, "portable") to the widest.
const struct ood_kernels *ood_kernel_variant(int i);

/// The table of that name, or NULL when it is unknown or can't run on this processor.
const struct ood_kernels *_Nullable ood_kernels_named(const char *name);

/// Makes the table of that name the active one of all threads that have none of their own. Returns 0, or -1 when it is
/// unknown or can't run here.
int ood_force_kernels(const char *name);

/// The calling thread's own table, or NULL.
const struct ood_kernels *_Nullable ood_thread_kernels(void);

/// Gives the calling thread a table of its own, or with NULL none. Returns the one it had: whoever sets it for a scope
/// sets that again at its end.
const struct ood_kernels *_Nullable ood_set_thread_kernels(const struct ood_kernels *_Nullable table);

#pragma clang assume_nonnull end
