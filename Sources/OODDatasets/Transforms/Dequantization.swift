#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Grey levels spread over the unit interval, so that a continuous density can be fitted to them: with K levels,
/// level k = x (K − 1), and y = (k + u) / K with u uniform on [0, 1) (B. Uria, I. Murray and H. Larochelle, 2013; L. Theis and
/// others, 2016, section 3.1).
///
/// For a density p of y, ln P(k) ≥ E[ln p(y)] + `logVolume(features:)`; divided by −D ln 2 that is bits per dimension.
public struct Dequantization: Sendable, Hashable {
  /// Number K of grey levels.
  public let levels: Int

  /// Traps unless there are between 2 and 65,536 levels.
  public init(levels: Int = 256) {
    precondition(
      levels >= 2 && levels <= 65_536, "There are between 2 and 65536 grey levels, and \(levels) were given.")
    self.levels = levels
  }

  /// Images with independent noise, values in [0, 1). A value between two levels is taken for the nearer one.
  /// - Throws: `TransformError` when a value is not between 0 and 1.
  public func forward(_ x: Tensor, using random: inout RandomGenerator) throws(TransformError) -> Tensor {
    let top = Float(levels - 1)
    let ks = try mapFeatures(x, expecting: "values from 0 to 1", accepting: { $0 >= 0 && $0 <= 1 }) {
      value, _ in
      (value * top).rounded()
    }
    let count = Float(levels)
    return combine(ks, random.uniform(x.shape)) { k, u in
      // Rounding must not carry a level's noise into the next level.
      min(k + u, (k + 1).nextDown) / count
    }
  }

  /// The levels' values k / (K − 1) of dequantised images.
  /// - Throws: `TransformError` when a value is not between 0 and 1, the 1 not included.
  public func inverse(_ y: Tensor) throws(TransformError) -> Tensor {
    let (top, count) = (Float(levels - 1), Float(levels))
    return try mapFeatures(y, expecting: "values from 0 to below 1", accepting: { $0 >= 0 && $0 < 1 }) {
      y, _ in
      (y * count).rounded(.down) / top
    }
  }

  /// ln of the volume of y that one level's noise fills: −D ln K for D features, in nats.
  public func logVolume(features: Int) -> Double { -Double(features) * log(Double(levels)) }
}
