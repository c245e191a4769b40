// Random words of one tree, made in batches.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_trees.h"

#include "random.h"
#include "simd.h"

struct tree_random {
  uint64_t seed, stream, next;
  uint32_t words[64];
  int left;
};

OOD_INLINE uint32_t tree_word(struct tree_random *random) {
  enum { batch = 64 };
  if (random->left == 0) {
    random_bits(random->seed, random->stream, random->next, random->words, batch);
    random->next += batch;
    random->left = batch;
  }
  return random->words[batch - random->left--];
}

/// Uniform on [0, 1) in steps of 2^-53.
OOD_INLINE double tree_unit(struct tree_random *random) {
  const uint64_t low = tree_word(random), high = tree_word(random);
  return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

/// Uniform on 0 ..< bound, to a relative bias of bound / 2^32.
OOD_INLINE int32_t tree_below(struct tree_random *random, int32_t bound) {
  return (int32_t)((uint64_t)tree_word(random) * (uint64_t)bound >> 32);
}

/// Standard normal.
static double tree_normal(struct tree_random *random) {
  const uint32_t words[2] = {tree_word(random), tree_word(random)};
  const double radius = __builtin_sqrt(-2 * __builtin_log(((double)words[0] + 1) * 0x1p-32));
  return radius * __builtin_cos(6.283185307179586 * 0x1p-32 * (double)words[1]);
}

/// The mean path length of an unsuccessful search in a binary search tree of n rows: 2 (ln(n - 1) + gamma) -
/// 2 (n - 1) / n for n > 2, 1 for 2, 0 below.
static double tree_mean_path(int32_t n) {
  if (n < 2) return 0;
  if (n == 2) return 1;
  return 2 * (__builtin_log(n - 1.0) + 0.57721566490153286) - 2 * (n - 1.0) / n;
}

/// A tree on its way, breadth first: a node's rows are rows[begin[v] ..< end[v]].
struct tree_plan {
  const double *sample;
  size_t n, d;
  int32_t *begin, *end, *depth, *rows, *right_rows, *features;
};

static struct tree_plan tree_start(const double *sample, size_t n, size_t d, size_t most_nodes,
                                   int32_t *scratch) {
  const struct tree_plan plan = {sample,
                                 n,
                                 d,
                                 .begin = scratch,
                                 .end = scratch + most_nodes,
                                 .depth = scratch + 2 * most_nodes,
                                 .rows = scratch + 3 * most_nodes,
                                 .right_rows = scratch + 3 * most_nodes + n,
                                 .features = scratch + 3 * most_nodes + 2 * n};
  for (size_t i = 0; i < n; i++) plan.rows[i] = (int32_t)i;
  for (size_t j = 0; j < d; j++) plan.features[j] = (int32_t)j;
  plan.begin[0] = 0;
  plan.end[0] = (int32_t)n;
  plan.depth[0] = 0;
  return plan;
}

struct tree_range {
  double low, high;
};

static struct tree_range tree_feature_range(const struct tree_plan *plan, int32_t node, int32_t feature) {
  const double *column = plan->sample + (size_t)feature * plan->n;
  const int32_t *rows = plan->rows + plan->begin[node];
  const int32_t count = plan->end[node] - plan->begin[node];
  struct tree_range range = {column[rows[0]], column[rows[0]]};
  for (int32_t i = 1; i < count; i++) {
    const double value = column[rows[i]];
    range.low = value < range.low ? value : range.low;
    range.high = value > range.high ? value : range.high;
  }
  return range;
}

/// Draws the next feature that is not constant in the node, without repetition: plan->features[0 ..< *drawn]
/// were drawn before. Returns -1 when there is none.
static int32_t tree_draw_feature(struct tree_plan *plan, struct tree_random *random, int32_t node,
                                 int32_t *drawn, struct tree_range *range) {
  while (*drawn < (int32_t)plan->d) {
    const int32_t place = *drawn + tree_below(random, (int32_t)plan->d - *drawn);
    const int32_t feature = plan->features[place];
    plan->features[place] = plan->features[*drawn];
    plan->features[(*drawn)++] = feature;
    *range = tree_feature_range(plan, node, feature);
    if (range->low < range->high) return feature;
  }
  return -1;
}

/// low + u (high - low), which does not overflow: above low, at most high.
OOD_INLINE double tree_between(struct tree_range range, double u) {
  const double value = range.low * (1 - u) + range.high * u;
  return value > range.low && value < range.high ? value : range.high;
}

/// Makes the node's children out of its rows: the first `left` of them and the others.
static void tree_add_children(struct tree_plan *plan, int32_t node, int32_t left, int32_t children) {
  const int32_t middle = plan->begin[node] + left;
  plan->begin[children] = plan->begin[node];
  plan->end[children] = middle;
  plan->begin[children + 1] = middle;
  plan->end[children + 1] = plan->end[node];
  plan->depth[children] = plan->depth[children + 1] = plan->depth[node] + 1;
}

/// Path lengths of the leaves, then of their parents, back to the root. Returns the depth of the deepest
/// leaf.
static int32_t tree_fill_lengths(const struct tree_plan *plan, const struct ood_tree_node *nodes,
                                 int32_t count, double *lengths) {
  int32_t deepest = 0;
  for (int32_t v = count - 1; v >= 0; v--) {
    const int32_t left = nodes[v].left;
    const int32_t rows = plan->end[v] - plan->begin[v];
    if (left == v) {
      lengths[v] = plan->depth[v] + tree_mean_path(rows);
      if (plan->depth[v] > deepest) deepest = plan->depth[v];
    } else {
      const double left_rows = plan->end[left] - plan->begin[left];
      lengths[v] = (left_rows * lengths[left] + (rows - left_rows) * lengths[left + 1]) / rows;
    }
  }
  return deepest;
}

static int32_t trees_fit(const double *sample, size_t n, size_t d, int32_t most_depth, uint64_t seed,
                         uint64_t stream, struct ood_tree_node *nodes, double *lengths, int32_t *depth,
                         int32_t *scratch) {
  struct tree_random random = {.seed = seed, .stream = stream};
  struct tree_plan plan = tree_start(sample, n, d, 2 * n, scratch);
  int32_t count = 1;
  for (int32_t v = 0; v < count; v++) {
    nodes[v] = (struct ood_tree_node){__builtin_inf(), 0, v};
    const int32_t rows = plan.end[v] - plan.begin[v];
    if (rows < 2 || plan.depth[v] >= most_depth) continue;
    int32_t drawn = 0;
    struct tree_range range;
    const int32_t feature = tree_draw_feature(&plan, &random, v, &drawn, &range);
    if (feature < 0) continue;
    const double threshold = tree_between(range, tree_unit(&random));
    const double *column = sample + (size_t)feature * n;
    int32_t *at = plan.rows + plan.begin[v];
    int32_t left = 0, right = 0;
    for (int32_t i = 0; i < rows; i++) {
      const int32_t row = at[i];
      const int32_t goes_right = column[row] >= threshold;
      at[left] = row;
      plan.right_rows[right] = row;
      left += !goes_right;
      right += goes_right;
    }
    __builtin_memcpy(at + left, plan.right_rows, (size_t)right * sizeof(int32_t));
    nodes[v] = (struct ood_tree_node){threshold, feature, count};
    tree_add_children(&plan, v, left, count);
    count += 2;
  }
  *depth = tree_fill_lengths(&plan, nodes, count, lengths);
  return count;
}

static int32_t trees_fit_extended(const double *sample, size_t n, size_t d, size_t width, int32_t most_depth,
                                  uint64_t seed, uint64_t stream, struct ood_tree_node *nodes, int32_t *features,
                                  double *weights, double *lengths, int32_t *depth, int32_t *scratch) {
  struct tree_random random = {.seed = seed, .stream = stream};
  struct tree_plan plan = tree_start(sample, n, d, 1 + n * (size_t)most_depth, scratch);
  int32_t count = 1;
  for (int32_t v = 0; v < count; v++) {
    nodes[v] = (struct ood_tree_node){__builtin_inf(), 0, v};
    int32_t *normal_features = features + (size_t)v * width;
    double *normal = weights + (size_t)v * width;
    for (size_t k = 0; k < width; k++) {
      normal_features[k] = 0;
      normal[k] = 0;
    }
    const int32_t rows = plan.end[v] - plan.begin[v];
    if (rows < 2 || plan.depth[v] >= most_depth) continue;
    int32_t drawn = 0;
    double threshold = 0;
    size_t used = 0;
    for (; used < width; used++) {
      struct tree_range range;
      const int32_t feature = tree_draw_feature(&plan, &random, v, &drawn, &range);
      if (feature < 0) break;
      normal_features[used] = feature;
      normal[used] = tree_normal(&random);
      threshold += normal[used] * tree_between(range, tree_unit(&random));
    }
    if (used == 0) continue;
    int32_t *at = plan.rows + plan.begin[v];
    int32_t left = 0, right = 0;
    for (int32_t i = 0; i < rows; i++) {
      const int32_t row = at[i];
      double product = 0;
      for (size_t k = 0; k < width; k++) {
        product += normal[k] * sample[(size_t)normal_features[k] * n + (size_t)row];
      }
      const int32_t goes_right = product >= threshold;
      at[left] = row;
      plan.right_rows[right] = row;
      left += !goes_right;
      right += goes_right;
    }
    __builtin_memcpy(at + left, plan.right_rows, (size_t)right * sizeof(int32_t));
    nodes[v] = (struct ood_tree_node){threshold, 0, count};
    tree_add_children(&plan, v, left, count);
    count += 2;
  }
  *depth = tree_fill_lengths(&plan, nodes, count, lengths);
  return count;
}

// Rows that walk down a tree side by side: their loads don't wait for each other's.
enum { tree_walkers = 16 };

OOD_INLINE void tree_walk(const double *x, size_t rows, size_t d, const struct ood_tree_node *tree,
                          int32_t depth, int32_t *at) {
  for (size_t i = 0; i < rows; i++) at[i] = 0;
  for (int32_t level = 0; level < depth; level++) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      const struct ood_tree_node node = tree[at[i]];
      int32_t next = node.left + (x[i * d + (size_t)node.feature] >= node.threshold);
      // Keeps the compiler from joining the loads to gathers, which take three times as long.
      __asm__("" : "+r"(next));
      at[i] = next;
    }
  }
}

