#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/ood_assignment.h"
#include "simd.h"

// Prices are doubles of whole vectors, whose lanes past the end never win.
typedef int64_t vl_ __attribute__((ext_vector_type(OOD_WIDTH)));

/// The least two of a row's reduced costs, and where the first of each lies.
struct assignment_least {
  double first, second;
  size_t first_column, second_column;
};

OOD_INLINE vl_ assignment_lanes(void) { return __builtin_convertvector(lane_numbers(), vl_); }

OOD_INLINE double assignment_minimum(vd v) {
#if OOD_WIDTH == 16
  const vd8_ v8 = v.lo < v.hi ? v.lo : v.hi;
  const vd4_ v4 = v8.lo < v8.hi ? v8.lo : v8.hi;
#elif OOD_WIDTH == 8
  const vd4_ v4 = v.lo < v.hi ? v.lo : v.hi;
#else
  const vd4_ v4 = v;
#endif
  const vd2_ v2 = v4.lo < v4.hi ? v4.lo : v4.hi;
  return v2.x < v2.y ? v2.x : v2.y;
}

/// The least of the numbers in the lanes of a mask.
OOD_INLINE int64_t assignment_column(vl_ mask, vl_ numbers) {
  return __builtin_reduce_min(mask ? numbers : (vl_)INT64_MAX);
}

/// Costs of `columns` j and on, less their prices; past the end infinite.
OOD_INLINE vd assignment_reduced(const float *costs, const double *price, size_t j, size_t n) {
  if (j + OOD_WIDTH <= n) return to_double(load(costs + j)) - load_double(price + j);
  return to_double(load_partial_or(costs + j, n - j, INFINITY)) - load_double(price + j);
}

static struct assignment_least assignment_least_two(const float *costs, const double *price, size_t n) {
  vd first = (vd)INFINITY, second = (vd)INFINITY;
  vl_ where = (vl_)0, second_where = (vl_)0;
  for (size_t j = 0; j < n; j += OOD_WIDTH) {
    const vd cost = assignment_reduced(costs, price, j, n);
    const vl_ column = assignment_lanes() + (int64_t)j;
    const vl_ is_first = cost < first, is_second = cost < second;
    second_where = is_first ? where : is_second ? column : second_where;
    second = is_first ? first : is_second ? cost : second;
    where = is_first ? column : where;
    first = is_first ? cost : first;
  }
  struct assignment_least least;
  least.first = assignment_minimum(first);
  least.first_column = (size_t)assignment_column(first == least.first, where);
  // In the lane of the least, what comes second there; elsewhere what comes first.
  const vl_ won = where == (int64_t)least.first_column;
  const vd others = won ? second : first;
  least.second = assignment_minimum(others);
  least.second_column = (size_t)assignment_column(others == least.second, won ? second_where : where);
  return least;
}

/// Each column's least cost is its first price, and goes to the row that has it, if that is free. A row that has a single column lets its
/// price fall by what the next best costs more, which leaves others less to wish for.
static void assignment_reduce_columns(const float *costs, size_t n, int32_t *columns, double *price,
                                      int32_t *row_of, int32_t *wins) {
  for (size_t j = 0; j < n; j += OOD_WIDTH) {
    vf least = splat(INFINITY);
    vi best = (vi)0;
    const size_t count = n - j < OOD_WIDTH ? n - j : OOD_WIDTH;
    for (size_t i = 0; i < n; i++) {
      const vf cost = load_some(costs + i * n + j, count);
      const vi better = cost < least;
      best = blend_int(better, (vi)(int32_t)i, best);
      least = blend(better, cost, least);
    }
    for (size_t k = 0; k < count; k++) row_of[j + k] = best[k];
    store_double(price + j, to_double(least));
  }
  for (size_t i = 0; i < n; i++) columns[i] = -1, wins[i] = 0;
  for (size_t j = n; j-- > 0;) {
    const int32_t i = row_of[j];
    wins[i]++;
    if (columns[i] < 0) {
      columns[i] = (int32_t)j;
    } else {
      row_of[j] = -1;
    }
  }
  for (size_t i = 0; i < n; i++) {
    if (wins[i] != 1 || n == 1) continue;
    const size_t own = (size_t)columns[i];
    const struct assignment_least least = assignment_least_two(costs + i * n, price, n);
    const double other = least.first_column == own ? least.second : least.first;
    price[own] -= other - ((double)costs[i * n + own] - price[own]);
  }
}

