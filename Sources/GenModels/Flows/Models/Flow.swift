#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A normalizing flow: a density made of a simple one and a bijection f from data to noise,
/// ln p(x) = ln p_base(f(x)) + ln |det ∂f/∂x|.
///
/// ```swift
/// let flow = Flow(.realNVP(features: 2), seed: 1)
/// let trained = try flow.train(on: points, trainer: Trainer(epochs: 100, batchSize: 256)).model
/// let nats = try trained.logDensity(points)
/// let more = trained.sample(count: 1000, using: &random)
/// ```
///
/// The density is that of examples as they are given: log-determinants of everything on the way (standardization, pixels to the
/// real line) are counted.
public struct Flow: Network, ClassConditionalDensity {
  public static let kind = "flow"

  public let architecture: Architecture
  /// From data to noise; examples in, vectors out.
  public internal(set) var bijections: BijectionChain
  public private(set) var base: any BaseDistribution

  /// A flow with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { try self.init(validating: architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  /// A flow with fresh parameters, drawn from `seed`, for an architecture that comes from outside.
  /// - Throws: `ModelFileError.malformed` when it makes no sense.
  public init(validating architecture: Architecture, seed: UInt64) throws(ModelFileError) {
    try self.init(
      configuration: architecture,
      tensors: .drawnByName(from: RandomGenerator(seed: seed).split("initialization")))
  }

  public init(configuration architecture: Architecture, tensors: TensorSource) throws(ModelFileError) {
    self.architecture = architecture
    try architecture.requireSense()
    let shape = Shape(architecture.exampleShape)
    let conditions = architecture.base.description.hasClasses ? 0 : architecture.classCount ?? 0
    bijections = try BijectionChain(
      architecture.bijections, inputShape: shape, conditions: conditions, tensors.under("bijections"))
    base = try architecture.base.description.distribution(
      features: shape.elementCount, classCount: architecture.classCount, tensors.under("base"))
  }

  public var configuration: Architecture { architecture }

  /// Number of classes; nil for a flow without.
  public var classCount: Int? { architecture.classCount }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("bijections", &bijections)
    visitor.visit("base", &base)
  }

  /// The shape of one example.
  public var exampleShape: Shape { Shape(architecture.exampleShape) }

  /// Numbers in one example: D.
  public var features: Int { exampleShape.elementCount }

  /// z = f(x), `[batch, D]`, and ln |det ∂f/∂x|, `[batch]`.
  ///
  /// - Parameters:
  ///   - x: `[batch] + exampleShape`.
  ///   - labels: The class of each example, for a class-conditional flow; its couplings need it.
  ///   - context: Training or use. With `.training` batch normalization takes the batch's own statistics.
  public func latent<Value: TensorAlgebra>(
    of x: Value, labels: Indexes? = nil, context: Context = .inference
  ) -> Mapped<Value> {
    let mapped = bijections.forward(x, condition: condition(labels, like: x), context)
    return Mapped(mapped.value.flattened(), logDeterminant: mapped.logDeterminant)
  }

  /// ln p(x) of a batch in nats, `[batch]`, recorded where `x` or the flow's parameters are.
  ///
  /// What `logDensity` computes, in 32 bits and without its checks: for losses and for gradients with respect to examples.
  /// With labels it is ln p(x | class); a class-conditional flow without labels averages p over its classes.
  public func logDensities<Value: TensorAlgebra>(
    of x: Value, labels: Indexes? = nil, context: Context = .inference
  ) -> Value {
    if let classes = architecture.classCount, labels == nil, !base.hasClasses {
      let terms = (0..<classes).map { number -> Value in
        let label = Indexes([Int](repeating: number, count: x.shape[0]))
        return logDensities(of: x, labels: label, context: context).reshaped([x.shape[0], 1])
      }
      return Value.concatenate(terms, axis: 1).logSumExp() - logf(Float(classes))
    }
    let mapped = latent(of: x, labels: labels, context: context)
    return base.logDensity(mapped.value, labels: base.hasClasses ? labels : nil) + mapped.logDeterminant
  }

  /// One-hot rows of the labels, for flows whose couplings depend on them.
  func condition<Value: TensorAlgebra>(_ labels: Indexes?, like x: Value) -> Value? {
    guard let classes = architecture.classCount, !base.hasClasses else { return nil }
    guard let labels else {
      preconditionFailure("The couplings of this flow depend on the class; give labels.")
    }
    return x.constant(Tensor.oneHot(labels, classes: classes))
  }
}

extension Flow.Architecture {
  /// Throws unless the numbers are such that tensors may be asked for.
  func requireSense() throws(ModelFileError) {
    guard (1...3).contains(exampleShape.count), exampleShape.count != 2,
      exampleShape.allSatisfy({ (1...1 << 20).contains($0) }),
      exampleShape.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 24)
    else {
      throw .malformed(
        reason:
          "a flow takes vectors [features] or images [height, width, channels] of at most 2²⁴ numbers, not \(exampleShape)"
      )
    }
    if let classCount, !(1...100_000).contains(classCount) {
      throw .malformed(reason: "a flow can't have \(classCount) classes")
    }
    if let greyLevels, !(2...65_536).contains(greyLevels) {
      throw .malformed(reason: "there are between 2 and 65536 grey levels, not \(greyLevels)")
    }
  }
}
