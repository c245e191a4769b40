/// A layer of the gated PixelCNN: a vertical stack, whose output at a pixel sees the rows above, and a horizontal one, which sees
/// the row to the left and takes the vertical one in (A. van den Oord and others, 2016, figure 2).
///
/// Both run on images moved by a row or a column, so that "its own row" is the one above, and no tap is wasted.
struct GatedPixelLayer: Parameterized {
  let isFirst: Bool
  var vertical, horizontal: ShiftedConvolution
  /// From the vertical sums to the horizontal ones, and from the horizontal gate to the layer's output.
  var link, residual: Dense
  /// What each class adds to the vertical and the horizontal sums, `[classes, 4 · channels]`.
  var classes: Parameter?

  init(
    isFirst: Bool, kernel: Int, inChannels: Int, channels: Int, classCount: Int?, _ tensors: TensorSource
  ) throws(ModelFileError) {
    self.isFirst = isFirst
    let reach = kernel / 2
    // A moved image's own row is the one above: the first layer's kernels are shorter by it.
    vertical = try ShiftedConvolution(
      .downward, kernel: (isFirst ? reach : reach + 1, kernel), inChannels: inChannels,
      outChannels: 2 * channels,
      tensors.under("vertical"))
    horizontal = try ShiftedConvolution(
      .rightward, kernel: (1, isFirst ? reach : reach + 1), inChannels: inChannels, outChannels: 2 * channels,
      tensors.under("horizontal"))
    func dense(_ name: String, _ inputs: Int, _ outputs: Int) throws(ModelFileError) -> Dense {
      let source = tensors.under(name)
      return Dense(
        weight: try source.weights("weight", [inputs, outputs], fanIn: inputs, fanOut: outputs),
        bias: try source.constant("bias", [outputs], 0))
    }
    link = try dense("link", 2 * channels, 2 * channels)
    residual = try dense("residual", channels, channels)
    classes = try classCount.map { count throws(ModelFileError) in
      Parameter(try tensors.constant("classes", [count, 4 * channels], 0))
    }
  }

  /// What the classes add to the vertical and to the horizontal sums.
  func conditions<Value: TensorAlgebra>(_ labels: Indexes?, like x: Value) -> (
    vertical: Value?, horizontal: Value?
  ) {
    guard let labels, let classes else { return (nil, nil) }
    let rows = x.value(of: classes).rows(labels)
    let half = rows.shape[1] / 2
    return (rows.sliced(axis: 1, 0..<half), rows.sliced(axis: 1, half..<2 * half))
  }

  func callAsFunction<Value: TensorAlgebra>(
    _ v: Value, _ h: Value, _ labels: Indexes?
  ) -> (vertical: Value, horizontal: Value) {
    let conditions = conditions(labels, like: v)
    let sums = vertical(v)
    let gate = (horizontal(h) + sums.eachPixel(link)).addingToPixels(conditions.horizontal).gatedTanh()
    let step = gate.eachPixel(residual)
    return (sums.addingToPixels(conditions.vertical).gatedTanh(), isFirst ? step : h + step)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("vertical", &vertical)
    visitor.visit("horizontal", &horizontal)
    visitor.visit("link", &link)
    visitor.visit("residual", &residual)
    if var weights = classes {
      classes = nil
      visitor.visit("classes", &weights)
      classes = weights
    }
  }
}

/// A layer of the plain PixelCNN: a masked convolution in two parts, the rows above and the row to the left, with a step around it in
/// all layers but the first. The first does not see the pixel itself (mask A), the others do (mask B).
struct MaskedPixelLayer: Parameterized {
  let isFirst: Bool
  var above, left: ShiftedConvolution
  /// What each class adds, `[classes, channels]`.
  var classes: Parameter?

  init(
    isFirst: Bool, kernel: Int, inChannels: Int, channels: Int, classCount: Int?, _ tensors: TensorSource
  ) throws(ModelFileError) {
    self.isFirst = isFirst
    let reach = kernel / 2
    above = try ShiftedConvolution(
      .downward, kernel: (reach, kernel), inChannels: inChannels, outChannels: channels,
      tensors.under("above"))
    left = try ShiftedConvolution(
      .rightward, kernel: (1, isFirst ? reach : reach + 1), inChannels: inChannels, outChannels: channels,
      tensors.under("left"))
    classes = try classCount.map { count throws(ModelFileError) in
      Parameter(try tensors.constant("classes", [count, channels], 0))
    }
  }

  func condition<Value: TensorAlgebra>(_ labels: Indexes?, like x: Value) -> Value? {
    guard let labels, let classes else { return nil }
    return x.value(of: classes).rows(labels)
  }

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ labels: Indexes?) -> Value {
    let input = isFirst ? x : x.relu()
    let sums = above(input).movedDown() + left(isFirst ? input.movedRight() : input)
    let conditioned = sums.addingToPixels(condition(labels, like: x))
    return isFirst ? conditioned : x + conditioned
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("above", &above)
    visitor.visit("left", &left)
    if var weights = classes {
      classes = nil
      visitor.visit("classes", &weights)
      classes = weights
    }
  }
}
