import ArgumentParser
import GenModels
import OODDetectors
import OODMetrics

/// Options that belong to methods. Each method says which it takes; the others are refused.
struct MethodOptions: ParsableArguments {
  @Option(help: "Trees of a forest [100].") var trees: Int?
  @Option(help: "Rows that each tree of a forest is grown on [256].") var sampleSize: Int?
  @Option(help: "Features in a split of the extended forest [all].") var splitFeatures: Int?
  @Option(help: "Bins of a histogram: a number or auto [10].") var bins: BinCount?
  @Option(help: "What hbos adds to densities [0.1]; mcd: the part of the covariance of all rows [0].")
  var regularization: Double?
  @Option(help: "How far beyond its bins hbos counts as inside, in bin widths [0.5].") var tolerance: Double?
  @Option(help: "maximum or mean: from deviations to the score [maximum].") var aggregation:
    FeatureAggregation?
  @Option(help: "Random projections of loda [100].") var projections: Int?
  @Option(help: "Principal components [all], or components of gmm [chosen among 1 to 10 by the BIC].")
  var components: Int?
  @Option(help: "weightedDistance, normalizedScores or reconstruction: the score of pca [weightedDistance].")
  var rule: PrincipalComponentDetector.Rule?

  @Option(help: "Neighbours, k [5; 20 for lof].") var neighbours: Int?
  @Option(help: "largest, mean or median: which distance of knn [largest].") var distance:
    NearestNeighbours.Distance?
  @Option(help: "euclidean, manhattan or chebyshev: the metric of neighbours [euclidean].") var metric:
    DistanceMetric?
  @Option(
    help: ArgumentHelp(
      """
      Find most neighbours instead of all, by a graph in which a search keeps this many rows, such as 100: for tables of more than \
      100,000 rows. What share is found is said.
      """, valueName: "breadth"))
  var approximate: Int?
  @Flag(help: "Count equal training rows once in lof.") var distinct = false
  @Option(help: "Clusters of k-means [8].") var clusters: Int?
  @Option(help: "full, tied, diagonal or spherical: the covariances of gmm [full].") var covariance:
    CovarianceShape?
  @Option(
    help: ArgumentHelp(
      "First means of gmm, a row each: a table in a .npy file, of columns as they are fitted.",
      valueName: "file"))
  var initialMeans: String?
  @Option(
    help: """
      The kernel of kde: gaussian, tophat, epanechnikov, exponential, linear or cosine; of ocsvm: gaussian or \
      linear [gaussian].
      """)
  var kernel: DensityKernel?
  @Option(help: "The bandwidth of kde, in the units of the columns [by Scott's rule].") var bandwidth: Double?
  @Option(help: "The share of rows that mcd trusts [(n + d + 1) / 2n].") var supportFraction: Double?
  @Option(help: "The share of training rows that ocsvm may leave outside, in (0, 1] [0.5].") var nu: Double?
  @Option(help: "γ of ocsvm's Gaussian kernel [1 / (columns · variance)].") var gamma: Double?
  @Option(help: "Topics of lda [10].") var topics: Int?

  /// Names of the options that were given, as on the command line without dashes.
  var given: [String] {
    let options: [(String, Any?)] = [
      ("trees", trees), ("sample-size", sampleSize), ("split-features", splitFeatures), ("bins", bins),
      ("regularization", regularization), ("tolerance", tolerance), ("aggregation", aggregation),
      ("projections", projections), ("components", components), ("rule", rule),
      ("neighbours", neighbours), ("distance", distance), ("metric", metric),
      ("approximate", approximate),
      ("distinct", distinct ? true : nil),
      ("clusters", clusters), ("covariance", covariance), ("initial-means", initialMeans),
      ("kernel", kernel), ("bandwidth", bandwidth),
      ("support-fraction", supportFraction), ("nu", nu), ("gamma", gamma), ("topics", topics),
    ]
    return options.filter { $0.1 != nil }.map(\.0)
  }

  func validate() throws {
    for (name, value) in [
      ("--neighbours", neighbours), ("--trees", trees), ("--sample-size", sampleSize),
      ("--projections", projections),
      ("--clusters", clusters), ("--topics", topics), ("--components", components),
      ("--split-features", splitFeatures),
    ] {
      if let value, value > Int(Int32.max) {
        throw ValidationError("\(name) must be at most \(Int32.max), and it is \(value).")
      }
    }
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

extension NearestNeighbours.Distance: ExpressibleByArgument {}
extension DistanceMetric: ExpressibleByArgument {}
extension CovarianceShape: ExpressibleByArgument {}
extension DensityKernel: ExpressibleByArgument {}
extension FeatureAggregation: ExpressibleByArgument {}
extension PrincipalComponentDetector.Rule: ExpressibleByArgument {}
