import GenModels

/// Mean, deviation and range of each feature, in `Double`, over the examples of a batch.
struct FeatureStatistics {
  private(set) var means: [Double]
  /// √(Σ (x − mean)² / count).
  private(set) var deviations: [Double]
  private(set) var minima: [Float]
  private(set) var maxima: [Float]

  /// Two passes over the data, so that a large mean costs the deviation no digits.
  init(_ x: Tensor) throws(TransformError) {
    let features = featureCount(of: x)
    let count = x.shape[0]
    guard count > 0 else { throw .noExamples(x.shape) }
    var means = [Double](repeating: 0, count: features)
    var deviations = means
    var minima = [Float](repeating: .infinity, count: features)
    var maxima = [Float](repeating: -.infinity, count: features)
    let bad: Int? = x.withUnsafeElements { values in
      for example in 0..<count {
        for feature in 0..<features {
          let value = values[example * features + feature]
          guard value.isFinite else { return example * features + feature }
          means[feature] += Double(value)
          minima[feature] = min(minima[feature], value)
          maxima[feature] = max(maxima[feature], value)
        }
      }
      for feature in 0..<features { means[feature] /= Double(count) }
      for example in 0..<count {
        for feature in 0..<features {
          let difference = Double(values[example * features + feature]) - means[feature]
          deviations[feature] += difference * difference
        }
      }
      return nil
    }
    if let bad { throw .notFinite(example: bad / features, feature: bad % features) }
    for feature in 0..<features {
      // The mean of equal numbers may differ from them in the last place.
      deviations[feature] =
        minima[feature] == maxima[feature] ? 0 : (deviations[feature] / Double(count)).squareRoot()
    }
    self.means = means
    self.deviations = deviations
    self.minima = minima
    self.maxima = maxima
  }
}
