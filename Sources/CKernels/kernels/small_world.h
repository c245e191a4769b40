// Search of small world graphs; see include/ood_small_world.h.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../include/ood_small_world.h"

#include "simd.h"

OOD_INLINE const float *small_world_point(const struct ood_small_world_layer *layer, int32_t node) {
  return layer->points + (size_t)(layer->members ? layer->members[node] : node) * layer->stride;
}

OOD_INLINE float small_world_distance(const float *x, const float *y, size_t stride) {
  // Strides are multiples of 16, so that each of the sums takes whole vectors.
  enum { parts = 16 / OOD_WIDTH };
  vf even[parts], odd[parts];
  for (int s = 0; s < parts; s++) even[s] = odd[s] = splat(0);
  size_t k = 0;
  for (; k + 32 <= stride; k += 32) {
    for (int s = 0; s < parts; s++) {
      const size_t at = k + (size_t)s * OOD_WIDTH;
      const vf a = load(x + at) - load(y + at), b = load(x + at + 16) - load(y + at + 16);
      even[s] = multiply_add(a, a, even[s]);
      odd[s] = multiply_add(b, b, odd[s]);
    }
  }
  if (k < stride) {
    for (int s = 0; s < parts; s++) {
      const vf a = load(x + k + (size_t)s * OOD_WIDTH) - load(y + k + (size_t)s * OOD_WIDTH);
      even[s] = multiply_add(a, a, even[s]);
    }
  }
  vf sum = even[0] + odd[0];
  for (int s = 1; s < parts; s++) sum += even[s] + odd[s];
  return sum_float_lanes(sum);
}

OOD_INLINE void small_world_fetch(const float *point, size_t stride) {
  // The first lines; processors go on by themselves.
  for (size_t k = 0; k < stride && k < 64; k += 16) __builtin_prefetch(point + k);
}

/// Puts a node among the nearest; returns its place, or `count` where there is none for it.
static size_t small_world_insert(int32_t *nodes, float *distances, size_t *count, size_t breadth, int32_t node,
                                 float distance) {
  size_t low = 0, high = *count;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const int32_t there = nodes[middle] & INT32_MAX;
    if (distances[middle] < distance || (distances[middle] == distance && there < node)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low >= breadth) return breadth;
  const size_t kept = *count < breadth ? *count : breadth - 1;
  memmove(nodes + low + 1, nodes + low, (kept - low) * sizeof *nodes);
  memmove(distances + low + 1, distances + low, (kept - low) * sizeof *distances);
  nodes[low] = node, distances[low] = distance;
  *count = kept + 1;
  return low;
}

static size_t small_world_search(const struct ood_small_world_layer *layer, const float *query, int32_t entry,
                                 size_t breadth, uint64_t *visited, int32_t *fresh, int32_t *touched,
                                 size_t most_touched, int32_t *nodes, float *distances) {
  // The sign bit marks nodes among the nearest that the walk has gone on from.
  const int32_t left = INT32_MIN;
  size_t count = 0, touched_count = 0, next = 0;
  nodes[0] = entry, distances[0] = small_world_distance(query, small_world_point(layer, entry), layer->stride);
  count = 1;
  visited[entry >> 6] |= (uint64_t)1 << (entry & 63);
  touched[touched_count++] = entry;
  while (next < count) {
    if (nodes[next] < 0) {
      next++;
      continue;
    }
    const int32_t *links = layer->links + (size_t)nodes[next] * layer->width;
    nodes[next] |= left;
    size_t found = 0;
    for (size_t l = 0; l < layer->width && links[l] >= 0; l++) {
      const int32_t node = links[l];
      const uint64_t bit = (uint64_t)1 << (node & 63);
      if (visited[node >> 6] & bit) continue;
      if (touched_count == most_touched) break;
      visited[node >> 6] |= bit;
      touched[touched_count++] = node;
      small_world_fetch(small_world_point(layer, node), layer->stride);
      fresh[found++] = node;
    }
    size_t first = next + 1;
    for (size_t f = 0; f < found; f++) {
      const float distance = small_world_distance(query, small_world_point(layer, fresh[f]), layer->stride);
      if (count == breadth && distance > distances[count - 1]) continue;
      const size_t place = small_world_insert(nodes, distances, &count, breadth, fresh[f], distance);
      if (place < first) first = place;
    }
    next = first;
    // What comes after will want these.
    if (next < count && nodes[next] >= 0) __builtin_prefetch(layer->links + (size_t)nodes[next] * layer->width);
  }
  for (size_t i = 0; i < count; i++) nodes[i] &= INT32_MAX;
  for (size_t i = 0; i < touched_count; i++) visited[touched[i] >> 6] = 0;
  return count;
}

static void small_world_distances(const struct ood_small_world_layer *layer, const float *query, const int32_t *nodes,
                                  size_t count, float *out) {
  for (size_t i = 0; i < count; i++) {
    out[i] = small_world_distance(query, small_world_point(layer, nodes[i]), layer->stride);
  }
}

static size_t small_world_choose(const struct ood_small_world_layer *layer, const int32_t *nodes,
                                 const float *distances, size_t count, size_t most, int32_t *chosen) {
  size_t kept = 0, same = 0;
  for (size_t i = 0; i < count && kept < most; i++) {
    if (distances[i] == 0 && same++ >= (most + 1) / 2) continue;
    const float *point = small_world_point(layer, nodes[i]);
    int nearer = 0;
    for (size_t c = 0; c < kept && !nearer; c++) {
      nearer = small_world_distance(point, small_world_point(layer, chosen[c]), layer->stride) < distances[i];
    }
    if (!nearer) chosen[kept++] = nodes[i];
  }
  return kept;
}

static const struct ood_small_world small_world_table = {
    .search = small_world_search, .distances = small_world_distances, .choose = small_world_choose};
