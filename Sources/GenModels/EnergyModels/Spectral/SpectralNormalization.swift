/// A layer with its weights divided by their largest singular value (T. Miyato, T. Kataoka, M. Koyama and Y. Yoshida, 2018):
///
///     W̄ = bound · W / σ̂(W),   σ̂ = ‖W v‖,   v ← Wᵀ W v / ‖Wᵀ W v‖ once a training step.
///
/// W is the weight tensor as a matrix of inputs by outputs, for a convolution of (kernel · kernel · channels) by maps: with `bound` 1 a
/// fully connected layer stretches nothing; a convolution with windows that overlap may, by a factor up to the kernel's side over the
/// stride. v follows W, and σ̂ is at most σ, and as near as power iteration gets: a fresh layer's is exact to rounding.
public struct SpectralNormalization<Base: WeightedLayer>: Layer {
  private var base: Base
  /// v, `[outputs]`, of length 1.
  private var direction: RunningState
  private let bound: Float

  init(_ base: Base, bound: Float, _ tensors: TensorSource) throws(ModelFileError) {
    self.base = base
    self.bound = bound
    let matrix = Self.matrix(base.weight.tensor)
    let outputs = matrix.shape[1]
    direction = RunningState(
      try tensors.tensor("direction", [outputs]) { random in
        var v = random.normal([outputs, 1])
        for _ in 0..<200 { v = Self.iterated(v, matrix) }
        return v.reshaped([outputs])
      })
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    let weight = x.value(of: base.weight)
    let outputs = direction.tensor.count
    let v = direction.tensor.reshaped([outputs, 1])
    let stretched = Self.matrix(weight).matrixProduct(x.constant(v))
    // The term keeps the slope finite where all weights are 0.
    let largest = (stretched.squared().sum() + 1e-24).squareRoot()
    if context.isTraining {
      context.update(
        direction, to: Self.iterated(v, Self.matrix(base.weight.tensor)).reshaped([outputs]))
    }
    return base.output(x, weight: weight * (bound * largest.reciprocal()))
  }

  /// σ̂(W).
  var largestSingularValue: Double {
    let stretched = Self.matrix(base.weight.tensor).matrixProduct(
      direction.tensor.reshaped([direction.tensor.count, 1]))
    return Double(stretched.squared().sum().squareRoot().scalar)
  }

  private static func matrix<Value: TensorAlgebra>(_ weight: Value) -> Value {
    let outputs = weight.shape[weight.shape.rank - 1]
    return weight.reshaped([weight.shape.elementCount / outputs, outputs])
  }

  /// Wᵀ W v of length 1; v where that is 0.
  private static func iterated(_ v: Tensor, _ matrix: Tensor) -> Tensor {
    let next = matrix.matrixProduct(matrix.matrixProduct(v), transposingSelf: true)
    let length = next.squared().sum().squareRoot().scalar
    guard length > 0, length.isFinite else {
      let own = v.squared().sum().squareRoot().scalar
      return own > 0 ? v * (1 / own) : v
    }
    return next * (1 / length)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    base.visitParameters(with: visitor)
    visitor.visit("direction", &direction)
  }
}

/// A layer whose weights are divided by their largest singular value, as data.
public struct SpectralNormalizationDescription: LayerDescription {
  public static let name = "spectralNormalization"

  /// A fully connected layer or a convolution, or another `WeightedLayer`.
  public var layer: LayerSpecification
  /// The largest singular value that the weights get.
  public var bound: Float

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    try require(
      bound > 0 && bound.isFinite, "spectral normalization, needs a finite bound above 0, not \(bound)")
    return try layer.description.outputShape(after: input)
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    _ = try outputShape(after: input)
    let built = try layer.description.layer(after: input, tensors)
    guard let weighted = built.layer as? any WeightedLayer else {
      throw .malformed(
        reason: "spectral normalization, needs a layer with weights, not \(type(of: layer.description).name)")
    }
    func normalized(_ base: some WeightedLayer) throws(ModelFileError) -> any Layer {
      try SpectralNormalization(base, bound: bound, tensors)
    }
    return BuiltLayer(try normalized(weighted), outputShape: built.outputShape)
  }
}

extension LayerSpecification {
  /// A fully connected layer or a convolution whose weights are divided by their largest singular value, times `bound`.
  public static func spectralNormalization(
    _ layer: LayerSpecification, bound: Float = 1
  ) -> LayerSpecification {
    .init(SpectralNormalizationDescription(layer: layer, bound: bound))
  }
}
