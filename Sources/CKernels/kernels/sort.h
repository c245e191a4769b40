#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../include/ood_sort.h"

#include "simd.h"

OOD_INLINE uint64_t sort_key(double x) {
  uint64_t bits;
  x += 0.0;  // -0 becomes 0
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | (uint64_t)1 << 63);
}

static size_t sort_bounds(const double *x, size_t n, uint64_t *lowest, uint64_t *highest) {
  uint64_t low = UINT64_MAX, high = 0;
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = sort_key(x[i]);
    low = key < low ? key : low;
    high = key > high ? key : high;
  }
  *lowest = low;
  *highest = high;
  // NaN of either sign has a key outside those of the infinities.
  if (low >= sort_key(-__builtin_inf()) && high <= sort_key(__builtin_inf())) return n;
  size_t i = 0;
  while (!__builtin_isnan(x[i])) i++;
  return i;
}

static void sort_keys_of(const double *x, size_t n, uint64_t *keys) {
  for (size_t i = 0; i < n; i++) keys[i] = sort_key(x[i]);
}

static void sort_bucket_counts(const double *x, const uint8_t *classes, size_t n, uint64_t lowest, int shift,
                               size_t *counts) {
  if (classes) {
    for (size_t i = 0; i < n; i++) {
      counts[classes[i] * ood_sort_buckets + ((sort_key(x[i]) - lowest) >> shift)]++;
    }
  } else {
    for (size_t i = 0; i < n; i++) counts[(sort_key(x[i]) - lowest) >> shift]++;
  }
}

static void sort_bucket_scatter(const double *x, const uint8_t *classes, size_t n, uint64_t lowest, int shift,
                                size_t *places, uint64_t *keys) {
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = sort_key(x[i]);
    const size_t class = classes ? classes[i] : 0;
    keys[places[class * ood_sort_buckets + ((key - lowest) >> shift)]++] = key;
  }
}

static void sort_insert(uint64_t *keys, size_t n) {
  for (size_t i = 1; i < n; i++) {
    const uint64_t key = keys[i];
    size_t j = i;
    for (; j > 0 && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

static void sort_sort_keys(uint64_t *keys, uint64_t *scratch, size_t n) {
  enum { few = 48, digit_bits = 8, digits = 64 / digit_bits, values = 1 << digit_bits };
  if (n <= few) {
    sort_insert(keys, n);
    return;
  }
  uint32_t counts[digits][values];
  uint64_t differing = 0;
  for (size_t i = 1; i < n; i++) differing |= keys[i] ^ keys[0];
  uint64_t *from = keys, *to = scratch;
  // 32-bit counts reach for 4 billion keys.
  __builtin_memset(counts, 0, sizeof counts);
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = keys[i];
#pragma clang loop unroll(full)
    for (int digit = 0; digit < digits; digit++) counts[digit][key >> (digit * digit_bits) & (values - 1)]++;
  }
  for (int digit = 0; digit < digits; digit++) {
    const int shift = digit * digit_bits;
    if (((differing >> shift) & (values - 1)) == 0) continue;
    uint32_t place = 0;
    for (int value = 0; value < values; value++) {
      const uint32_t count = counts[digit][value];
      counts[digit][value] = place;
      place += count;
    }
    for (size_t i = 0; i < n; i++) to[counts[digit][from[i] >> shift & (values - 1)]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != keys) __builtin_memcpy(keys, from, n * sizeof(uint64_t));
}

static uint64_t sort_ordered_pairs(const uint64_t *a, size_t m, const uint64_t *b, size_t n) {
  // `below` counts the b before the current a, `through` those not after it; both only ever grow.
  uint64_t pairs = 0;
  size_t below = 0, through = 0;
  for (size_t i = 0; i < m; i++) {
    const uint64_t key = a[i];
    while (below < n && b[below] < key) below++;
    if (through < below) through = below;
    while (through < n && b[through] <= key) through++;
    pairs += below + through;
  }
  return pairs;
}

static void sort_numbers(const uint64_t *keys, size_t n, double *x) {
  for (size_t i = 0; i < n; i++) {
    const uint64_t key = keys[i];
    const uint64_t bits = key ^ (((key >> 63) - 1) | (uint64_t)1 << 63);
    __builtin_memcpy(x + i, &bits, sizeof bits);
  }
}

static const struct ood_sort sort_table = {
    .bounds = sort_bounds,
    .keys = sort_keys_of,
    .bucket_counts = sort_bucket_counts,
    .bucket_scatter = sort_bucket_scatter,
    .sort_keys = sort_sort_keys,
    .ordered_pairs = sort_ordered_pairs,
    .numbers = sort_numbers,
};
