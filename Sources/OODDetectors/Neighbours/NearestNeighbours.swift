import GenModels

/// The distance to the nearest neighbours as a score (S. Ramaswamy, R. Rastogi and K. Shim, 2000; F. Angiulli
/// and C. Pizzuti, 2002): far from what was seen is out-of-distribution.
///
/// ```swift
/// let scorer = try NearestNeighbours(fitting: train, neighbours: 5, distance: .largest)
/// let scores = try scorer.score(test)
/// ```
///
/// Equal rows have the distance 0: a row that occurs more than k times in the training table scores 0.
/// Scoring m rows costs what `NeighbourIndex` costs; fitting keeps the table.
public struct NearestNeighbours: Sendable {
  /// Which of the k distances is the score.
  public enum Distance: String, Sendable, Hashable, Codable, CaseIterable {
    /// The distance to the k-th neighbour.
    case largest
    /// The mean of the k distances.
    case mean
    /// Their median; the mean of the two middle ones when k is even.
    case median
  }

  /// The training table, prepared for the search.
  public let index: NeighbourIndex
  /// The number of neighbours, k.
  public let neighbours: Int
  /// Which of the k distances is the score.
  public let distance: Distance

  /// Fits to the rows of `x`.
  /// - Throws: `TableError` for an entry that is not finite or is above 10¹⁵⁰ in magnitude, and for a table
  ///   with fewer than `neighbours` rows.
  public init(
    fitting x: Matrix, neighbours: Int = 5, distance: Distance = .largest,
    metric: DistanceMetric = .euclidean, search: NeighbourSearch = .exact
  ) throws {
    guard neighbours >= 1 else {
      throw TableError.invalidSetting(name: "neighbours", value: "\(neighbours)", expected: "at least 1")
    }
    try x.checkTraining(rows: neighbours, "to find \(neighbours) neighbours")
    index = try NeighbourIndex(x, metric: metric, search: search)
    self.neighbours = neighbours
    self.distance = distance
  }

  /// The scores of the training rows, each compared with the other rows only.
  /// - Throws: `TableError` when there are not more rows than neighbours.
  public func trainingScores() throws -> [Double] {
    scores(try index.nearestToEachOther(neighbours))
  }

  private func scores(_ lists: NeighbourLists) -> [Double] {
    (0..<lists.count).map { i in
      let distances = lists.distances(of: i)
      switch distance {
      case .largest: return distances.last!
      case .mean:
        let sum = distances.reduce(0, +)
        if sum.isFinite { return sum / Double(neighbours) }
        return distances.reduce(0) { $0 + $1 / Double(neighbours) }.saturated
      case .median:
        let (low, high) = (distances.startIndex + (neighbours - 1) / 2, distances.startIndex + neighbours / 2)
        return low == high ? distances[low] : Quantiles.median(sorted: [distances[low], distances[high]])
      }
    }
  }
}

extension NearestNeighbours: TableScorer {
  public static let kind = "nearest-neighbours"
  public var featureCount: Int { index.points.columns }

  /// The distance of each row to its neighbours in the training table. A row that is in that table finds
  /// itself at distance 0; `trainingScores` leaves it out.
  public func score(checked x: Matrix) throws -> [Double] {
    scores(try index.nearest(neighbours, to: x))
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var neighbours: Int
    var distance: Distance
    var metric: DistanceMetric
    /// Absent for exact searches.
    var search: NeighbourSearch?
  }

  public var configuration: Configuration {
    Configuration(
      neighbours: neighbours, distance: distance, metric: index.metric,
      search: index.method == .exact ? nil : index.method)
  }

  public func encode(to archive: inout ModelArchive) throws { index.encode(to: &archive) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    guard settings.neighbours >= 1 else {
      throw ModelFileError.malformed(reason: "there are \(settings.neighbours) neighbours")
    }
    index = try NeighbourIndex(from: archive, metric: settings.metric, search: settings.search)
    neighbours = settings.neighbours
    distance = settings.distance
    try index.points.checkTraining(rows: neighbours, "to find \(neighbours) neighbours")
  }
}

extension NearestNeighbours: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { try trainingScores() }
}
