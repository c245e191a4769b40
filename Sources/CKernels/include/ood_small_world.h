/// Search of a hierarchical navigable small world graph (HNSW): Y. A. Malkov and D. A. Yashunin, 2018.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// One layer of the graph. Its nodes are numbered from 0; a node's links are numbers of nodes of the same layer.
struct ood_small_world_layer {
  /// The nodes' points, each `stride` floats, a multiple of 16, aligned in any way; what lies behind the coordinates is 0 in all.
  const float *points;
  size_t stride;
  /// The point of each node; null where node i is point i.
  const int32_t *_Nullable members;
  /// `width` places a node: its links, and -1 behind them.
  const int32_t *links;
  size_t width;
};

struct ood_small_world {
  /// The `breadth` nodes nearest to a query that a walk finds, which begins at `entry` and ends when none of the nearest is
  /// left that it has not gone on from. They are written with their squared distances, nearest first, of equally near ones the smaller
  /// number first; returns how many there are.
  ///
  /// `query` is `stride` floats. `visited` has a bit a node, all 0 before and after. `fresh` has room for `width` numbers and
  /// `touched` for `most_touched`: a walk that would look at more nodes ends.
  size_t (*search)(const struct ood_small_world_layer *layer, const float *query, int32_t entry, size_t breadth,
                   uint64_t *visited, int32_t *fresh, int32_t *touched, size_t most_touched, int32_t *nodes,
                   float *distances);

  /// out[i] = |query - point of nodes[i]|^2.
  void (*distances)(const struct ood_small_world_layer *layer, const float *query, const int32_t *nodes, size_t count,
                    float *out);

  /// Up to `most` of some nodes, sorted by their distances to a point, that are nearer to it than to any of those chosen before: links in
  /// all directions. Of those at the distance 0 at most half of `most` are chosen, so that copies of a point don't lead to each other alone.
  /// Returns how many; `chosen` has room for `most`.
  size_t (*choose)(const struct ood_small_world_layer *layer, const int32_t *nodes, const float *distances, size_t count,
                   size_t most, int32_t *chosen);
};

#pragma clang assume_nonnull end
