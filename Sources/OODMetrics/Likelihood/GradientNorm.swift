import GenModels

/// The length of the gradient of the log-density by the input:
///
///     score(x) = ‖∂ ln p(x) / ∂x‖₂,
///
/// the negative of W. Grathwohl, K.-C. Wang, J.-H. Jacobsen, D. Duvenaud, M. Norouzi and K. Swersky's *approximate mass*
/// (2020, section 5.3). High density on a narrow peak holds little probability: around such a point the density changes
/// quickly. S. Chali, I. Kucher, M. Duranton and J.-O. Klein (2023) put it to work on normalizing flows. (Norms of the gradient by
/// the *parameters*, G. Kwon et al., 2020, are another score, not this one.)
///
/// Units: nats per unit of x. Cost: one log-density and one backward pass, about three log-densities.
public struct GradientNorm<Density: DifferentiableDensity>: OODScorer {
  public let model: Density
  /// Examples that are differentiated together. It bounds the memory and changes no score.
  public let batchSize: Int

  /// Traps when the batch size is below 1.
  public init(_ model: Density, batchSize: Int = 64) {
    precondition(batchSize >= 1, "A batch has at least one example, and \(batchSize) were asked for.")
    self.model = model
    self.batchSize = batchSize
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try model.check(x) }

  /// ‖∂ ln p(x) / ∂x‖₂ of each example; of one so far out that 32 bits overflow on the way, the greatest number that they
  /// hold.
  /// - Throws: `LikelihoodError.notFinite` where an example's gradient is not finite and the gradient at 0 isn't either: the
  ///   model is broken.
  public func score(checked x: Tensor) throws -> [Double] {
    let width = model.exampleShape.elementCount
    var norms: [Double] = []
    norms.reserveCapacity(x.shape[0])
    for start in stride(from: 0, to: x.shape[0], by: batchSize) {
      let batch = x.sliced(axis: 0, start..<min(x.shape[0], start + batchSize))
      // Examples don't touch each other, so the gradient of the sum holds each one's own.
      let slope = gradient(at: batch) { model.recordedLogDensity($0).sum() }
      slope.withUnsafeElements { values in
        for i in 0..<batch.shape[0] {
          let squares = values[i * width..<(i + 1) * width].reduce(0.0) { $0 + Double($1) * Double($1) }
          norms.append(squares.squareRoot())
        }
      }
    }
    guard norms.contains(where: { !$0.isFinite }), isSound else {
      return try norms.checkedFinite("gradient's length")
    }
    return norms.map { $0.isFinite ? $0 : Double(Float.greatestFiniteMagnitude) }
  }

  /// Whether the gradient at the origin is finite, as no broken model's is.
  private var isSound: Bool {
    let origin = Tensor.zeros(Shape([1] + Array(model.exampleShape)))
    return gradient(at: origin) { model.recordedLogDensity($0).sum() }
      .withUnsafeElements { $0.allSatisfy(\.isFinite) }
  }
}

extension GradientNorm: Model where Density: Model {
  public static var kind: String { "gradient-norm" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws { self.init(try archive.part("model", as: Density.self)) }
}
