// Tiles of images: where they lie, and into and out of frequencies, a vector of channels at a time.

/// Tiles in a block: what passes between the transforms and the products stays in the second-level cache.
enum { winograd_block_tiles = 36 };

/// Tiles of 4 x 4 pixels of `images` images.
struct winograd_grid {
  size_t rows, columns, tiles;
  /// Tiles in a block; the last may be smaller.
  size_t block;
};

OOD_INLINE struct winograd_grid winograd_tiles(size_t images, size_t height, size_t width) {
  struct winograd_grid grid;
  grid.rows = (height + winograd_outputs - 1) / winograd_outputs;
  grid.columns = (width + winograd_outputs - 1) / winograd_outputs;
  grid.tiles = images * grid.rows * grid.columns;
  // Equal blocks, of whole tiles of the matrix product.
  const size_t blocks = (grid.tiles + winograd_block_tiles - 1) / winograd_block_tiles;
  const size_t even = blocks == 0 ? 1 : (grid.tiles + blocks - 1) / blocks;
  const size_t whole = (even + MATMUL_ROWS - 1) / MATMUL_ROWS * MATMUL_ROWS;
  grid.block = convolution_smaller(whole, convolution_larger(grid.tiles, 1));
  return grid;
}

/// Tile number n: its image, and its row and column in the grid.
struct winograd_place {
  size_t image, row, column;
};

OOD_INLINE struct winograd_place winograd_place_of(struct winograd_grid grid, size_t n) {
  const size_t in_image = n % (grid.rows * grid.columns);
  return (struct winograd_place){n / (grid.rows * grid.columns), in_image / grid.columns,
                                 in_image % grid.columns};
}

/// Images in memory.
struct winograd_images {
  size_t height, width, channels;
};

/// Where the pixels of a window of side x side pixels lie, whose corner is pixel (4 row - top, 4 column -
/// left): floats from the start of the images, or `winograd_outside`.
static const size_t winograd_outside = SIZE_MAX;

OOD_INLINE void winograd_locate(struct winograd_images images, struct winograd_place place, size_t top,
                                size_t left, const int side, size_t *at) {
  // What lies above or to the left of the image wraps around to numbers larger than any side.
  const size_t y0 = winograd_outputs * place.row - top, x0 = winograd_outputs * place.column - left;
  for (int r = 0; r < side; r++) {
    const size_t y = y0 + (size_t)r;
    for (int c = 0; c < side; c++) {
      const size_t x = x0 + (size_t)c;
      *at++ = y < images.height && x < images.width
                  ? ((place.image * images.height + y) * images.width + x) * images.channels
                  : winograd_outside;
    }
  }
}

/// Pointers to those pixels; to `outside` where there is none.
OOD_INLINE void winograd_point(const size_t *at, int count, const float *images, const float *outside,
                               const float **pixels) {
  for (int i = 0; i < count; i++) pixels[i] = at[i] == winograd_outside ? outside : images + at[i];
}

/// Transforms `lanes` channels from channel c on of a window of side x side pixels to 64 vectors, `step`
/// floats apart: by B^T (side 8) or A (side 4).
OOD_INLINE void winograd_transform_vector(const int side, const int is_gated, const float *const *pixels,
                                          const float *const *gates, size_t c, size_t lanes, float *to,
                                          size_t step) {
  vf half[winograd_side][winograd_side];
#pragma clang loop unroll(disable)
  for (int x = 0; x < side; x++) {
    vf column[winograd_side], f[winograd_side];
#pragma clang loop unroll(full)
    for (int y = 0; y < side; y++) {
      column[y] = load_some(pixels[y * side + x] + c, lanes);
      if (is_gated) column[y] = through_gate(column[y], load_some(gates[y * side + x] + c, lanes));
    }
    if (side == winograd_side) {
      winograd_window(column, f);
    } else {
      winograd_evaluate(column, f);
    }
#pragma clang loop unroll(full)
    for (int y = 0; y < winograd_side; y++) half[y][x] = f[y];
  }
#pragma clang loop unroll(disable)
  for (int y = 0; y < winograd_side; y++) {
    vf f[winograd_side];
    if (side == winograd_side) {
      winograd_window(half[y], f);
    } else {
      winograd_evaluate(half[y], f);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < winograd_side; x++) {
      store(to, f[x]);
      to += step;
    }
  }
}

