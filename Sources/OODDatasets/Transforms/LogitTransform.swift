#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// The unit interval stretched over the real line: y = ln s / (1 − s) with s = α + (1 − α) x (L. Dinh, J. Sohl-Dickstein and
/// S. Bengio, RealNVP, 2017, section 4.1, where α = 0.05). With `isSymmetric`, s = α + (1 − 2α) x, which keeps away from both
/// ends (G. Papamakarios and others, MAF, 2017, section 4.2, where α = 10⁻⁶ for MNIST).
///
/// ln |det| = Σ ln(1 − α) − ln s − ln(1 − s), where 1 − 2α stands for 1 − α when symmetric.
public struct LogitTransform: DataTransform, Hashable {
  public let alpha: Double
  public let isSymmetric: Bool

  /// Traps unless 0 ≤ α < 1/2.
  public init(alpha: Double = 0.05, isSymmetric: Bool = false) {
    precondition(alpha >= 0 && alpha < 0.5, "A logit's margin lies in 0..<0.5, and \(alpha) was given.")
    self.alpha = alpha
    self.isSymmetric = isSymmetric
  }

  private var span: Double { isSymmetric ? 1 - 2 * alpha : 1 - alpha }

  /// s and 1 − s, each without cancellation.
  private func shares(_ x: Float) -> (Double, Double) {
    let x = Double(x)
    return (alpha + span * x, (isSymmetric ? alpha : 0) + span * (1 - x))
  }

  /// What `forward` takes: values at which the logit is finite.
  private var expected: String {
    "values from 0 to 1" + (alpha == 0 ? ", both ends excluded" : isSymmetric ? "" : ", the 1 excluded")
  }

  private func accepts(_ x: Float) -> Bool {
    let (s, rest) = shares(x)
    return x >= 0 && x <= 1 && s > 0 && rest > 0
  }

  /// - Throws: `TransformError` where x is outside 0...1 or its logit is infinite.
  public func forward(_ x: Tensor) throws(TransformError) -> Tensor {
    try mapFeatures(x, expecting: expected, accepting: accepts) { x, _ in
      let (s, rest) = shares(x)
      return Float(log(s) - log(rest))
    }
  }

  /// x = (σ(y) − α) / (1 − α). It lies outside 0...1 where y is not the logit of a value inside.
  public func inverse(_ y: Tensor) throws(TransformError) -> Tensor {
    try mapFeatures(y) { y, _ in Float((1 / (1 + exp(-Double(y))) - alpha) / span) }
  }

  public func logDeterminant(at x: Tensor) throws(TransformError) -> [Double] {
    _ = try mapFeatures(x, expecting: expected, accepting: accepts) { x, _ in x }
    let features = featureCount(of: x)
    return x.withUnsafeElements { values in
      (0..<x.shape[0]).map { example in
        (example * features..<(example + 1) * features).reduce(0.0) { sum, index in
          let (s, rest) = shares(values[index])
          return sum + log(span) - log(s) - log(rest)
        }
      }
    }
  }
}
