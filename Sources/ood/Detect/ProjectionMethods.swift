import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that look at combinations of features.
  static let projectionMethods: [DetectMethod] = [
    DetectMethod(
      "loda", "histograms of random projections", options: ["projections", "bins"],
      parts: PartFit(
        ranged: LODA.self, ranges: { .init(projections: $0.options.projections ?? 100, seed: $0.seed) }
      ) { .init(ranges: $1, bins: try $0.options.statedBins(), seed: $0.seed) }
    ) {
      x, options, random in
      FittedMethod(
        try LODA(
          fitting: x, projections: options.projections ?? 100, bins: options.bins ?? .fixed(10), using: random
        ))
    },
    DetectMethod(
      "pca", "distance by principal components", options: ["components", "rule"],
      parts: PartFit(PrincipalComponentDetector.self) {
        .init(components: $0.options.components, rule: $0.options.rule ?? .weightedDistance)
      }
    ) {
      x, options, _ in
      FittedMethod(
        try PrincipalComponentDetector(
          fitting: x, components: options.components, rule: options.rule ?? .weightedDistance))
    },
  ]
}
