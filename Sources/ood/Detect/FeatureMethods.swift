import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that look at one feature at a time.
  static let featureMethods: [DetectMethod] = [
    DetectMethod(
      "three-sigma", aliases: ["3-sigma"], "distance from the mean in standard deviations",
      options: ["aggregation"],
      parts: PartFit(ThreeSigmaDetector.self) { .init(aggregation: $0.options.aggregation ?? .maximum) }
    ) { x, options, _ in
      FittedMethod(try ThreeSigmaDetector(fitting: x, aggregation: options.aggregation ?? .maximum))
    },
    DetectMethod(
      "median-deviation", aliases: ["mad"], "distance from the median in median absolute deviations",
      options: ["aggregation"]
    ) { x, options, _ in
      FittedMethod(try MedianDeviationDetector(fitting: x, aggregation: options.aggregation ?? .maximum))
    },
    DetectMethod(
      "hbos", "histogram of each feature", options: ["bins", "regularization", "tolerance"],
      parts: PartFit(ranged: HBOS.self, ranges: { _ in .init() }) {
        .init(
          ranges: $1, bins: try $0.options.statedBins(), regularization: $0.options.regularization ?? 0.1,
          tolerance: $0.options.tolerance ?? 0.5)
      }
    ) { x, options, _ in
      FittedMethod(
        try HBOS(
          fitting: x, bins: options.bins ?? .fixed(10), regularization: options.regularization ?? 0.1,
          tolerance: options.tolerance ?? 0.5))
    },
    DetectMethod("ecod", "empirical tail probabilities of each feature") { x, _, _ in
      FittedMethod(try ECOD(fitting: x))
    },
    DetectMethod("copod", "empirical copula of the features") { x, _, _ in
      FittedMethod(try COPOD(fitting: x))
    },
  ]
}
