#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Each feature shifted and scaled to the range 0...1 over the examples that it was fitted to:
/// y = (x − minimum) / (maximum − minimum). Nothing is clipped: later examples may leave the range.
///
/// A feature that was constant in those examples is shifted only (divided by 1), so that it becomes 0 there.
public struct MinMaxScaling: DataTransform, Equatable {
  public let minima: [Double]
  /// What each feature is divided by: its maximum less its minimum, or 1 where it was constant.
  public let scales: [Double]

  /// Fits to examples `[count, …]`.
  /// - Throws: `TransformError` when there is no example or a value is not finite.
  public init(fitting x: Tensor) throws(TransformError) {
    let statistics = try FeatureStatistics(x)
    minima = statistics.minima.map(Double.init)
    scales = zip(statistics.minima, statistics.maxima).map { low, high in
      high > low ? Double(high) - Double(low) : 1
    }
  }

  public func forward(_ x: Tensor) throws(TransformError) -> Tensor {
    requireFeatures(minima.count, x)
    return try mapFeatures(x) { Float((Double($0) - minima[$1]) / scales[$1]) }
  }

  public func inverse(_ y: Tensor) throws(TransformError) -> Tensor {
    requireFeatures(minima.count, y)
    return try mapFeatures(y) { Float(Double($0) * scales[$1] + minima[$1]) }
  }

  /// −Σ ln scale, the same for every example.
  public func logDeterminant(at x: Tensor) -> [Double] {
    requireFeatures(minima.count, x)
    return [Double](repeating: -scales.reduce(0) { $0 + log($1) }, count: x.shape[0])
  }
}
