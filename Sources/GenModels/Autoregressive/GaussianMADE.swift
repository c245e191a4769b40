/// The masked autoencoder for distribution estimation with normal conditionals, for real-valued examples (M. Germain, K. Gregor, I. Murray
/// and H. Larochelle, 2015; B. Uria, I. Murray and H. Larochelle, 2013): p(x) = Πd N(xd; μd, σd²), μd and σd from the features before d.
///
/// ```swift
/// let model = GaussianMADE(.init(exampleShape: [8], hidden: [100]), seed: 1)
/// let trained = try model.train(on: table, settings: DensityTraining(trainer: Trainer(epochs: 30))).model
/// ```
///
/// Examples are standardized column by column with what training finds first; the density is that of the examples as they are given.
public struct GaussianMADE: DifferentiableDensity, TrainableDensity, InPainter {
  public static let kind = "gaussian-made"

  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Units of the hidden layers.
    public var hidden: [Int]
    public var activation: Activation
    public var orders: AutoregressiveOrders
    public var hasDirectConnections: Bool

    public init(
      exampleShape: [Int], hidden: [Int], activation: Activation = .relu,
      orders: AutoregressiveOrders = AutoregressiveOrders(), hasDirectConnections: Bool = false
    ) {
      self.exampleShape = exampleShape
      self.hidden = hidden
      self.activation = activation
      self.orders = orders
      self.hasDirectConnections = hasDirectConnections
    }
  }

  public let configuration: Architecture
  private var core: MaskedAutoencoder
  /// Means of the training columns, and the reciprocals of their deviations, `[features]`.
  private var mean, scale: RunningState

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    self.configuration = configuration
    core = try MaskedAutoencoder(
      .init(
        exampleShape: configuration.exampleShape, hidden: configuration.hidden,
        activation: configuration.activation, observation: .gaussian, orders: configuration.orders,
        hasDirectConnections: configuration.hasDirectConnections), tensors)
    let features = configuration.exampleShape.reduce(1, *)
    mean = RunningState(try tensors.constant("mean", [features], 0))
    scale = RunningState(try tensors.constant("scale", [features], 1))
    guard scale.tensor.withUnsafeElements({ $0.allSatisfy { $0 > 0 } }) else {
      throw .malformed(reason: "a scale of a column is not above 0")
    }
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }

  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value {
    let logScale = scale.tensor.log().sum().scalar
    return core.logDensities(of: standardized(x)) + logScale
  }

  private func standardized<Value: TensorAlgebra>(_ x: Value) -> Value {
    (x.flattened() - x.constant(mean.tensor)) * x.constant(scale.tensor)
  }

  public func logDensity(checked x: Tensor) throws -> [Double] {
    try logDensities(inPiecesOf: 1024, x) { piece, _ in recordedLogDensity(piece) }
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    given(core.sample(count: count, using: &random)).reshaped(Shape([count] + configuration.exampleShape))
  }

  private func given(_ z: Tensor) -> Tensor { z / scale.tensor + mean.tensor }

  /// See `MADE.inPaint`.
  public func inPaint(checked x: Tensor, known: Tensor, using random: inout RandomGenerator) -> Tensor {
    let (x, marks) = (x.flattened(), known.flattened())
    let drawn = given(core.sample(count: x.shape[0], known: (standardized(x), marks), using: &random))
    return (drawn * (1 - marks) + x * marks).reshaped(Shape([x.shape[0]] + configuration.exampleShape))
  }

  public func prepared(for x: Tensor, labels: Indexes?, using random: RandomGenerator) -> GaussianMADE {
    var model = self
    let flat = x.flattened()
    let mean = flat.mean(axes: [0])
    let variance = (flat - mean).squared().mean(axes: [0])
    model.mean.tensor = mean
    // A column that does not vary is left as it is.
    model.scale.tensor = Tensor(variance.elements.map { $0 > 1e-12 ? 1 / $0.squareRoot() : 1 })
    return model
  }

  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) -> Variable {
    let logScale = scale.tensor.log().sum().scalar
    return core.loss(standardized(x), scope) - logScale
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    core.visitParameters(with: visitor)
    visitor.visit("mean", &mean)
    visitor.visit("scale", &scale)
  }
}
