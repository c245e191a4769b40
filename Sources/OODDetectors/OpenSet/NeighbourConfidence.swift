import GenModels

/// The class of the nearest neighbours, and how far they agree on it (A. Mandelbaum and D. Weinshall, 2017): of the k nearest training
/// rows, at the distances dⱼ,
///
///     confidence(x) = Σ_{j of class ŷ} e^−dⱼ / Σⱼ e^−dⱼ,   ŷ the class for which it is largest.
///
/// The score is −confidence; "unknown" where the confidence is below `leastConfidence`. It sees disagreement, not distance: with one class
/// the confidence is 1 everywhere, and so it is far from all classes where the neighbours are of one. (`NearestNeighbours` scores the
/// distance.) Rows are best the features of a trained network. Cost: that of a search among the training rows.
public struct NeighbourConfidence: Model, OpenSetClassifier {
  public static let kind = "neighbour-confidence"

  public struct Settings: Codable, Hashable, Sendable {
    /// k, at least 1.
    public var neighbours: Int
    /// Between 0 and 1.
    public var leastConfidence: Double

    public init(neighbours: Int = 50, leastConfidence: Double = 0.9) {
      self.neighbours = neighbours
      self.leastConfidence = leastConfidence
    }
  }

  public let configuration: Settings
  public let classCount: Int
  private let index: NeighbourIndex
  private let labels: [Int]

  /// - Throws: `TableError` for entries that are not finite or too large, a class without rows, fewer rows than neighbours, and
  ///   settings out of range; `ExampleError` for labels that are none.
  public init(
    fitting x: Matrix, labels: Indexes, neighbours: Int = 50, leastConfidence: Double = 0.9
  ) throws {
    try self.init(x, labels, Settings(neighbours: neighbours, leastConfidence: leastConfidence))
  }

  private init(_ x: Matrix, _ labels: Indexes, _ settings: Settings) throws {
    let table = try LabelledTable(x, labels)
    guard settings.neighbours >= 1 else {
      throw TableError.invalidSetting(
        name: "neighbours", value: "\(settings.neighbours)", expected: "at least 1")
    }
    guard settings.leastConfidence >= 0, settings.leastConfidence <= 1 else {
      throw TableError.invalidSetting(
        name: "leastConfidence", value: "\(settings.leastConfidence)", expected: "between 0 and 1")
    }
    try x.checkTraining(rows: settings.neighbours, "to find \(settings.neighbours) neighbours")
    index = try NeighbourIndex(x)
    self.labels = table.labels
    classCount = table.rows.count
    configuration = settings
  }

  public var exampleShape: Shape { [index.points.columns] }

  public func decide(checked x: Matrix) throws -> [OpenSetDecision] {
    let lists = try index.nearest(configuration.neighbours, to: x)
    return (0..<x.rows).map { i in
      let distances = lists.distances(of: i)
      let nearest = distances.first!
      var sums = [Double](repeating: 0, count: classCount)
      // Less the least distance, which is in all terms, so that they don't all underflow.
      for (row, distance) in zip(lists.rows(of: i), distances) {
        sums[labels[Int(row)]] += powerOfTwo((nearest - distance) * 1.4426950408889634)
      }
      let label = sums.indices.max { sums[$0] < sums[$1] }!
      let confidence = sums[label] / sums.reduce(0, +)
      return OpenSetDecision(
        nearestClass: label, isUnknown: confidence < configuration.leastConfidence, score: -confidence)
    }
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["points"] = .float64(index.points.elements, shape: [index.points.rows, index.points.columns])
    archive["labels"] = .int32(Indexes(labels))
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Settings.self)
    let points = try archive.finiteMatrix("points")
    let labels = try archive.integers("labels", shape: [points.rows])
    guard labels.allSatisfy({ $0 >= 0 && $0 < points.rows }) else {
      throw ModelFileError.malformed(reason: "its labels are no classes of \(points.rows) rows")
    }
    do { try self.init(points, Indexes(labels), settings) } catch let error as TableError {
      throw ModelFileError.malformed(reason: "\(error)")
    }
  }
}

extension NeighbourConfidence: LabelledTableFitted {
  public static let summary = "agreement of the nearest neighbours (Mandelbaum, Weinshall 2017)"
  public static let defaultFitSettings = Settings()

  public static func fitted(to x: Matrix, labels: Indexes, settings: Settings) throws -> NeighbourConfidence {
    try NeighbourConfidence(x, labels, settings)
  }
}
