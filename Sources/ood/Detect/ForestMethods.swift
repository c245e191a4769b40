import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that split the table at random.
  static let forestMethods: [DetectMethod] = [
    DetectMethod(
      "isolation-forest", aliases: ["iforest"], "path lengths in random trees",
      options: ["trees", "sample-size"],
      parts: PartFit(IsolationForest.self) {
        .init(trees: $0.options.trees ?? 100, sampleSize: $0.options.sampleSize ?? 256, seed: $0.seed)
      }
    ) { x, options, random in
      FittedMethod(
        try IsolationForest(
          fitting: x, trees: options.trees ?? 100, sampleSize: options.sampleSize ?? 256, using: random))
    },
    DetectMethod(
      "extended-isolation-forest", aliases: ["eif"], "path lengths in trees of random hyperplanes",
      options: ["trees", "sample-size", "split-features"],
      parts: PartFit(ExtendedIsolationForest.self) {
        .init(
          trees: $0.options.trees ?? 100, sampleSize: $0.options.sampleSize ?? 256,
          splitFeatures: $0.options.splitFeatures, seed: $0.seed)
      }
    ) { x, options, random in
      FittedMethod(
        try ExtendedIsolationForest(
          fitting: x, trees: options.trees ?? 100, sampleSize: options.sampleSize ?? 256,
          splitFeatures: options.splitFeatures, using: random))
    },
    DetectMethod(
      mixed: "mixed-isolation-forest", aliases: ["mif"],
      "path lengths in random trees over gaps and names as they are",
      options: ["trees", "sample-size"],
      parts: PartFit(MixedIsolationForest.self) {
        .init(trees: $0.options.trees ?? 100, sampleSize: $0.options.sampleSize ?? 256, seed: $0.seed)
      }
    ) { x, categories, options, random in
      FittedMethod(
        try MixedIsolationForest(
          fitting: x, categories: categories, trees: options.trees ?? 100,
          sampleSize: options.sampleSize ?? 256,
          using: random))
    },
  ]
}