/// Free rows take the column that costs least, and drive out who has it, as long as a price falls. Most find a column that way.
static void assignment_reduce_rows(const float *costs, size_t n, int32_t *columns, double *price,
                                   int32_t *row_of, int32_t *free_rows) {
  size_t left = 0;
  for (size_t i = 0; i < n; i++) {
    if (columns[i] < 0) free_rows[left++] = (int32_t)i;
  }
  for (int pass = 0; pass < 2 && n > 1; pass++) {
    const size_t count = left;
    // So that prices that fall by rounding's last bit don't keep it going.
    size_t turns = 8 * n;
    left = 0;
    for (size_t k = 0; k < count; k++) {
      int32_t row = free_rows[k];
      while (row >= 0) {
        const struct assignment_least least = assignment_least_two(costs + (size_t)row * n, price, n);
        size_t column = least.first_column;
        const double lowered = price[column] - (least.second - least.first);
        const int falls = lowered < price[column] && turns > 0;
        if (turns > 0) turns--;
        int32_t owner = row_of[column];
        if (falls) {
          price[column] = lowered;
        } else if (owner >= 0 && least.second == least.first) {
          column = least.second_column, owner = row_of[column];
        }
        if (!falls && (owner >= 0 && least.second != least.first)) {
          // No price may fall any more: the row waits for a path.
          free_rows[left++] = row;
          break;
        }
        row_of[column] = row, columns[row] = (int32_t)column;
        if (owner >= 0) columns[owner] = -1;
        if (owner >= 0 && !falls) {
          free_rows[left++] = owner;
          break;
        }
        row = owner;
      }
    }
  }
}

/// Gives a free row its column, by the shortest path of reduced costs to a free one.
static void assignment_augment(const float *costs, size_t n, size_t free_row, int32_t *columns,
                               double *price, double *distance, double *reached_at, int32_t *row_of,
                               int32_t *before, int32_t *reached) {
  for (size_t j = 0; j < n; j += OOD_WIDTH) store_double(distance + j, (vd)INFINITY);
  // Columns that the path has reached, and lanes past the end, have a distance that nothing undercuts.
  for (size_t j = n; j % OOD_WIDTH; j++) distance[j] = -INFINITY;
  const int64_t owned_bit = (int64_t)1 << 32;
  size_t row = free_row, sink = n, count = 0;
  double gone = 0;
  while (sink == n) {
    const float *cost = costs + row * n;
    // What the path to this row takes, less the row's own price.
    const double offset =
        row == free_row ? 0 : gone - ((double)cost[columns[row]] - price[columns[row]]);
    vd least = (vd)INFINITY;
    vl_ where = (vl_)INT64_MAX;
    for (size_t j = 0; j < n; j += OOD_WIDTH) {
      const vd through = assignment_reduced(cost, price, j, n) + offset;
      const vd now = load_double(distance + j);
      const vl_ better = through < now;
      const vd nearer = better ? through : now;
      store_double(distance + j, nearer);
      vi_unaligned *from = (vi_unaligned *)(void *)(before + j);
      *from = blend_int(__builtin_convertvector(better, vi), (vi)(int32_t)row, *from);
      const vd open = nearer == -INFINITY ? (vd)INFINITY : nearer;
      // Of equals a free column comes first, which ends the path.
      const vi owned = *(const vi_unaligned *)(const void *)(row_of + j) >= 0;
      const vl_ number = (assignment_lanes() + (int64_t)j) | (__builtin_convertvector(owned, vl_) & owned_bit);
      const vl_ is_less = (open < least) | ((open == least) & (number < where));
      where = is_less ? number : where;
      least = is_less ? open : least;
    }
    gone = assignment_minimum(least);
    const size_t best = (size_t)(assignment_column(least == gone, where) & ~owned_bit);
    if (row_of[best] < 0) {
      sink = best;
    } else {
      reached[count] = (int32_t)best, reached_at[count] = gone, count++;
      distance[best] = -INFINITY;
      row = (size_t)row_of[best];
    }
  }
  for (size_t k = 0; k < count; k++) price[reached[k]] += reached_at[k] - gone;
  for (size_t j = sink;;) {
    const size_t i = (size_t)before[j];
    const int32_t next = columns[i];
    row_of[j] = (int32_t)i, columns[i] = (int32_t)j;
    if (i == free_row) return;
    j = (size_t)next;
  }
}

static void assignment_solve(const float *costs, size_t n, int32_t *columns, double *scratch,
                             int32_t *numbers) {
  const size_t padded = n + OOD_ASSIGNMENT_PADDING;
  double *price = scratch, *distance = scratch + padded, *reached_at = scratch + 2 * padded;
  int32_t *row_of = numbers, *before = numbers + padded, *list = numbers + 2 * padded;
  if (n == 0) return;
  assignment_reduce_columns(costs, n, columns, price, row_of, list);
  assignment_reduce_rows(costs, n, columns, price, row_of, list);
  for (size_t i = 0; i < n; i++) {
    if (columns[i] < 0) {
      assignment_augment(costs, n, i, columns, price, distance, reached_at, row_of, before, list);
    }
  }
}

static const struct ood_assignment assignment_table = {.solve = assignment_solve};