/// Channels [c0, c1) of a window, c0 at the start of a vector; the last vector is filled up with zeros.
OOD_INLINE void winograd_transform_channels(const int side, const int is_gated, const float *const *pixels,
                                            const float *const *gates, size_t c0, size_t c1, float *to,
                                            size_t step) {
  size_t c = c0;
  for (; c + OOD_WIDTH <= c1; c += OOD_WIDTH) {
    winograd_transform_vector(side, is_gated, pixels, gates, c, OOD_WIDTH, to + (c - c0), step);
  }
  if (c < c1) winograd_transform_vector(side, is_gated, pixels, gates, c, c1 - c, to + (c - c0), step);
}

typedef void winograd_transform_function(const float *const *pixels, const float *const *gates, size_t c0,
                                         size_t c1, float *to, size_t step);
static void winograd_transform_8(const float *const *pixels, const float *const *gates, size_t c0, size_t c1,
                                 float *to, size_t step) {
  winograd_transform_channels(8, 0, pixels, gates, c0, c1, to, step);
}
static void winograd_transform_gated_8(const float *const *pixels, const float *const *gates, size_t c0,
                                       size_t c1, float *to, size_t step) {
  winograd_transform_channels(8, 1, pixels, gates, c0, c1, to, step);
}
static void winograd_transform_4(const float *const *pixels, const float *const *gates, size_t c0, size_t c1,
                                 float *to, size_t step) {
  winograd_transform_channels(4, 0, pixels, gates, c0, c1, to, step);
}
static void winograd_transform_gated_4(const float *const *pixels, const float *const *gates, size_t c0,
                                       size_t c1, float *to, size_t step) {
  winograd_transform_channels(4, 1, pixels, gates, c0, c1, to, step);
}

/// What a block of tiles is transformed from: images, their gate or NULL, and the windows' size (8 or 4) and
/// offset. `zeros` is a pixel of zeros for what lies outside.
struct winograd_side_of {
  struct winograd_images images;
  const float *values, *gate, *zeros;
  int side;
  size_t top, left;
};

/// Transforms channels [c0, c1) of tiles [n0, n1). The vectors of tile n, channel c and frequency f go to
/// to[f * step + (n - n0) * row + c - c0]; or, where `panels` is set, to panels of a right operand with
/// n1 - n0 rows.
static void winograd_transform_block(struct winograd_side_of from, struct winograd_grid grid, size_t n0,
                                     size_t n1, size_t c0, size_t c1, int panels, float *to, size_t step) {
  winograd_transform_function *const transform =
      from.side == winograd_side ? (from.gate ? winograd_transform_gated_8 : winograd_transform_8)
                                 : (from.gate ? winograd_transform_gated_4 : winograd_transform_4);
  const int count = from.side * from.side;
  const size_t row = matmul_vector_count(c1 - c0) * OOD_WIDTH;
  for (size_t n = n0; n < n1; n++) {
    size_t at[winograd_frequencies];
    const float *pixels[winograd_frequencies], *gates[winograd_frequencies];
    winograd_locate(from.images, winograd_place_of(grid, n), from.top, from.left, from.side, at);
    winograd_point(at, count, from.values, from.zeros, pixels);
    if (from.gate) winograd_point(at, count, from.gate, from.zeros, gates);
    if (!panels) {
      transform(pixels, gates, c0, c1, to + (n - n0) * row, step);
      continue;
    }
    for (size_t p = 0; p < matmul_panel_count(c1 - c0); p++) {
      const size_t start = matmul_panel_start(c1 - c0, p);
      const size_t width = matmul_panel_start(c1 - c0, p + 1) - start;
      transform(pixels, gates, c0 + start, c0 + convolution_smaller(start + width, c1 - c0),
                to + start * (n1 - n0) + (n - n0) * width, step);
    }
  }
}

/// Floats between frequencies of `count` floats each: a cache line more than needed, so that the 64 values
/// that a transform reads or writes together don't all fall on the same lines of the first-level cache.
OOD_INLINE size_t winograd_step(size_t count) { return convolution_lines(count) + convolution_line; }

/// What becomes of a sum before it is stored.
OOD_INLINE vf winograd_activate(vf y, enum ood_activation activation) {
  switch (activation) {
    case ood_activation_none:
      return y;
    case ood_activation_relu:
      return y < 0 ? (vf)0 : y;
    case ood_activation_sigmoid:
      return sigmoid_vector(y);
  }
}
