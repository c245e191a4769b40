#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/ood_assignment.h"

/// Each column's least cost is its first price, and rows whose least reduced cost is at a free column take it.
static void assignment_start(const float *costs, size_t n, int32_t *columns, double *row_price,
                             double *column_price, int32_t *row_of) {
  for (size_t j = 0; j < n; j++) column_price[j] = (double)costs[j], row_of[j] = -1;
  for (size_t i = 1; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      const double cost = (double)costs[i * n + j];
      if (cost < column_price[j]) column_price[j] = cost;
    }
  }
  for (size_t i = 0; i < n; i++) {
    double least = INFINITY;
    size_t best = 0;
    for (size_t j = 0; j < n; j++) {
      const double cost = (double)costs[i * n + j] - column_price[j];
      if (cost < least) least = cost, best = j;
    }
    row_price[i] = least;
    columns[i] = -1;
    if (row_of[best] < 0) row_of[best] = (int32_t)i, columns[i] = (int32_t)best;
  }
}

/// Gives a free row its column, by the shortest path of reduced costs to a free one.
static void assignment_augment(const float *costs, size_t n, size_t free_row, int32_t *columns,
                               double *row_price, double *column_price, double *distance, int32_t *row_of,
                               int32_t *before, int32_t *open) {
  for (size_t j = 0; j < n; j++) distance[j] = INFINITY, open[j] = (int32_t)j, before[j] = -1;
  size_t left = n, row = free_row, sink = n;
  double reached = 0;
  while (sink == n) {
    const float *cost = costs + row * n;
    double least = INFINITY;
    size_t place = 0;
    for (size_t k = 0; k < left; k++) {
      const size_t j = (size_t)open[k];
      const double through = reached + (double)cost[j] - row_price[row] - column_price[j];
      if (through < distance[j]) distance[j] = through, before[j] = (int32_t)row;
      if (distance[j] < least || (distance[j] == least && row_of[j] < 0 && row_of[open[place]] >= 0)) {
        least = distance[j], place = k;
      }
    }
    const size_t j = (size_t)open[place];
    reached = least;
    // Columns on the way are kept behind those that are left.
    open[place] = open[--left], open[left] = (int32_t)j;
    if (row_of[j] < 0) {
      sink = j;
    } else {
      row = (size_t)row_of[j];
    }
  }
  row_price[free_row] += reached;
  for (size_t k = left; k < n; k++) {
    const size_t j = (size_t)open[k];
    if (j == sink) continue;
    row_price[row_of[j]] += reached - distance[j];
    column_price[j] -= reached - distance[j];
  }
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
  double *row_price = scratch, *column_price = scratch + n, *distance = scratch + 2 * n;
  int32_t *row_of = numbers, *before = numbers + n, *open = numbers + 2 * n;
  if (n == 0) return;
  assignment_start(costs, n, columns, row_price, column_price, row_of);
  for (size_t i = 0; i < n; i++) {
    if (columns[i] < 0) {
      assignment_augment(costs, n, i, columns, row_price, column_price, distance, row_of, before, open);
    }
  }
}

static const struct ood_assignment assignment_table = {.solve = assignment_solve};