/// A row walks down trees side by side: the leaf that it reaches in each of `trees` <= tree_walkers.
OOD_INLINE void tree_walk_forest(const double *x, const struct ood_tree_node *nodes, const int32_t *roots,
                                 const int32_t *depths, size_t trees, int32_t *at) {
  int32_t depth = 0;
  for (size_t t = 0; t < trees; t++) {
    at[t] = 0;
    depth = depths[t] > depth ? depths[t] : depth;
  }
  // A leaf leads to itself, so the shallower trees wait for the deepest.
  for (int32_t level = 0; level < depth; level++) {
#pragma clang loop unroll(full)
    for (size_t t = 0; t < trees; t++) {
      const struct ood_tree_node node = nodes[roots[t] + at[t]];
      int32_t next = node.left + (x[node.feature] >= node.threshold);
      __asm__("" : "+r"(next));
      at[t] = next;
    }
  }
}

static void tree_row_lengths(const double *x, const struct ood_tree_node *nodes, const double *lengths,
                             const int32_t *roots, const int32_t *depths, size_t trees, double *sum) {
  int32_t at[tree_walkers];
  size_t t = 0;
  for (; t + tree_walkers <= trees; t += tree_walkers) {
    tree_walk_forest(x, nodes, roots + t, depths + t, tree_walkers, at);
    for (size_t k = 0; k < tree_walkers; k++) *sum += lengths[roots[t + k] + at[k]];
  }
  for (; t < trees; t++) {
    tree_walk_forest(x, nodes, roots + t, depths + t, 1, at);
    *sum += lengths[roots[t] + at[0]];
  }
}

