/// What the covariances of a Gaussian mixture may be.
public enum CovarianceShape: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every component has its own, any.
  case full
  /// All components share one.
  case tied
  /// Every component has its own, without correlations.
  case diagonal
  /// Every component has one variance, the same in all directions.
  case spherical

  /// Whether columns are uncorrelated in a component.
  var isDiagonal: Bool { self == .diagonal || self == .spherical }

  /// Numbers that describe the covariances of `components` components in d dimensions.
  func parameterCount(components: Int, dimensions d: Int) -> Int {
    switch self {
    case .full: components * d * (d + 1) / 2
    case .tied: d * (d + 1) / 2
    case .diagonal: components * d
    case .spherical: components
    }
  }
}
