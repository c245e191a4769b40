import CKernels
import GenModels

/// Isolation forest (F. T. Liu, K. M. Ting and Z.-H. Zhou, 2008): examples that random splits set apart early
/// are out-of-distribution. The score is 2^(−E[h(x)] / c(ψ)), between 0 and 1: h is the path length in a
/// tree, E its mean over the trees, and c(ψ) the mean path length of an unsuccessful search in a binary
/// search tree of ψ keys; about ½ when x is like the training rows, towards 1 when it is isolated.
///
/// Each tree is grown on ψ rows drawn without replacement, to depth ⌈log₂ ψ⌉. A node is split at a feature
/// drawn from those that are not constant in it, so constant columns do no harm. Units don't matter: any
/// increasing rescaling of a feature gives a forest of the same law.
///
/// ```swift
/// let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
/// let scores = try forest.score(newRows)
/// ```
///
/// Fitting takes time trees · ψ · log ψ, whatever n; scoring n · trees · log ψ; memory trees · ψ · 32 bytes.
public struct IsolationForest: TableScorer, ExplainableScorer {
  public static let kind = "isolation-forest"

  public let featureCount: Int
  /// ψ, the number of rows that each tree was grown on.
  public let sampleSize: Int
  let trees: IsolationTrees

  public var treeCount: Int { trees.count }
  public var contributionRule: ContributionRule { .ranking }

  /// A forest grown on a table.
  /// - Parameters:
  ///   - x: An example a row.
  ///   - trees: Number of trees.
  ///   - sampleSize: ψ; the whole table where it has fewer rows.
  ///   - random: Tree t draws from `random.split(t)`, so the forest does not depend on the number of threads.
  /// - Throws: `TableError` for a table without columns or with fewer than two rows, with NaN or infinities,
  ///   or when there is no tree or ψ is below 2.
  public init(
    fitting x: Matrix, trees: Int = 100, sampleSize: Int = 256, using random: RandomGenerator
  ) throws(TableError) {
    try IsolationTrees.check(x, trees: trees, sampleSize: sampleSize)
    let sampleSize = min(sampleSize, x.rows)
    self.init(
      featureCount: x.columns, sampleSize: sampleSize,
      trees: IsolationTrees(
        fitting: x, numbers: Array(0..<trees), sampleSize: sampleSize, using: random))
  }

  init(featureCount: Int, sampleSize: Int, trees: IsolationTrees) {
    self.featureCount = featureCount
    self.sampleSize = sampleSize
    self.trees = trees
  }

  /// The scores, in (0, 1).
  public func score(checked x: Matrix) throws -> [Double] {
    try meanPathLengths(x).map { powerOfTwo(-$0 / Self.averagePathLength(sampleSize)) }
  }

  /// The score of one row; it takes no memory.
  public func score(row: UnsafeBufferPointer<Double>) throws -> Double {
    try requireFinite(row)
    var sum = 0.0
    trees.addPathLengths(of: row.baseAddress!, count: 1, features: featureCount, to: &sum)
    return powerOfTwo(-(sum / Double(treeCount)) / Self.averagePathLength(sampleSize))
  }

  /// E[h(x)]: the mean over the trees of the depth of the leaf that each row ends in, plus c(m) for a leaf
  /// with m > 1 training rows.
  public func meanPathLengths(_ x: Matrix) throws -> [Double] {
    try x.checkFeatures(featureCount)
    let sums = x.rowScores(grain: 1024) { rows, count, sums in
      sums.initialize(repeating: 0, count: count)
      trees.addPathLengths(of: rows, count: count, features: featureCount, to: sums)
    }
    return sums.map { $0 / Double(treeCount) }
  }

  /// How much each feature shortened the row's path, in units of c(ψ): at a node that splits at feature j,
  /// the mean path length of the training rows in the node less that of those in the child that x goes to,
  /// averaged over the trees.
  ///
  /// They add up, with the same constant for all rows, to log₂ of the score: log₂ score(x) = −E[h(training
  /// rows)] / c(ψ) + Σⱼ contribution(j). (The path attribution that A. Saabas, 2014, gave for forests of
  /// decision trees.)
  public func contributions(checked x: Matrix) throws -> Matrix {
    let scale = 1 / (Double(treeCount) * Self.averagePathLength(sampleSize))
    let d = featureCount
    return x.mapRows(width: d, grain: 64) { rows, count, result in
      result.initialize(repeating: 0, count: count * d)
      trees.addPathContributions(of: rows, count: count, features: d, to: result)
      for i in 0..<count * d { result[i] *= scale }
    }
  }
}

extension IsolationForest {
  /// c(n), the mean path length of an unsuccessful search in a binary search tree of n keys: 2 (ln(n − 1) + γ)
  /// − 2 (n − 1) / n for n > 2, 1 for n = 2, 0 below (B. R. Preiss, 1999, with the harmonic number approximated
  /// as Liu et al. do).
  public static func averagePathLength(_ n: Int) -> Double {
    if n < 2 { return 0 }
    if n == 2 { return 1 }
    let n = Double(n)
    return 2 * (logarithm(n - 1) + 0.57721566490153286) - 2 * (n - 1) / n
  }
}

extension IsolationForest {
  public struct Configuration: Codable, Hashable, Sendable {
    var features: Int
    var sampleSize: Int
  }

  public var configuration: Configuration { Configuration(features: featureCount, sampleSize: sampleSize) }

  public func encode(to archive: inout ModelArchive) throws {
    trees.encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    featureCount = settings.features
    sampleSize = settings.sampleSize
    trees = try IsolationTrees(from: archive, features: settings.features)
    guard sampleSize >= 2 else {
      throw ModelFileError.malformed(
        reason: "the sample size is \(sampleSize), and 2 is the least")
    }
  }
}
