// No include guard: a file in variants/ includes this once, after it has set
//   OOD_NAME   the variant's name as a word (avx512)
//   OOD_WIDTH  floats in a vector (16)
//   OOD_FMA    1 where a fused multiply-add is one instruction
// and opened a target region for its instruction set.

#include "simd.h"

#include "vector_math.h"

#include "map.h"
#include "reduce.h"
#include "softmax.h"
#include "normalization.h"
#include "index.h"
#include "random.h"
#include "optimizer.h"
#include "coupling.h"
#include "matmul.h"
#include "assignment.h"
#include "convolution.h"
#include "winner.h"
#include "winograd.h"
#include "neighbours.h"
#include "kernel_density.h"
#include "support_vectors.h"
#include "gates.h"
#include "gaussian.h"
#include "runge_kutta.h"
#include "small_world.h"
#include "sort.h"
#include "spline.h"
#include "tangent.h"
#include "trees.h"

#define OOD_STRING_(x) #x
#define OOD_STRING(x) OOD_STRING_(x)
#define OOD_TABLE_(name) ood_kernels_##name
#define OOD_TABLE(name) OOD_TABLE_(name)

const struct ood_kernels OOD_TABLE(OOD_NAME) = {
    .name = OOD_STRING(OOD_NAME),
    .width = OOD_WIDTH,
    .map = map_table,
    .reduce = reduce_table,
    .softmax = softmax_table,
    .normalization = normalization_table,
    .index = index_table,
    .random = random_table,
    .optimizer = optimizer_table,
    .coupling = coupling_table,
    .matmul = matmul_table,
    .assignment = assignment_table,
    .convolution = convolution_table,
    .winner = winner_table,
    .winograd = winograd_table,
    .neighbours = neighbours_table,
    .kernel_density = kernel_density_table,
    .support_vectors = support_vectors_table,
    .gates = gates_table,
    .gaussian = gaussian_table,
    .runge_kutta = runge_kutta_table,
    .small_world = small_world_table,
    .sort = sort_table,
    .spline = spline_table,
    .tangent = tangent_table,
    .trees = trees_table,
};