static void trees_path_lengths(const double *x, size_t rows, size_t d, const struct ood_tree_node *nodes,
                               const double *lengths, const int32_t *roots, const int32_t *depths, size_t trees,
                               double *sums) {
  // A block of rows stays in the first cache while all trees pass by.
  const size_t block = d < 32 ? 128 : d < 256 ? 64 : 16;
  for (size_t first = 0; first < rows; first += block) {
    const size_t end = rows - first < block ? rows : first + block;
    const size_t together = first + (end - first) / tree_walkers * tree_walkers;
    for (size_t t = 0; t < trees && together > first; t++) {
      const struct ood_tree_node *tree = nodes + roots[t];
      const double *tree_lengths = lengths + roots[t];
      int32_t at[tree_walkers];
      for (size_t i = first; i < together; i += tree_walkers) {
        tree_walk(x + i * d, tree_walkers, d, tree, depths[t], at);
        for (size_t k = 0; k < tree_walkers; k++) sums[i + k] += tree_lengths[at[k]];
      }
    }
    for (size_t i = together; i < end; i++) {
      tree_row_lengths(x + i * d, nodes, lengths, roots, depths, trees, sums + i);
    }
  }
}

static void trees_path_contributions(const double *x, size_t rows, size_t d,
                                     const struct ood_tree_node *nodes,
                                     const double *lengths, const int32_t *roots, const int32_t *depths,
                                     size_t trees, double *contributions) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t t = 0; t < trees; t++) {
      const struct ood_tree_node *tree = nodes + roots[t];
      const double *tree_lengths = lengths + roots[t];
      int32_t at = 0;
      for (int32_t level = 0; level < depths[t]; level++) {
        const struct ood_tree_node node = tree[at];
        const int32_t next = node.left + (x[i * d + (size_t)node.feature] >= node.threshold);
        contributions[i * d + (size_t)node.feature] += tree_lengths[at] - tree_lengths[next];
        at = next;
      }
    }
  }
}

static void trees_extended_path_lengths(const double *x, size_t rows, size_t d, size_t width,
                                        const struct ood_tree_node *nodes, const int32_t *features,
                                        const double *weights, const double *lengths, const int32_t *roots,
                                        size_t trees, double *sums) {
  const size_t block = 64;
  for (size_t first = 0; first < rows; first += block) {
    const size_t end = rows - first < block ? rows : first + block;
    for (size_t t = 0; t < trees; t++) {
      const size_t root = (size_t)roots[t];
      for (size_t i = first; i < end; i++) {
        int32_t at = 0;
        while (nodes[root + (size_t)at].left != at) {
          const size_t v = root + (size_t)at;
          double product = 0;
          for (size_t k = v * width; k < (v + 1) * width; k++) {
            product += weights[k] * x[i * d + (size_t)features[k]];
          }
          at = nodes[v].left + (product >= nodes[v].threshold);
        }
        sums[i] += lengths[root + (size_t)at];
      }
    }
  }
}

static const struct ood_trees trees_table = {
    .fit = trees_fit,
    .path_lengths = trees_path_lengths,
    .path_contributions = trees_path_contributions,
    .fit_extended = trees_fit_extended,
    .extended_path_lengths = trees_extended_path_lengths,
};
