import CKernels

/// How far apart two points are.
public enum DistanceMetric: String, Sendable, Hashable, Codable, CaseIterable {
  /// √Σ (x − y)².
  case euclidean
  /// Σ |x − y|.
  case manhattan
  /// max |x − y|.
  case chebyshev

  /// What the kernels compute: the distance, or its square where that orders pairs alike and is cheaper.
  package var kernel: ood_metric {
    switch self {
    case .euclidean: ood_metric_squared_euclidean
    case .manhattan: ood_metric_manhattan
    case .chebyshev: ood_metric_chebyshev
    }
  }

  /// The distance for what the kernels compute.
  @inlinable package func distance(_ measure: Double) -> Double {
    self == .euclidean ? measure.squareRoot() : measure
  }

  /// What the kernels compute for a distance.
  @inlinable package func measure(_ distance: Double) -> Double {
    self == .euclidean ? distance * distance : distance
  }
}
