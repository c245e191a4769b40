/// The layers of PixelCNN++ as nodes, each computed from nodes before it. A node belongs to one of two streams, down (which sees rows above)
/// and right (which also sees its row to the left), and to a resolution.
///
/// The same nodes are computed for whole images in training, and row by row and pixel by pixel in drawing.
struct PixelGraph: Parameterized {
  struct Node: Sendable {
    enum Kind: Sendable {
      /// From the image, moved by a row or a column.
      case first
      /// The first half of a residual layer: a convolution of ELU(x), and each short cut through a layer of its own.
      case middle(x: Int, shortCuts: [Int])
      /// Its second half: x + a σ(b), with (a, b) a convolution of ELU(middle).
      case residual(x: Int, middle: Int)
      /// A convolution of stride 2.
      case halved(x: Int)
      /// A convolution whose channels become 2 × 2 pixels.
      case doubled(x: Int)
    }

    let kind: Kind
    let isRight: Bool
    /// Times that the sides were halved.
    let scale: Int
    var convolution: ShiftedConvolution
    /// The second convolution of the right stream's first node, which sees the rows above.
    var above: ShiftedConvolution?
    var links: [Dense] = []
    /// What each class adds to (a, b), `[classes, 2 · channels]`.
    var classes: Parameter?
  }

  private(set) var nodes: [Node] = []
  private let dropout: Float

  init(_ architecture: PixelCNNPlusPlus.Architecture, _ tensors: TensorSource) throws(ModelFileError) {
    dropout = architecture.dropout
    let (channels, depth) = (architecture.channels, architecture.exampleShape[2])

    func convolution(
      _ isRight: Bool, _ name: String, inChannels: Int, outChannels: Int, stride: Int = 1
    ) throws(ModelFileError) -> ShiftedConvolution {
      try ShiftedConvolution(
        isRight ? .rightward : .downward, kernel: isRight ? (2, 2) : (2, 3), inChannels: inChannels,
        outChannels: outChannels, stride: stride, tensors.under(name))
    }
    func append(_ node: Node) -> Int {
      nodes.append(node)
      return nodes.count - 1
    }
    func residual(_ x: Int, _ shortCuts: [Int], _ scale: Int) throws(ModelFileError) -> Int {
      let isRight = nodes[x].isRight
      let number = nodes.count
      var links: [Dense] = []
      for (index, _) in shortCuts.enumerated() {
        links.append(try .fresh("\(number).links.\(index)", 2 * channels, channels, tensors))
      }
      let middle = append(
        Node(
          kind: .middle(x: x, shortCuts: shortCuts), isRight: isRight, scale: scale,
          convolution: try convolution(
            isRight, "\(number).convolution", inChannels: 2 * channels, outChannels: channels), links: links))
      return append(
        Node(
          kind: .residual(x: x, middle: middle), isRight: isRight, scale: scale,
          convolution: try convolution(
            isRight, "\(number + 1).convolution", inChannels: 2 * channels, outChannels: 2 * channels),
          classes: try architecture.classCount.map { count throws(ModelFileError) in
            Parameter(try tensors.constant("\(number + 1).classes", [count, 2 * channels], 0))
          }))
    }
    func resized(_ x: Int, down: Bool, _ scale: Int) throws(ModelFileError) -> Int {
      let isRight = nodes[x].isRight
      return append(
        Node(
          kind: down ? .halved(x: x) : .doubled(x: x), isRight: isRight, scale: scale,
          convolution: try convolution(
            isRight, "\(nodes.count).convolution", inChannels: channels,
            outChannels: down ? channels : 4 * channels, stride: down ? 2 : 1)))
    }

    var down = append(
      Node(
        kind: .first, isRight: false, scale: 0,
        convolution: try ShiftedConvolution(
          .downward, kernel: (2, 3), inChannels: depth, outChannels: channels, tensors.under("0.convolution"))
      ))
    var right = append(
      Node(
        kind: .first, isRight: true, scale: 0,
        convolution: try ShiftedConvolution(
          .rightward, kernel: (2, 1), inChannels: depth, outChannels: channels, tensors.under("1.convolution")
        ),
        above: try ShiftedConvolution(
          .downward, kernel: (1, 3), inChannels: depth, outChannels: channels, tensors.under("1.above"))))
    var (downs, rights) = ([down], [right])
    for scale in 0...architecture.halvings {
      for _ in 0..<architecture.layers {
        down = try residual(down, [], scale)
        right = try residual(right, [down], scale)
        downs.append(down)
        rights.append(right)
      }
      guard scale < architecture.halvings else { break }
      down = try resized(down, down: true, scale + 1)
      right = try resized(right, down: true, scale + 1)
      downs.append(down)
      rights.append(right)
    }
    down = downs.removeLast()
    right = rights.removeLast()
    for scale in stride(from: architecture.halvings, through: 0, by: -1) {
      // The way down left one node more behind at each resolution but the lowest.
      for _ in 0..<architecture.layers + (scale == architecture.halvings ? 0 : 1) {
        down = try residual(down, [downs.removeLast()], scale)
        right = try residual(right, [down, rights.removeLast()], scale)
      }
      guard scale > 0 else { break }
      down = try resized(down, down: false, scale - 1)
      right = try resized(right, down: false, scale - 1)
    }
  }

  /// The last node of the right stream for whole images.
  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ labels: Indexes?, _ context: Context) -> Value {
    var values: [Value] = []
    for node in nodes {
      let value: Value
      switch node.kind {
      case .first:
        value =
          node.isRight
          ? node.convolution(x.movedRight(), context) + node.above!(x.movedDown(), context)
          : node.convolution(x.movedDown(), context)
      case .middle(let source, let shortCuts):
        var sum = node.convolution(values[source].concatenatedELU(), context)
        for (link, number) in zip(node.links, shortCuts) {
          sum = sum + values[number].concatenatedELU().eachPixel(link)
        }
        value = sum
      case .residual(let source, let middle):
        let active = values[middle].concatenatedELU()
        let passed = dropout > 0 ? Dropout(probability: dropout)(active, context) : active
        let sums = node.convolution(passed, context).addingToPixels(node.condition(labels, like: x))
        value = values[source] + sums.gatedLinear()
      case .halved(let source): value = node.convolution(values[source], context)
      case .doubled(let source):
        value = SubpixelShuffle(factor: 2)(node.convolution(values[source], context), context)
      }
      values.append(value)
    }
    return values.last!
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in nodes.indices {
      visitor.visit("\(index).convolution", &nodes[index].convolution)
      if var above = nodes[index].above {
        nodes[index].above = nil
        visitor.visit("\(index).above", &above)
        nodes[index].above = above
      }
      for link in nodes[index].links.indices {
        visitor.visit("\(index).links.\(link)", &nodes[index].links[link])
      }
      if var classes = nodes[index].classes {
        nodes[index].classes = nil
        visitor.visit("\(index).classes", &classes)
        nodes[index].classes = classes
      }
    }
  }
}

extension PixelGraph.Node {
  /// What the classes add, a row for each example.
  func condition<Value: TensorAlgebra>(_ labels: Indexes?, like x: Value) -> Value? {
    guard let labels, let classes else { return nil }
    return x.value(of: classes).rows(labels)
  }
}
