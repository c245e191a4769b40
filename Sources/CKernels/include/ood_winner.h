/// Winner-take-all codes, and convolutions that cost what a code with one value per feature map needs.
///
/// A compact code of one image holds, for each of `maps` feature maps, one position row * width + column
/// and the value there; everywhere else the map is zero. Maps whose value is 0 are skipped: they take part
/// in no product, even with weights that are not finite. Sums run in an order that depends on the shape and
/// the positions alone, never on how images or maps are split into calls.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ood_activation.h"

#pragma clang assume_nonnull begin

/// How a winner reaches the pixels around it. Tap (i, j) of a winner at (row, column) meets the target pixel
/// (p / divide, q / divide), p = row multiply + i - top, q = column multiply + j - left, where both
/// divisions are exact and the pixel lies inside the target.
struct ood_winner_shape {
  /// Size of the maps that positions refer to, and their number.
  size_t height, width, maps;
  size_t target_height, target_width, target_channels;
  size_t kernel_height, kernel_width;
  size_t multiply, divide;
  size_t top, left;
};

/// Weights W[tap][map][target channel] are read and written in an order of `enum ood_weight_order`:
/// transposed means [tap][target channel][map]. A gate has the upstream gradient's shape, which counts where
/// gate > 0 and is 0 elsewhere. The functions that take `scratch` want as many floats as the function of that
/// name says.
struct ood_winner {
  /// The largest value of each feature map of each image [positions][maps] and where it is: the first of
  /// equals; a NaN beats every number, the first NaN wins.
  void (*spatial)(size_t images, size_t positions, size_t maps, const float *x, float *values,
                  int32_t *where);

  /// For each of `rows` rows of `columns` values: mask = 1 for the `keep` largest and 0 for the others, kept
  /// = the value or 0. Of equals at the border the first stay; NaN counts as larger than infinity, -0 as 0.
  void (*largest_in_rows)(size_t rows, size_t columns, size_t keep, const float *values, float *kept,
                          float *mask);

  /// The same for columns [c0, c1) of a matrix of `rows` rows and `columns` columns: the `keep` largest of
  /// each column.
  void (*largest_in_columns)(size_t rows, size_t columns, size_t c0, size_t c1, size_t keep,
                             const float *values, float *kept, float *mask);

  /// For codes whose positions are cut into cells of `stride` x `stride`, those at the ends smaller: mask = 1 for the
  /// largest value of each cell and 0 for the others, kept = the value or 0. Of equals the first map stays; NaN
  /// counts as larger than infinity, -0 as 0.
  void (*largest_in_cells)(size_t images, size_t height, size_t width, size_t stride, size_t maps,
                           const int32_t *where, const float *values, float *kept, float *mask,
                           int32_t *scratch);
  size_t (*largest_in_cells_scratch)(size_t height, size_t width, size_t stride);

  /// Floats that packed weights take.
  size_t (*packed_count)(const struct ood_winner_shape *shape);

  /// Packs the weights of maps [m0, m1).
  void (*pack)(const struct ood_winner_shape *shape, int order, size_t m0, size_t m1, const float *weights,
               float *packed);

  /// target = activation(bias + sum over maps and taps of value W[tap][map]). With `streams` the target is written
  /// around the caches, where its lines allow it.
  void (*spread)(const struct ood_winner_shape *shape, size_t images, const int32_t *where,
                 const float *values, const float *packed, const float *_Nullable bias,
                 enum ood_activation activation, int streams, float *target, float *scratch);
  size_t (*spread_scratch)(const struct ood_winner_shape *shape, size_t images);

  /// gradient[map] = sum over taps of W[tap][map] . upstream[pixel].
  void (*value_gradient)(const struct ood_winner_shape *shape, size_t images, const int32_t *where,
                         const float *packed, const float *upstream, const float *_Nullable gate,
                         float *gradient);

  /// For maps [m0, m1) and target channels [c0, c1): dW[tap][map][c] = sum over images of value
  /// upstream[pixel][c], written in the given order. For one map up to 128 channels and 25 taps stay in the
  /// first-level cache.
  void (*weight_gradient)(const struct ood_winner_shape *shape, size_t images, size_t m0, size_t m1,
                          size_t c0, size_t c1, const int32_t *where, const float *values,
                          const float *upstream, const float *_Nullable gate, int order, float *gradient,
                          float *scratch);
  /// For `maps` maps and `channels` channels in one call.
  size_t (*weight_gradient_scratch)(const struct ood_winner_shape *shape, size_t maps, size_t channels);

  /// Whether `gradients` takes the shape: winners' patches lie wholly inside the target, and rows have 3 or 5
  /// taps or fit one vector.
  int (*patches_fit)(const struct ood_winner_shape *shape);

  /// How many channels `gradients` works on in a call: at least all of them, or a panel.
  size_t (*gradients_channels)(const struct ood_winner_shape *shape);

  /// The gradients for maps [m0, m1) and the channels from `channel` on, a multiple of `gradients_channels`, in
  /// one pass over `upstream`: that of the weights; where `packed` and `value_gradient` are given, what
  /// these channels bring to that of the values; where `bias_gradient` is, the sums of these channels (of all,
  /// when `gradients_channels` is all, by the call with m0 = 0).
  void (*gradients)(const struct ood_winner_shape *shape, size_t images, size_t m0, size_t m1, size_t channel,
                    const int32_t *where, const float *values, const float *_Nullable packed,
                    const float *upstream, const float *_Nullable gate, int order, float *gradient,
                    float *_Nullable value_gradient, float *_Nullable bias_gradient, float *scratch);
  /// For `maps` maps in one call.
  size_t (*gradients_scratch)(const struct ood_winner_shape *shape, size_t maps);

  /// The images [positions][maps] that the codes stand for, zeros included.
  void (*dense)(size_t images, size_t positions, size_t maps, const int32_t *where, const float *values,
                float *x);
};

#pragma clang assume_nonnull end
