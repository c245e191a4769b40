import GenModels

/// Scores from k-means clusters: far from every cluster, or in a small one, is out-of-distribution.
///
/// ```swift
/// let scorer = try ClusterScorer(fitting: train, clusters: 8, rule: .localOutlierFactor())
/// ```
public struct ClusterScorer: Sendable {
  /// What of the clusters is the score.
  public enum Rule: Sendable, Hashable, Codable {
    /// The distance to the nearest centre.
    case distance
    /// Minus the share of the training rows in the cluster of the nearest centre: −|C| / n.
    case size
    /// The cluster-based local outlier factor CBLOF (Z. He, X. Xu and S. Deng, 2003): clusters are large
    /// until they hold `share` of the rows (sorted by size), or from the first whose successor is `ratio`
    /// times smaller; the score is the distance to the nearest large cluster's centre for rows of small
    /// clusters, and to their own centre for the others; times the size of their cluster when `weighted`.
    case localOutlierFactor(share: Double = 0.9, ratio: Double = 5, weighted: Bool = false)
  }

  /// The clusters' centres, a row each.
  public let centres: Matrix
  /// The training rows in each.
  public let sizes: [Int]
  /// What is scored.
  public let rule: Rule
  /// Which clusters are large; all but for CBLOF.
  public let isLarge: [Bool]

  /// Clusters the rows of `x` and scores by them.
  /// - Throws: As `KMeans`; `TableError.invalidSetting` for a share outside (0, 1) or a ratio not above 1.
  public init(
    fitting x: Matrix, clusters: Int = 8, rule: Rule = .distance, starts: Int = 10,
    random: RandomGenerator = RandomGenerator(seed: 0)
  ) throws {
    try self.init(KMeans(fitting: x, clusters: clusters, starts: starts, random: random), rule: rule)
  }

  /// The scorer of given clusters.
  /// - Throws: `TableError.invalidSetting` for a share outside (0, 1) or a ratio not above 1.
  public init(_ clusters: KMeans, rule: Rule) throws {
    try self.init(centres: clusters.centres, sizes: clusters.sizes, rule: rule)
  }

  init(centres: Matrix, sizes: [Int], rule: Rule) throws {
    self.centres = centres
    self.sizes = sizes
    self.rule = rule
    guard case .localOutlierFactor(let share, let ratio, _) = rule else {
      isLarge = Array(repeating: true, count: sizes.count)
      return
    }
    guard share > 0, share < 1 else {
      throw TableError.invalidSetting(name: "share", value: "\(share)", expected: "above 0 and below 1")
    }
    guard ratio > 1 else {
      throw TableError.invalidSetting(name: "ratio", value: "\(ratio)", expected: "above 1")
    }
    isLarge = Self.large(sizes, share: share, ratio: ratio)
  }

  /// The authors' definition 3. Both conditions first, then the share's alone, then the ratio's alone; all
  /// are large when none holds.
  private static func large(_ sizes: [Int], share: Double, ratio: Double) -> [Bool] {
    let order = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
    let total = Double(sizes.reduce(0, +))
    var (sum, byShare, byRatio) = (0, [Int](), [Int]())
    for place in 0..<max(0, order.count - 1) {
      sum += sizes[order[place]]
      if Double(sum) >= share * total { byShare.append(place) }
      if Double(sizes[order[place]]) >= ratio * Double(sizes[order[place + 1]]) { byRatio.append(place) }
    }
    let last = byShare.first { byRatio.contains($0) } ?? byShare.first ?? byRatio.first ?? order.count - 1
    var large = [Bool](repeating: false, count: sizes.count)
    for place in 0...max(0, last) where place < order.count { large[order[place]] = true }
    return large
  }
}

extension ClusterScorer: TableScorer {
  public static let kind = "clusters"
  public var featureCount: Int { centres.columns }

  public func score(checked x: Matrix) throws -> [Double] {
    let own = nearest(x, isLarge.indices.map { $0 })
    switch rule {
    case .distance: return own.map(\.distance)
    case .size:
      let total = Double(sizes.reduce(0, +))
      return own.map { -Double(sizes[$0.cluster]) / total }
    case .localOutlierFactor(_, _, let weighted):
      let large = nearest(x, isLarge.indices.filter { isLarge[$0] })
      return own.indices.map { i in
        let (cluster, ownDistance) = own[i]
        let distance = isLarge[cluster] ? ownDistance : large[i].distance
        return (distance * (weighted ? Double(sizes[cluster]) : 1)).saturated
      }
    }
  }

  /// The nearest of some clusters to each row, and the distance to its centre.
  private func nearest(_ x: Matrix, _ clusters: [Int]) -> [(cluster: Int, distance: Double)] {
    let chosen = clusters.count == centres.rows ? centres : centres.rows(clusters.map(Int32.init))
    let assignment = ClusterAssignment(x, chosen)
    return assignment.labels.indices.map { i in
      let square = assignment.squaredDistances[i]
      if square.isFinite { return (clusters[assignment.labels[i]], square.squareRoot()) }
      let distances = farDistances(x.row(i), to: chosen, .euclidean)
      let least = distances.indices.min { distances[$0] < distances[$1] }!
      return (clusters[least], distances[least].unshrunk)
    }
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var rule: Rule
    var sizes: [Int]
  }

  public var configuration: Configuration { Configuration(rule: rule, sizes: sizes) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["centres"] = .float64(centres.elements, shape: [centres.rows, centres.columns])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let centres = try archive.finiteMatrix("centres")
    guard settings.sizes.count == centres.rows,
      settings.sizes.allSatisfy({ (0...Int(Int32.max)).contains($0) }), centres.rows > 0
    else {
      throw ModelFileError.malformed(
        reason: "there are \(centres.rows) cluster centres and the sizes \(settings.sizes)")
    }
    try self.init(centres: centres, sizes: settings.sizes, rule: settings.rule)
  }
}
