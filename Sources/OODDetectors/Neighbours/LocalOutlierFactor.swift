import GenModels

/// The local outlier factor (M. M. Breunig, H.-P. Kriegel, R. T. Ng and J. Sander, 2000): how much sparser
/// the surroundings of a point are than those of its neighbours. About 1 inside a cluster, however dense it
/// is; larger outside.
///
///     reach(x, o) = max(d(x, o), distance of o to its k-th neighbour)
///     density(x)  = 1 / (mean of reach(x, o) over the k neighbours o of x + 10⁻¹⁰)
///     score(x)    = mean of density(o) over the neighbours / density(x)
///
/// `trainingScores` compares training rows with each other (outlier mode); `score` compares new rows with the
/// training rows (novelty mode).
///
/// **Ties.** Neighbours are exactly k: of equally distant rows, those of smaller row number, so that scores
/// follow from the table and not from how it is searched. The authors take all rows at the distance of the
/// k-th. scikit-learn takes k too, of equally distant rows whichever its search keeps; its scores are equal to
/// these wherever the k nearest rows, of a point and of its neighbours, are the only ones at their distance,
/// and elsewhere when it is given the neighbours of smaller row number. On tables of whole or coarsely rounded
/// numbers ties are many, and scores may differ by some percent from one order to the other, or by more than
/// half next to duplicates.
///
/// **Duplicates.** A training row that occurs more than k times has neighbours at distance 0 only and the
/// density 10¹⁰, and points that have such rows among their neighbours score up to about 10¹⁰ times their
/// distance. This is also how scikit-learn has it, which warns of it; `repeatedRows` counts such rows. With `distinct`,
/// every row counts once, as the authors advise (their k-distinct-distance): neighbours then are at a positive distance,
/// and duplicates change no score.
///
/// **Units.** The 10⁻¹⁰ are those of scikit-learn as long as distances to the k-th neighbour are 10⁻⁵ or more on average;
/// below, they are a hundred-thousandth of that average, so that tables in small units have the same scores.
public struct LocalOutlierFactor: Sendable {
  /// The training table (without repetitions where these are left out), prepared for the search.
  public let index: NeighbourIndex
  /// The number of neighbours, k.
  public let neighbours: Int
  /// Whether equal training rows count as one.
  public let distinct: Bool
  /// The distance of each row of `index` to its k-th neighbour.
  public let radii: [Double]
  /// The local reachability density of each row of `index`.
  public let densities: [Double]
  /// The score of each training row, compared with the others (outlier mode).
  public let trainingScores: [Double]

  /// Training rows whose k nearest others are all equal to them: their densities, and so the scores of rows beside them,
  /// say nothing but that. Raise k above their number, or count equal rows once (`distinct`).
  public var repeatedRows: Int { radii.count { $0 == 0 } }

  /// Added to the mean reach, so that densities stay finite.
  private static func smallestReach(_ radii: [Double]) -> Double {
    let mean = radii.reduce(0) { $0 + $1 / Double(radii.count) }
    return mean > 0 ? min(1e-10, 1e-5 * mean) : 1e-10
  }

  /// Fits to the rows of `x`.
  /// - Throws: `TableError` for an entry that is not finite or is above 10¹⁵⁰ in magnitude, and for a table
  ///   of not more than `neighbours` rows (rows that differ, with `distinct`).
  public init(
    fitting x: Matrix, neighbours: Int = 20, metric: DistanceMetric = .euclidean, distinct: Bool = false,
    search: NeighbourSearch = .exact
  ) throws {
    try x.checkTraining(rows: neighbours + 1, "to find \(neighbours) neighbours")
    let (points, numbers) = distinct ? x.distinctRows() : (x, Array(0..<x.rows))
    index = try NeighbourIndex(points, metric: metric, search: search)
    self.neighbours = neighbours
    self.distinct = distinct
    let lists = try index.nearestToEachOther(neighbours)
    let radii = (0..<lists.count).map { lists.distances(of: $0).last! }
    let densities = Self.densities(lists, radii)
    let scores = Self.scores(lists, own: densities, of: densities)
    self.radii = radii
    self.densities = densities
    trainingScores = numbers.map { scores[$0] }
  }

  private static func densities(_ lists: NeighbourLists, _ radii: [Double]) -> [Double] {
    let smallestReach = smallestReach(radii)
    return (0..<lists.count).map { i in
      let reach = zip(lists.rows(of: i), lists.distances(of: i)).reduce(0.0) {
        $0 + max($1.1, radii[Int($1.0)])
      }
      return 1 / (reach.saturated / Double(lists.k) + smallestReach)
    }
  }

  private static func scores(_ lists: NeighbourLists, own: [Double], of densities: [Double]) -> [Double] {
    (0..<lists.count).map { i in
      let sum = lists.rows(of: i).reduce(0.0) { $0 + densities[Int($1)] / own[i] }
      return (sum / Double(lists.k)).saturated
    }
  }
}

extension LocalOutlierFactor: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { trainingScores }
}

extension LocalOutlierFactor: TableScorer {
  public static let kind = "local-outlier-factor"
  public var featureCount: Int { index.points.columns }

  /// The local outlier factor of new rows. A row that is in the training table finds itself there;
  /// `trainingScores` has its score against the others.
  public func score(checked x: Matrix) throws -> [Double] {
    let lists = try index.nearest(neighbours, to: x)
    return Self.scores(lists, own: Self.densities(lists, radii), of: densities)
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var neighbours: Int
    var metric: DistanceMetric
    var distinct: Bool
    /// Absent for exact searches.
    var search: NeighbourSearch?
  }

  public var configuration: Configuration {
    Configuration(
      neighbours: neighbours, metric: index.metric, distinct: distinct,
      search: index.method == .exact ? nil : index.method)
  }

  public func encode(to archive: inout ModelArchive) throws {
    index.encode(to: &archive)
    archive["radii"] = .float64(radii, shape: [radii.count])
    archive["densities"] = .float64(densities, shape: [densities.count])
    archive["training-scores"] = .float64(trainingScores, shape: [trainingScores.count])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    index = try NeighbourIndex(from: archive, metric: settings.metric, search: settings.search)
    neighbours = settings.neighbours
    distinct = settings.distinct
    radii = try archive.finiteDoubles("radii", shape: [index.points.rows])
    densities = try archive.positiveDoubles("densities", shape: [index.points.rows])
    trainingScores = try archive.finiteDoubles("training-scores")
  }
}

extension Matrix {
  /// The rows that differ, in the order of their first occurrence, and for each row its number among them.
  func distinctRows() -> (Matrix, [Int]) {
    var numberOfRow: [[Double]: Int] = [:]
    var kept: [Double] = []
    let numbers = (0..<rows).map { i in
      let row = row(i)
      if let number = numberOfRow[row] { return number }
      numberOfRow[row] = numberOfRow.count
      kept += row
      return numberOfRow.count - 1
    }
    return (Matrix(rows: numberOfRow.count, columns: columns, elements: kept), numbers)
  }
}
