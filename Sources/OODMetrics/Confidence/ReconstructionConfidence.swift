import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The confidence of a denoising autoencoder in an example (G. Spigler, "Denoising autoencoders for overgeneralization in neural
/// networks", 2019):
///
///     c̃(x) = exp(−(α/D) ‖r(x) − x‖) · Γ(x),   Γ = 1 where γ ≤ 0, else exp(−β γ),   γ = (1/D) Σᵢ (∂rᵢ/∂xᵢ − 1)
///
/// r(x) − x is in proportion to the gradient of the data's log-density and ∂r/∂x − 1 to its second derivative, for small noise (G.
/// Alain and Y. Bengio, 2014): c̃ is high near the density's maxima, and not at its minima and saddles, where the residual is
/// small too. γ > 0 needs tr ∂r/∂x > D, which a reconstruction through a narrow code hardly reaches on images.
///
/// The score is −ln c̃ ≥ 0, in nats. Cost: one pass through the model, and with β > 0 the products that `Curvature` names.
public struct ReconstructionConfidence<Oracle: DifferentiableReconstruction>: OODScorer {
  /// The autoencoder r.
  public let oracle: Oracle
  public let settings: ConfidenceSettings

  /// Examples that go through the model at once.
  private static var pieceSize: Int { 64 }

  /// - Throws: `MeasureError.outOfRange` unless α and β are finite and 0 or more.
  public init(_ oracle: Oracle, settings: ConfidenceSettings) throws(MeasureError) {
    try settings.check()
    self.oracle = oracle
    self.settings = settings
  }

  public var exampleShape: Shape { oracle.exampleShape }

  /// D.
  var features: Double { Double(exampleShape.elementCount) }

  public func check(_ x: Tensor) throws(ExampleError) { try oracle.check(x) }

  /// −ln c̃ of each example.
  /// - Throws: `ExampleError.overflow` when a reconstruction is not finite.
  public func score(checked x: Tensor) throws -> [Double] {
    let distances = try distances(checked: x)
    let curvatures = settings.beta > 0 ? try curvature(checked: x) : []
    let scores = distances.indices.map { example in
      let curvature = curvatures.isEmpty ? 0 : max(0, curvatures[example])
      return settings.alpha / features * distances[example] + settings.beta * curvature
    }
    try requireNoOverflow(scores)
    return scores
  }

  /// c̃ of each example, in (0, 1]; 0 only where it is below what a Double can hold.
  /// - Throws: `ExampleError`; `MeasureError`.
  public func confidence(_ x: Tensor) throws -> [Double] { try score(x).map { exp(-$0) } }

  /// ‖r(x) − x‖₂ of each example, or its square: what α is a factor of.
  /// - Throws: `ExampleError`; `MeasureError`.
  public func distances(_ x: Tensor) throws -> [Double] {
    try check(x)
    return try distances(checked: x)
  }

  /// γ = tr(∂r/∂x)/D − 1 of each example, by the settings' method, whatever β is.
  /// - Throws: `ExampleError`; `MeasureError`.
  public func curvature(_ x: Tensor) throws -> [Double] {
    try check(x)
    return try curvature(checked: x)
  }

  private func distances(checked x: Tensor) throws -> [Double] {
    let distances = try oracle.reconstructionError(checked: x, norm: .l2, batchSize: Self.pieceSize)
      .elements.map { Double($0) }
    try requireNoOverflow(distances)
    return settings.norm == .l2 ? distances : distances.map { $0 * $0 }
  }

  private func curvature(checked x: Tensor) throws -> [Double] {
    var curvatures: [Double] = []
    for start in stride(from: 0, to: x.exampleCount, by: Self.pieceSize) {
      let piece = x.examples(start..<min(x.exampleCount, start + Self.pieceSize))
      curvatures += settings.curvature.traces(of: oracle, at: piece).map { $0 / features - 1 }
    }
    try requireNoOverflow(curvatures)
    return curvatures
  }
}

extension ReconstructionConfidence {
  /// ln c̃ of a batch and its codes, `[examples]`, recorded where they are. Where γ ≤ 0 for all, Γ is 1 and flat, and costs no
  /// derivative of second order.
  public func logConfidence<Value: TensorAlgebra>(_ x: Value, code: Value) -> Value {
    let axes = Array(1..<max(2, x.shape.rank))
    let squares = (oracle.decoded(code) - x).squared().sum(axes: axes)
    // The root has no slope at 0; a residual of 10⁻⁶ is none.
    let distances = settings.norm == .l2 ? (squares + 1e-12).squareRoot() : squares
    let first = distances * Float(-settings.alpha / features)
    guard settings.beta > 0, x.shape[0] > 0 else { return first }
    let traces = settings.curvature.traces(of: oracle, at: x.tensor)
    guard traces.contains(where: { $0 > features }) else { return first }
    let recorded = x.choosing(
      recorded: { settings.curvature.recordedTraces(of: oracle, at: $0) },
      unrecorded: { _ in Tensor(traces.map { Float($0) }) })
    let gammas = recorded * Float(1 / features) - 1
    return first - gammas.relu() * Float(settings.beta)
  }
}

extension ReconstructionConfidence: Model where Oracle: Model {
  public static var kind: String { "reconstruction-confidence" }

  public var configuration: ConfidenceSettings { settings }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("oracle", oracle) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: ConfidenceSettings.self)
    do { try settings.check() } catch { throw ModelFileError.malformed(reason: "\(error)") }
    try self.init(archive.part("oracle", as: Oracle.self), settings: settings)
  }
}
