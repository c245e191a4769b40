import GenModels

/// The length of the slope of the log-density, of any model that knows it:
///
///     score(x) = ‖∇ ln p(x)‖₂, for an energy ‖∇E(x)‖₂,
///
/// the negative of the *approximate mass* of W. Grathwohl, K.-C. Wang, J.-H. Jacobsen, D. Duvenaud, M. Norouzi and K. Swersky (2020,
/// section 5.3). Where probability lies, the density is high and flat; its constant has no part in it. `GradientNorm` is the same for
/// densities.
///
/// Units: nats per unit of x. Cost: one evaluation and a backward pass.
public struct ScoreFunctionNorm<Function: ScoreFunction>: OODScorer {
  public let model: Function

  public init(_ model: Function) { self.model = model }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try model.check(x) }

  /// ‖∇ ln p(x)‖₂ of each example; of one so far out that 32 bits overflow on the way, the greatest number that they hold.
  /// - Throws: `LikelihoodError.notFinite` where an example's slope is not finite and the slope at 0 isn't either: the model is broken.
  public func score(checked x: Tensor) throws -> [Double] {
    let norms = try Self.norms(model.logDensityGradient(checked: x))
    guard norms.contains(where: { !$0.isFinite }) else { return norms }
    let origin = Tensor.zeros(Shape([1] + Array(model.exampleShape)))
    guard try model.logDensityGradient(checked: origin).firstNonFinite == nil else {
      return try norms.checkedFinite("slope's length")
    }
    return norms.map { $0.isFinite ? $0 : Double(Float.greatestFiniteMagnitude) }
  }

  private static func norms(_ slopes: Tensor) -> [Double] {
    let width = slopes.count / max(1, slopes.exampleCount)
    return slopes.withUnsafeElements { values in
      (0..<slopes.exampleCount).map { i in
        values[i * width..<(i + 1) * width].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      }
    }
  }
}

extension ScoreFunctionNorm: Model where Function: Model {
  public static var kind: String { "score-function-norm" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws { self.init(try archive.part("model", as: Function.self)) }
}
