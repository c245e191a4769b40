/// The distances of a row to the rows of a table where their squares overflow: of all of them shrunk by a power of two.
/// `unshrunk` gives the distance.
package func farDistances(_ x: [Double], to points: Matrix, _ metric: DistanceMetric) -> [Double] {
  points.withUnsafeElements { elements in
    (0..<points.rows).map { row in
      var measure = 0.0
      for k in 0..<points.columns {
        let difference = abs(
          x[k] * Magnitudes.shrinking - elements[row * points.columns + k] * Magnitudes.shrinking)
        switch metric {
        case .euclidean: measure += difference * difference
        case .manhattan: measure += difference
        case .chebyshev: measure = max(measure, difference)
        }
      }
      return metric.distance(measure)
    }
  }
}

extension Double {
  /// What `farDistances` has shrunk, at its size again; at most the greatest finite number.
  package var unshrunk: Double { (self / Magnitudes.shrinking).saturated }
}
