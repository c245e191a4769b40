/// Sorting doubles and counting ordered pairs of them, for metrics on millions of scores.
///
/// Doubles become 64-bit KEYS in the same order: key(x) = bits(x + 0) with the sign bit flipped when x >= 0,
/// all bits flipped when x < 0. So equal numbers, 0 and -0 among them, have equal keys, and distinct numbers
/// distinct ones. NaN must not be given to anything but `bounds`.
///
/// The plan for n numbers in two classes: `bounds` of chunks; `bucket_counts` of chunks; prefix sums over
/// classes, buckets and chunks; `bucket_scatter` of chunks; then each bucket of each class is sorted on its
/// own. A bucket is the keys with the same (key - lowest) >> shift.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Buckets of one class; (highest - lowest) >> shift must be smaller.
enum { ood_sort_buckets = 2048 };

struct ood_sort {
  /// *lowest and *highest = the smallest and the largest key of x[0 ..< n], n >= 1. Returns the position of
  /// the first number that is NaN, or n when there is none.
  size_t (*bounds)(const double *x, size_t n, uint64_t *lowest, uint64_t *highest);

  /// keys[i] = key(x[i]), for i < n.
  void (*keys)(const double *x, size_t n, uint64_t *keys);

  /// counts[class * ood_sort_buckets + bucket] += how many there are in x[0 ..< n]. The class of x[i] is
  /// classes[i], 0 or 1; all are 0 when `classes` is NULL.
  void (*bucket_counts)(const double *x, const uint8_t *_Nullable classes, size_t n, uint64_t lowest, int shift,
                        size_t *counts);

  /// keys[places[class * ood_sort_buckets + bucket]++] = key(x[i]), for i = 0, 1, ..., n - 1 in this order.
  void (*bucket_scatter)(const double *x, const uint8_t *_Nullable classes, size_t n, uint64_t lowest, int shift,
                         size_t *places, uint64_t *keys);

  /// Sorts keys[0 ..< n], ascending: insertion for a few, else a radix sort, least digit first, that skips
  /// the digits which all keys share. `scratch` has room for n keys.
  void (*sort_keys)(uint64_t *keys, uint64_t *scratch, size_t n);

  /// 2 #{(i, j): a[i] > b[j]} + #{(i, j): a[i] = b[j]} for ascending keys a[0 ..< m] and b[0 ..< n], in m + n
  /// steps.
  uint64_t (*ordered_pairs)(const uint64_t *a, size_t m, const uint64_t *b, size_t n);

  /// x[i] = the number of keys[i], for i < n. `x` may be the memory of `keys`.
  void (*numbers)(const uint64_t *keys, size_t n, double *x);
};

#pragma clang assume_nonnull end
