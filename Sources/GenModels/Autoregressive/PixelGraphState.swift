/// What the nodes of PixelCNN++ know while images are drawn. A node of the down stream is computed a row at a time, when its row's first
/// pixel is drawn; one of the right stream a pixel at a time; both at lower resolution only where a pixel of theirs begins.
struct PixelGraphState {
  private let graph: PixelGraph
  private let labels: Indexes?
  private let count, width, depth: Int

  /// Pixels that are drawn, `[count, depth]`.
  private var pixels: [Tensor] = []
  /// For each node of the down stream its last two rows, `[count, width, channels]`, the newest last.
  private var rows: [[Tensor]]
  /// For each node of the right stream, the pixels of its row at work and of the one before, `[count, channels]`.
  private var current, previous: [[Tensor]]
  /// What several pixels of a node come from: for doubled nodes the convolution's row or pixels of lower resolution, for the right stream's
  /// first node what the rows above bring.
  private var coarse: [[Tensor]]

  init(_ graph: PixelGraph, labels: Indexes?, count: Int, width: Int, depth: Int) {
    self.graph = graph
    self.labels = labels
    self.count = count
    self.width = width
    self.depth = depth
    let none = [[Tensor]](repeating: [], count: graph.nodes.count)
    (rows, current, previous, coarse) = (none, none, none, none)
  }

  /// The images, `[count, height, width, depth]`, once all pixels are set.
  var image: Tensor {
    Tensor.concatenate(pixels.map { $0.reshaped([count, 1, depth]) }, axis: 1)
      .reshaped([count, pixels.count / width, width, depth])
  }

  mutating func set(_ values: Tensor) { pixels.append(values) }

  /// A drawn row, `[count, width, depth]`; nil above the image.
  private func imageRow(_ row: Int) -> Tensor? {
    guard row >= 0 else { return nil }
    return .concatenate(
      pixels[row * width..<(row + 1) * width].map { $0.reshaped([count, 1, depth]) }, axis: 1)
  }

  private func imagePixel(_ row: Int, _ column: Int) -> Tensor? {
    row >= 0 && column >= 0 ? pixels[row * width + column] : nil
  }

  /// The last node's output at a pixel whose predecessors are set, `[count, channels]`.
  mutating func features(_ row: Int, _ column: Int) -> Tensor {
    for (number, node) in graph.nodes.enumerated() {
      let step = 1 << node.scale
      guard row % step == 0 else { continue }
      if node.isRight {
        if column == 0 { (previous[number], current[number]) = (current[number], []) }
        guard column % step == 0 else { continue }
        current[number].append(pixel(node, number, row / step, column / step))
      } else if column == 0 {
        rows[number].append(self.row(node, number, row / step))
        if rows[number].count > 2 { rows[number].removeFirst() }
      }
    }
    return current.last!.last!
  }

  /// A node of the down stream.
  private mutating func row(_ node: PixelGraph.Node, _ number: Int, _ row: Int) -> Tensor {
    func window(_ source: Int, active: Bool) -> [Tensor?] {
      let known = rows[source].map { active ? $0.concatenatedELU() : $0 }
      return [Tensor?](repeating: nil, count: 2 - known.count) + known
    }
    switch node.kind {
    case .first:
      // Rows above and the moved image's own one, which is empty for the first.
      return node.convolution.row([
        row >= 1 ? imageRow(row - 2) ?? .zeros([count, width, depth]) : nil,
        imageRow(row - 1) ?? .zeros([count, width, depth]),
      ])
    case .middle(let source, let shortCuts):
      var sum = node.convolution.row(window(source, active: true))
      for (link, other) in zip(node.links, shortCuts) {
        sum = sum + rows[other].last!.concatenatedELU().eachPixel(link)
      }
      return sum
    case .residual(let source, let middle):
      let sums = node.convolution.row(window(middle, active: true))
        .addingToPixels(node.condition(labels, like: Tensor(0)))
      return rows[source].last! + sums.gatedLinear()
    case .halved(let source): return node.convolution.row(window(source, active: false))
    case .doubled(let source):
      if row % 2 == 0 { coarse[number] = [node.convolution.row(window(source, active: false))] }
      let sums = coarse[number][0]
      let (columns, channels) = (sums.shape[1], sums.shape[2] / 4)
      return sums.reshaped([count, columns, 2, 2, channels]).sliced(axis: 2, row % 2..<row % 2 + 1)
        .reshaped([count, 2 * columns, channels])
    }
  }

  /// A node of the right stream.
  private mutating func pixel(
    _ node: PixelGraph.Node, _ number: Int, _ row: Int, _ column: Int
  ) -> Tensor {
    /// Above left, above, left, and its own.
    func window(_ source: Int, active: Bool) -> [Tensor?] {
      func value(_ pixels: [Tensor], _ column: Int) -> Tensor? {
        guard column >= 0, column < pixels.count else { return nil }
        return active ? pixels[column].concatenatedELU() : pixels[column]
      }
      // For a halved node, columns of the finer one.
      let place = current[source].count - 1
      return [
        value(previous[source], place - 1), value(previous[source], place), value(current[source], place - 1),
        value(current[source], place),
      ]
    }
    func ofRow(_ source: Int) -> Tensor {
      rows[source].last!.sliced(axis: 1, column..<column + 1).reshaped([count, rows[source].last!.shape[2]])
    }
    switch node.kind {
    case .first:
      let zero = Tensor.zeros([count, depth])
      let left = node.convolution.pixel([
        row >= 1 ? imagePixel(row - 1, column - 1) ?? zero : nil, imagePixel(row, column - 1) ?? zero,
      ])
      if column == 0 {
        coarse[number] = [node.above!.row([imageRow(row - 1) ?? .zeros([count, width, depth])])]
      }
      let above = coarse[number][0]
      return left + above.sliced(axis: 1, column..<column + 1).reshaped([count, above.shape[2]])
    case .middle(let source, let shortCuts):
      var sum = node.convolution.pixel(window(source, active: true))
      for (link, other) in zip(node.links, shortCuts) {
        let value = graph.nodes[other].isRight ? current[other].last! : ofRow(other)
        sum = sum + value.concatenatedELU().eachPixel(link)
      }
      return sum
    case .residual(let source, let middle):
      let sums = node.convolution.pixel(window(middle, active: true))
        .addingToPixels(node.condition(labels, like: Tensor(0)))
      return current[source].last! + sums.gatedLinear()
    case .halved(let source): return node.convolution.pixel(window(source, active: false))
    case .doubled(let source):
      if row % 2 == 0, column % 2 == 0 {
        if column == 0 { coarse[number] = [] }
        coarse[number].append(node.convolution.pixel(window(source, active: false)))
      }
      let sums = coarse[number][column / 2]
      let channels = sums.shape[1] / 4
      let place = row % 2 * 2 + column % 2
      return sums.sliced(axis: 1, place * channels..<(place + 1) * channels)
    }
  }
}
