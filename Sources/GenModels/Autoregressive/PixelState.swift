/// What the layers of a PixelCNN know while an image is drawn: the last rows of each layer, and the pixels of the row at work. A row's
/// part that sees the rows above is computed for the whole row at once, the rest pixel by pixel, so that nothing is computed twice.
struct PixelState {
  private let layers: [GatedPixelLayer]
  private let masked: [MaskedPixelLayer]
  private let labels: Indexes?
  private let count, width, depth: Int

  /// Rows of the image that are done, `[count, width, depth]`.
  private var rows: [Tensor] = []
  /// Pixels of the row at work, `[count, depth]`.
  private var pixels: [Tensor] = []
  /// For each layer, rows that the vertical kernels see: the vertical stack's (its own row last), or the layer's input (done rows).
  private var above: [[Tensor]]
  /// For each layer, what the rows above bring to the sums of the row at work, `[count, width, channels]`.
  private var fromAbove: [Tensor] = []
  /// For each layer, its input's pixels in the row at work.
  private var row: [[Tensor]]

  init(
    layers: [GatedPixelLayer], masked: [MaskedPixelLayer], labels: Indexes?, count: Int, width: Int,
    depth: Int
  ) {
    self.layers = layers
    self.masked = masked
    self.labels = labels
    self.count = count
    self.width = width
    self.depth = depth
    let number = layers.count + masked.count
    above = Array(repeating: [], count: number)
    row = Array(repeating: [], count: number)
  }

  /// The image, `[count, height, width, depth]`, once all rows are done.
  var image: Tensor {
    .concatenate(rows.map { $0.reshaped([count, 1, width, depth]) }, axis: 1)
  }

  /// The last `height` rows, nil for those above the image.
  private func window(_ rows: [Tensor], _ height: Int) -> [Tensor?] {
    let missing = max(0, height - rows.count)
    return [Tensor?](repeating: nil, count: missing) + rows.suffix(height)
  }

  /// Computes what the rows above say of the next row.
  mutating func beginRow() {
    pixels = []
    fromAbove = []
    for index in row.indices { row[index] = [] }
    // The moved image's own row is the one above, which is empty at first.
    var v = rows.last ?? .zeros([count, width, depth])
    for (index, layer) in layers.enumerated() {
      above[index].append(v)
      let sums = layer.vertical.row(window(above[index], layer.vertical.kernelHeight))
      if above[index].count > layer.vertical.kernelHeight { above[index].removeFirst() }
      let conditions = layer.conditions(labels, like: sums)
      fromAbove.append(sums.eachPixel(layer.link).addingToPixels(conditions.horizontal))
      v = sums.addingToPixels(conditions.vertical).gatedTanh()
    }
    for (index, layer) in masked.enumerated() {
      let channels = layer.above.bias.shape[0]
      // The first row has nothing above it, not even the bias of its kernel.
      let sums =
        above[index].isEmpty
        ? Tensor.zeros([count, width, channels])
        : layer.above.row(window(above[index], layer.above.kernelHeight))
      fromAbove.append(sums.addingToPixels(layer.condition(labels, like: sums)))
    }
  }

  /// The last layer's output at a pixel whose predecessors are set, `[count, channels]`.
  mutating func features(_ column: Int) -> Tensor {
    var h = column > 0 ? pixels[column - 1] : Tensor.zeros([count, depth])
    for (index, layer) in layers.enumerated() {
      row[index].append(h)
      let sums = layer.horizontal.pixel(window(row[index], layer.horizontal.kernelWidth))
      let gate = (sums + pixel(of: fromAbove[index], column)).gatedTanh()
      let step = gate.eachPixel(layer.residual)
      h = layer.isFirst ? step : h + step
    }
    for (index, layer) in masked.enumerated() {
      row[index].append(layer.isFirst ? h : h.relu())
      let sums = layer.left.pixel(window(row[index], layer.left.kernelWidth))
      let step = sums + pixel(of: fromAbove[index], column)
      h = layer.isFirst ? step : h + step
    }
    return h
  }

  private func pixel(of row: Tensor, _ column: Int) -> Tensor {
    row.sliced(axis: 1, column..<column + 1).reshaped([count, row.shape[2]])
  }

  mutating func set(_ column: Int, _ values: Tensor) { pixels.append(values) }

  mutating func endRow() {
    func joined(_ pixels: [Tensor]) -> Tensor {
      .concatenate(pixels.map { $0.reshaped([count, 1, $0.shape[1]]) }, axis: 1)
    }
    rows.append(joined(pixels))
    for (index, layer) in masked.enumerated() {
      above[index].append(layer.isFirst ? rows.last! : joined(row[index]))
      if above[index].count > layer.above.kernelHeight { above[index].removeFirst() }
    }
  }
}
