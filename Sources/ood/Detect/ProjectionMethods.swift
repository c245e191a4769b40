import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that look at combinations of features.
  static let projectionMethods: [DetectMethod] = [
    DetectMethod("loda", "histograms of random projections", options: ["projections", "bins"]) {
      x, options, random in
      FittedMethod(
        try LODA(
          fitting: x, projections: options.projections ?? 100, bins: options.bins ?? .fixed(10), using: random
        ))
    },
    DetectMethod("pca", "distance by principal components", options: ["components", "rule"]) {
      x, options, _ in
      FittedMethod(
        try PrincipalComponentDetector(
          fitting: x, components: options.components, rule: options.rule ?? .weightedDistance))
    },
  ]
}
