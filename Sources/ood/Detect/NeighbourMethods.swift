import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that look at distances between rows.
  static let neighbourMethods: [DetectMethod] = [
    DetectMethod(
      "knn", aliases: ["nearest-neighbours"], "distance to the nearest neighbours",
      options: ["neighbours", "distance", "metric", "approximate"]
    ) { x, options, random in
      let scorer = try NearestNeighbours(
        fitting: x, neighbours: options.neighbours ?? 5, distance: options.distance ?? .largest,
        metric: options.metric ?? .euclidean, search: options.search(random))
      try scorer.index.sayRecall(scorer.neighbours)
      return FittedMethod(scorer, leaveOneOutScores: { try scorer.trainingScores() })
    },
    DetectMethod(
      "indegree", aliases: ["odin"], "how few rows count it among their nearest",
      options: ["neighbours", "metric"]
    ) { x, options, _ in
      let scorer = try NeighbourGraphIndegree(
        fitting: x, neighbours: options.neighbours ?? 5, metric: options.metric ?? .euclidean)
      return FittedMethod(scorer, leaveOneOutScores: { scorer.trainingScores() })
    },
    DetectMethod(
      "lof", aliases: ["local-outlier-factor"], "density compared with that of the neighbours",
      options: ["neighbours", "metric", "distinct", "approximate"]
    ) { x, options, random in
      let scorer = try LocalOutlierFactor(
        fitting: x, neighbours: options.neighbours ?? 20, metric: options.metric ?? .euclidean,
        distinct: options.distinct, search: options.search(random))
      try scorer.index.sayRecall(scorer.neighbours)
      if scorer.repeatedRows > 0 {
        Console.remark(
          "lof: \(scorer.repeatedRows) training rows have \(scorer.neighbours) others equal to them, so that the scores of "
            + "rows beside them mean little; raise --neighbours above their number, or give --distinct.")
      }
      return FittedMethod(scorer, leaveOneOutScores: { scorer.trainingScores })
    },
    DetectMethod("kmeans", "distance to the nearest cluster", options: ["clusters"]) { x, options, random in
      FittedMethod(try ClusterScorer(fitting: x, clusters: options.clusters ?? 8, random: random))
    },
    DetectMethod(
      "cluster-size", "smallness of the nearest cluster", options: ["clusters"], isCompared: false
    ) { x, options, random in
      FittedMethod(
        try ClusterScorer(fitting: x, clusters: options.clusters ?? 8, rule: .size, random: random))
    },
    DetectMethod("cblof", "distance to the nearest large cluster", options: ["clusters"]) {
      x, options, random in
      FittedMethod(
        try ClusterScorer(
          fitting: x, clusters: options.clusters ?? 8, rule: .localOutlierFactor(), random: random))
    },
  ]
}

extension MethodOptions {
  fileprivate func search(_ random: RandomGenerator) -> NeighbourSearch {
    guard let approximate else { return .exact }
    var settings = SmallWorldGraph.Settings(breadth: approximate)
    settings.seed = random.seed
    return .approximate(settings)
  }
}

extension NeighbourIndex {
  /// Says which share of the neighbours an approximate search finds, at rows spread over the table.
  fileprivate func sayRecall(_ neighbours: Int) throws {
    guard method != .exact, points.rows > neighbours else { return }
    let count = min(200, points.rows)
    let rows = points.rows((0..<count).map { Int32($0 * points.rows / count) })
    // A row finds itself first, which is not counted.
    let k = Double(neighbours)
    let share = (try recall(neighbours + 1, of: rows) * (k + 1) - 1) / k
    Console.remark(
      "approximate neighbours: \((share * 1000).rounded() / 1000) of the \(neighbours) nearest are found, measured at "
        + "\(count) training rows; a greater --approximate finds more.")
  }
}
