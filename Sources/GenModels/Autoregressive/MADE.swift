/// The masked autoencoder for distribution estimation (M. Germain, K. Gregor, I. Murray and H. Larochelle, 2015): exact probabilities of
/// binary examples, or of images of grey levels, P(x) = Πd P(xd | x before d), from one pass of a masked network.
///
/// ```swift
/// let model = MADE(.init(exampleShape: [784], hidden: [500]), seed: 1)
/// let trained = try model.train(on: binaryDigits, settings: DensityTraining(trainer: Trainer(epochs: 30))).model
/// let nats = try trained.logDensity(moreDigits)
/// ```
///
/// With several orders the weights are shared, each training step takes one, and P(x) is the average over all. Masked weights are not
/// computed: units are sorted by their degrees. Cost of an example: half the weights, for each order; a draw costs as much.
/// Real-valued examples: `GaussianMADE`.
public struct MADE: DensityModel, TrainableDensity, InPainter {
  public static let kind = "made"

  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Units of the hidden layers.
    public var hidden: [Int]
    public var activation: Activation
    /// `.bernoulli`, `.categorical` or `.discretizedLogistic`.
    public var observation: ObservationModel
    public var orders: AutoregressiveOrders
    /// Whether each output also sees the features before it without hidden units between: logistic regressions in the sum.
    public var hasDirectConnections: Bool

    public init(
      exampleShape: [Int], hidden: [Int], activation: Activation = .relu,
      observation: ObservationModel = .bernoulli,
      orders: AutoregressiveOrders = AutoregressiveOrders(), hasDirectConnections: Bool = false
    ) {
      self.exampleShape = exampleShape
      self.hidden = hidden
      self.activation = activation
      self.observation = observation
      self.orders = orders
      self.hasDirectConnections = hasDirectConnections
    }
  }

  public let configuration: Architecture
  private var core: MaskedAutoencoder

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    guard configuration.observation.levels != nil else {
      throw .malformed(reason: "MADE gives probabilities to levels; real numbers are for GaussianMADE")
    }
    self.configuration = configuration
    core = try MaskedAutoencoder(
      .init(
        exampleShape: configuration.exampleShape, hidden: configuration.hidden,
        activation: configuration.activation, observation: configuration.observation,
        orders: configuration.orders, hasDirectConnections: configuration.hasDirectConnections), tensors)
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }

  /// Numbers must be levels k / (K − 1): 0 and 1 for binary examples.
  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try configuration.observation.requireSupport(x)
  }

  public func logDensity(checked x: Tensor) throws -> [Double] {
    try core.logDensities(of: self, x)
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    core.sample(count: count, using: &random).reshaped(Shape([count] + configuration.exampleShape))
  }

  /// What is not known is drawn in the model's order, each feature given those before it. Where what is known comes first in the order
  /// this is the exact conditional distribution; known features that come later don't influence those before them.
  public func inPaint(checked x: Tensor, known: Tensor, using random: inout RandomGenerator) -> Tensor {
    core.sample(count: x.shape[0], known: (x.flattened(), known.flattened()), using: &random)
      .reshaped(x.shape)
  }

  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) -> Variable { core.loss(x, scope) }

  /// The network's numbers for each feature, `[batch, features, parameterCount]`, under one order, features as they stand: feature d's
  /// depend on the features before it in that order alone. Recorded where `x` is.
  public func parameters<Value: TensorAlgebra>(of x: Value, order: Int = 0) -> Value {
    core.parameters(of: x, member: order)
  }

  /// The feature at each place of one of the orders.
  public func order(_ number: Int = 0) -> [Int] {
    core.network.members[number].features ?? Array(0..<core.network.features)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    core.visitParameters(with: visitor)
  }
}

extension MaskedAutoencoder {
  /// Log-densities in pieces of about as many numbers.
  func logDensities(of model: some Network, _ x: Tensor) throws -> [Double] {
    let numbers =
      network.features * network.parametersPerFeature + network.layers.reduce(0) { $0 + $1.bias.shape[0] }
    return try model.logDensities(inPiecesOf: max(16, (1 << 22) / numbers), x) { piece, _ in
      logDensities(of: piece)
    }
  }

  func parameters<Value: TensorAlgebra>(of x: Value, member: Int) -> Value {
    let found = network(ordered: network.ordered(x.flattened(), by: member), member: member)
    let (features, count) = (network.features, network.parametersPerFeature)
    guard let order = network.members[member].features else {
      return found.reshaped([x.shape[0], features, count])
    }
    var places = order
    for (place, feature) in order.enumerated() { places[feature] = place }
    return found.channels(places.flatMap { place in (0..<count).map { place * count + $0 } })
      .reshaped([x.shape[0], features, count])
  }
}

extension MADE: LevelModel {
  public var levels: Int? { configuration.observation.levels }
}
