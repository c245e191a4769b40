/// Isolation trees: fitting one, and the path lengths of rows in a forest.
///
/// A tree is an array of NODES, the root first. A row x at node v goes to node left(v) when x[feature(v)] <
/// threshold(v), else to left(v) + 1. A leaf leads to itself: its `left` is its own index and its threshold
/// is +infinity. All indices count from the root of the tree. Rows must be finite.
///
/// Every variant draws the same random numbers; thresholds agree to rounding.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct ood_tree_node {
  double threshold;
  int32_t feature;
  int32_t left;
};

struct ood_trees {
  /// Fits an isolation tree (F. T. Liu, K. M. Ting and Z.-H. Zhou, 2008, algorithm 2) to `n` >= 1 rows of `d`
  /// features. Each node that has more than one row, and lies above `most_depth`, is split at a feature drawn
  /// from those which are not constant in it, at a threshold uniform between that feature's smallest and
  /// largest value there.
  ///
  /// - sample: the rows by columns: row i of feature j is sample[j n + i].
  /// - seed, stream: name the random numbers (see ood_random.h), used from word 0.
  /// - nodes, lengths: room for 2 n - 1. lengths[v] is the mean, over the rows that reach node v, of the path
  ///   length of the leaf they end in: depth + c(rows in it). For a leaf that is the path length itself.
  /// - scratch: room for 8 n + d 32-bit integers.
  ///
  /// Returns the number of nodes; *depth becomes the depth of the deepest leaf. About n d operations a level
  /// at most, and n a level where few features are constant.
  int32_t (*fit)(const double *sample, size_t n, size_t d, int32_t most_depth, uint64_t seed, uint64_t stream,
                 struct ood_tree_node *nodes, double *lengths, int32_t *depth, int32_t *scratch);

  /// sums[i] += the path length of row i in tree 0, tree 1, ..., in this order, for i < rows; x is [rows, d].
  /// The nodes of tree t begin at nodes[roots[t]], its lengths at lengths[roots[t]], and no leaf of it is
  /// deeper than depths[t].
  void (*path_lengths)(const double *x, size_t rows, size_t d, const struct ood_tree_node *nodes,
                       const double *lengths, const int32_t *roots, const int32_t *depths, size_t trees,
                       double *sums);

  /// contributions[i, f] += lengths[v] - lengths[child] for every step of row i, in every tree, from a node v
  /// that splits at feature f: how much shorter than expected the path became there. Other arguments as
  /// above; contributions is [rows, d].
  void (*path_contributions)(const double *x, size_t rows, size_t d, const struct ood_tree_node *nodes,
                             const double *lengths, const int32_t *roots, const int32_t *depths, size_t trees,
                             double *contributions);

  /// Fits an extended isolation tree (S. Hariri, M. Carrasco Kind and R. J. Brunner, 2019, algorithm 2): a
  /// node is split by a hyperplane through a point drawn uniformly from the box around its rows, whose normal
  /// has standard normal weights for `width` of the features that are not constant in the node, or for all of
  /// them if they are fewer. A side may get no row; such a leaf's path length is its depth.
  ///
  /// A row x at node v goes to the left when the sum over k < width of weights[v width + k] x[features[v
  /// width + k]] is below nodes[v].threshold; nodes[v].feature is 0. There is room for `most` = 1 + n
  /// most_depth nodes, their lengths, features and weights; for 3 most + 2 n + d integers in `scratch`. Other
  /// arguments and the result as for `fit`.
  int32_t (*fit_extended)(const double *sample, size_t n, size_t d, size_t width, int32_t most_depth, uint64_t seed,
                          uint64_t stream, struct ood_tree_node *nodes, int32_t *features, double *weights,
                          double *lengths, int32_t *depth, int32_t *scratch);

  /// As `path_lengths`, for extended trees; the features and weights of tree t begin at roots[t] width.
  void (*extended_path_lengths)(const double *x, size_t rows, size_t d, size_t width,
                                const struct ood_tree_node *nodes, const int32_t *features, const double *weights,
                                const double *lengths, const int32_t *roots, size_t trees, double *sums);
};

#pragma clang assume_nonnull end
