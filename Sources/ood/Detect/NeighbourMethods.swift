import GenModels
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that look at distances between rows.
  static let neighbourMethods: [DetectMethod] = [
    DetectMethod(
      "knn", aliases: ["nearest-neighbours"], "distance to the nearest neighbours",
      options: ["neighbours", "distance", "metric"]
    ) { x, options, _ in
      let scorer = try NearestNeighbours(
        fitting: x, neighbours: options.neighbours ?? 5, distance: options.distance ?? .largest,
        metric: options.metric ?? .euclidean)
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
      options: ["neighbours", "metric", "distinct"]
    ) { x, options, _ in
      let scorer = try LocalOutlierFactor(
        fitting: x, neighbours: options.neighbours ?? 20, metric: options.metric ?? .euclidean,
        distinct: options.distinct)
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
