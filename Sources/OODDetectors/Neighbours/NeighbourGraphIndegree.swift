import GenModels

/// The indegree in the k-nearest-neighbour graph as a score (V. Hautamäki, I. Kärkkäinen and P. Fränti,
/// 2004): a point that few others have among their nearest is out-of-distribution.
///
/// The indegree of x is the number of training rows that would count x among their k nearest, that is, whose
/// distance to x is not above the distance to their k-th neighbour. **The score is minus the indegree.**
/// Scores are whole numbers with many ties; all points far from the training table score 0.
public struct NeighbourGraphIndegree: Sendable {
  /// The training table, prepared for the search.
  public let index: NeighbourIndex
  /// The number of neighbours, k.
  public let neighbours: Int
  /// The distance of each training row to its k-th neighbour.
  public let radii: [Double]

  /// Fits to the rows of `x`: finds the k nearest neighbours of each.
  /// - Throws: `TableError` for an entry that is not finite or is above 10¹⁵⁰ in magnitude, and for a table
  ///   of not more than `neighbours` rows.
  public init(fitting x: Matrix, neighbours: Int = 5, metric: DistanceMetric = .euclidean) throws {
    index = try NeighbourIndex(x, metric: metric)
    self.neighbours = neighbours
    let lists = try index.nearestToEachOther(neighbours)
    radii = (0..<lists.count).map { lists.distances(of: $0).last! }
  }

  /// The scores of the training rows, where none counts itself.
  public func trainingScores() -> [Double] {
    index.coveringCounts(index.points, radii: radii).map { Double(1 - $0) }
  }
}

extension NeighbourGraphIndegree: TableScorer {
  public static let kind = "neighbour-graph-indegree"
  public var featureCount: Int { index.points.columns }

  public func score(checked x: Matrix) throws -> [Double] {
    return index.coveringCounts(x, radii: radii).map { $0 == 0 ? 0 : -Double($0) }
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var neighbours: Int
    var metric: DistanceMetric
  }

  public var configuration: Configuration { Configuration(neighbours: neighbours, metric: index.metric) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["points"] = .float64(index.points.elements, shape: [index.points.rows, index.points.columns])
    archive["radii"] = .float64(radii, shape: [radii.count])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    index = try NeighbourIndex(archive.finiteMatrix("points"), metric: settings.metric)
    neighbours = settings.neighbours
    radii = try archive.finiteDoubles("radii", shape: [index.points.rows])
  }
}

extension NeighbourGraphIndegree: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { trainingScores() }
}
