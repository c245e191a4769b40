import ArgumentParser
import GenModels
import OODMetrics

/// Options that belong to methods. Each method says which it takes; the others are refused.
struct MethodOptions: ParsableArguments {
  @Option(help: "Trees of a forest [100].") var trees: Int?
  @Option(help: "Rows that each tree of a forest is grown on [256].") var sampleSize: Int?
  @Option(help: "Features in a split of the extended forest [all].") var splitFeatures: Int?
  @Option(help: "Bins of a histogram: a number or auto [10].") var bins: BinCount?
  @Option(help: "What hbos adds to densities [0.1].") var regularization: Double?
  @Option(help: "How far beyond its bins hbos counts as inside, in bin widths [0.5].") var tolerance: Double?
  @Option(help: "maximum or mean: from deviations to the score [maximum].") var aggregation:
    FeatureAggregation?
  @Option(help: "Random projections of loda [100].") var projections: Int?
  @Option(help: "Principal components [all].") var components: Int?
  @Option(help: "weightedDistance, normalizedScores or reconstruction: the score of pca [weightedDistance].")
  var rule: PrincipalComponentDetector.Rule?

  /// Names of the options that were given, as on the command line without dashes.
  var given: [String] {
    let options: [(String, Any?)] = [
      ("trees", trees), ("sample-size", sampleSize), ("split-features", splitFeatures), ("bins", bins),
      ("regularization", regularization), ("tolerance", tolerance), ("aggregation", aggregation),
      ("projections", projections), ("components", components), ("rule", rule),
    ]
    return options.filter { $0.1 != nil }.map(\.0)
  }

  /// Refuses options that the method does not take.
  func check(for method: DetectMethod) throws {
    for option in given where !method.options.contains(option) {
      let taken = method.options.map { "--" + $0 }.joined(separator: ", ")
      throw ValidationError(
        "The method \(method.name) has no option --\(option)"
          + (taken.isEmpty ? "; it has none of its own." : "; it has \(taken)."))
    }
  }
}

extension BinCount: ExpressibleByArgument {
  public init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let bins = Int(argument) {
      self = .fixed(bins)
    } else {
      return nil
    }
  }
}

extension FeatureAggregation: ExpressibleByArgument {}
extension PrincipalComponentDetector.Rule: ExpressibleByArgument {}
