/// A continuous normalizing flow: noise z at time 0 moves along dy/dt = v(t, y), and is an example at time 1. The density is
///
///     ln p(x) = ln N(y(0); 0, I) − ∫₀¹ tr ∂v/∂y dt
///
/// along the solution that ends in x (R. T. Q. Chen et al., Neural ordinary differential equations, 2018; W. Grathwohl et al., FFJORD,
/// 2019). The field is trained by maximum likelihood or by flow matching (`Architecture.objective`); density and draws are the same.
///
/// ```swift
/// let flow = ContinuousFlow(.vectors(features: 2, objective: .matching()), seed: 1)
/// let settings = DensityTraining(trainer: Trainer(epochs: 100, batchSize: 256))
/// let trained = try flow.train(on: points, settings: settings).model
/// let nats = try trained.logDensity(points)
/// ```
///
/// The density is that of examples as they are given: what comes before (standardization, pixels to the real line) is counted. An
/// example is solved with steps of its own, so its density does not depend on what else is in its batch.
public struct ContinuousFlow: DifferentiableDensity, TrainableDensity {
  public static let kind = "continuous-flow"

  public let architecture: Architecture
  public var configuration: Architecture { architecture }
  /// v.
  public internal(set) var field: TimeDependentNetwork
  /// From examples to what the field moves.
  public internal(set) var preparation: BijectionChain

  /// A flow with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.requireSense()
    architecture = configuration
    let shape = Shape(configuration.exampleShape)
    field = try TimeDependentNetwork(
      features: shape.elementCount, hidden: configuration.hidden, activation: configuration.activation,
      conditioning: configuration.conditioning, frequencies: configuration.frequencies,
      sharpness: configuration.sharpness, tensors.under("field"))
    preparation = try BijectionChain(
      configuration.preparation, inputShape: shape, tensors.under("preparation"))
  }

  public var exampleShape: Shape { Shape(architecture.exampleShape) }

  /// Numbers in one example: D.
  public var features: Int { exampleShape.elementCount }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("field", &field)
    visitor.visit("preparation", &preparation)
  }
}
