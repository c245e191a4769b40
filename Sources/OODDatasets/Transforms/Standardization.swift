#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Each feature shifted and scaled to mean 0 and deviation 1 over the examples that it was fitted to:
/// y = (x − mean) / deviation, with the population deviation √(Σ (x − mean)² / n).
///
/// A feature that was constant in those examples is shifted only (divided by 1), so that it becomes 0 there, and a
/// different value later on stands out by its distance.
public struct Standardization: DataTransform, Equatable {
  public let means: [Double]
  /// What each feature is divided by: its deviation, or 1 where it was constant.
  public let scales: [Double]

  /// Fits to examples `[count, …]`.
  /// - Throws: `TransformError` when there is no example or a value is not finite.
  public init(fitting x: Tensor) throws(TransformError) {
    let statistics = try FeatureStatistics(x)
    means = statistics.means
    scales = statistics.deviations.map { $0 > 0 ? $0 : 1 }
  }

  /// The transform with these means and scales. Traps unless there is a positive, finite scale for each mean.
  public init(means: [Double], scales: [Double]) {
    precondition(
      means.count == scales.count && scales.allSatisfy { $0 > 0 && $0.isFinite },
      "Standardization takes as many positive scales as means, "
        + "and \(means.count) means and the scales \(scales) were given.")
    self.means = means
    self.scales = scales
  }

  public func forward(_ x: Tensor) throws(TransformError) -> Tensor {
    requireFeatures(means.count, x)
    return try mapFeatures(x) { Float((Double($0) - means[$1]) / scales[$1]) }
  }

  public func inverse(_ y: Tensor) throws(TransformError) -> Tensor {
    requireFeatures(means.count, y)
    return try mapFeatures(y) { Float(Double($0) * scales[$1] + means[$1]) }
  }

  /// −Σ ln scale, the same for every example.
  public func logDeterminant(at x: Tensor) -> [Double] {
    requireFeatures(means.count, x)
    return [Double](repeating: -scales.reduce(0) { $0 + log($1) }, count: x.shape[0])
  }
}

/// Traps when examples don't have as many features as the transform was fitted to.
func requireFeatures(_ expected: Int, _ x: Tensor) {
  let features = featureCount(of: x)
  precondition(
    features == expected,
    "The transform was fitted to \(expected) features, and examples of a batch of shape \(x.shape) have \(features)."
  )
}
