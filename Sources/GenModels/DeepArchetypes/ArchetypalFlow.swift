/// Deep archetypal analysis on a normalizing flow (T. Bungert, An exploration of normalizing flows for outlier generation, 2021).
///
/// The flow turns an example into z = f(x). Of the last features t of z linear maps make coefficients A = softmax(M_A t) in k
/// archetypes, which are held at the corners of a regular simplex, and back: t ≈ M_C A z_fixed. Since f is invertible, coefficients
/// inside the simplex stand for examples, those outside it for outliers.
///
/// ```swift
/// let model = ArchetypalFlow(.init(flow: .realNVP(features: 2), features: 2, maps: .init(archetypes: 3)), seed: 1)
/// let trained = try model.train(on: points, trainer: Trainer(epochs: 50)).model
/// let outliers = try trained.sample(count: 100, coefficients: CoefficientLaw(extrapolation: 2), using: &random)
/// ```
///
/// Its density is the flow's.
public struct ArchetypalFlow: Network, DensityModel, ReconstructionOracle {
  public static let kind = "archetypal-flow"

  /// What the parameters' shapes follow from.
  public struct Architecture: Codable, Hashable, Sendable {
    public var flow: Flow.Architecture
    /// Numbers in t: the last of z.
    public var features: Int
    public var maps: ArchetypeMaps.Architecture

    public init(flow: Flow.Architecture, features: Int, maps: ArchetypeMaps.Architecture) {
      self.flow = flow
      self.features = features
      self.maps = maps
    }
  }

  public let architecture: Architecture
  public private(set) var flow: Flow
  public private(set) var maps: ArchetypeMaps

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration architecture: Architecture, tensors: TensorSource) throws(ModelFileError) {
    self.architecture = architecture
    try architecture.flow.requireSense()
    guard architecture.flow.classCount == nil else {
      throw .malformed(
        reason: "archetypes are those of all classes; take a flow without, and classes of the maps")
    }
    let width = architecture.flow.exampleShape.reduce(1, *)
    guard (1...width).contains(architecture.features) else {
      throw .malformed(
        reason:
          "archetypes are found in between 1 and \(width) of a flow's numbers, not \(architecture.features)")
    }
    try architecture.maps.requireSense(features: architecture.features)
    flow = try Flow(configuration: architecture.flow, tensors: tensors.under("flow"))
    maps = try ArchetypeMaps(architecture.maps, features: architecture.features, tensors.under("maps"))
  }

  public var configuration: Architecture { architecture }
  public var exampleShape: Shape { flow.exampleShape }
  /// k.
  public var archetypeCount: Int { maps.archetypeCount }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("flow", &flow)
    visitor.visit("maps", &maps)
  }

  public func check(_ x: Tensor) throws(ExampleError) { try flow.check(x) }

  /// ln p(x) of the flow, in nats.
  public func logDensity(checked x: Tensor) throws -> [Double] { try flow.logDensity(checked: x) }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    flow.sample(count: count, using: &random)
  }

  mutating func setFlow(_ flow: Flow) { self.flow = flow }

  private var rest: Int { flow.features - architecture.features }

  /// t of latents z `[batch, D]`.
  func features<Value: TensorAlgebra>(of z: Value) -> Value {
    rest == 0 ? z : z.sliced(axis: 1, rest..<flow.features)
  }

  private func latents(_ z: Tensor, with t: Tensor) -> Tensor {
    rest == 0 ? t : .concatenate([z.sliced(axis: 1, 0..<rest), t], axis: 1)
  }

  /// A of each example, `[examples, k]`: positive numbers that sum to 1.
  /// - Throws: `ExampleError` for examples that the flow has no density for.
  public func coefficients(_ x: Tensor) throws -> Tensor {
    try check(x)
    let pieces = flow.pieces(of: x.shape[0]).map { rows in
      maps.coefficients(of: features(of: flow.latent(of: x.sliced(axis: 0, rows)).value))
    }
    return pieces.isEmpty ? .zeros([0, archetypeCount]) : .concatenate(pieces, axis: 0)
  }

  /// Examples with t replaced by M_C A z_fixed; what else their latents hold stays.
  public func reconstruct(checked x: Tensor) -> Tensor { reconstruct(checked: x, nullspace: nil) }

  /// Examples with t replaced by M_C A z_fixed and that part of t which the coefficients don't see (nullspace sampling's t, with
  /// the example's own w). What else their latents hold stays.
  /// - Throws: `ExampleError` as `coefficients`; `LinearAlgebraError` as `ArchetypeMaps.nullspaceProjection`.
  public func reconstructWithNullspace(_ x: Tensor) throws -> Tensor {
    try check(x)
    return reconstruct(checked: x, nullspace: try maps.nullspaceProjection())
  }

  private func reconstruct(checked x: Tensor, nullspace: Tensor?) -> Tensor {
    let pieces = flow.pieces(of: x.shape[0]).map { rows -> Tensor in
      let z = flow.latent(of: x.sliced(axis: 0, rows)).value
      let t = features(of: z)
      var found = maps.features(at: maps.point(of: maps.coefficients(of: t)))
      if let nullspace { found = found + (t - found).matrixProduct(nullspace) }
      return flow.examples(from: latents(z, with: found))
    }
    return pieces.isEmpty ? .zeros(Shape([0] + Array(exampleShape))) : .concatenate(pieces, axis: 0)
  }

  /// The archetypes as examples: the corners of the simplex, with the rest of the latents 0.
  public var archetypes: Tensor {
    let t = maps.features(at: maps.vertices)
    return flow.examples(from: latents(.zeros([archetypeCount, flow.features]), with: t))
  }

  /// Examples of drawn coefficients.
  ///
  /// - Parameters:
  ///   - count: Number of draws.
  ///   - law: How coefficients are drawn; an extrapolation above 1 makes outliers.
  ///   - nullspace: Whether what the coefficients don't see is drawn from the base too: t = M_C A z_fixed + (I − M_A⁺ M_A) w. The
  ///     coefficients stay what they are.
  ///   - random: What the draws come from.
  /// - Throws: `OutlierGenerationError` for a law that can't be and where the flow has no finite example; `LinearAlgebraError`.
  public func sample(
    count: Int, coefficients law: CoefficientLaw, nullspace: Bool = false, using random: inout RandomGenerator
  ) throws -> Tensor {
    let coefficients = try law.coefficients(count: count, archetypes: archetypeCount, using: &random)
    let noise = flow.base.sample(count: count, using: &random)
    var t = maps.features(at: maps.point(of: coefficients))
    if nullspace { t = t + features(of: noise).matrixProduct(try maps.nullspaceProjection()) }
    let x = flow.examples(from: latents(noise, with: t))
    if let position = x.firstNonFinite {
      let draw = position / max(1, flow.features)
      throw OutlierGenerationError.overflow(draw: draw, radius: t.rowLengths[draw])
    }
    return x
  }
}
