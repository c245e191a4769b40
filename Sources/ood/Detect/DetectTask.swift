import ArgumentParser
import GenModels
import OODMetrics

/// One method fitted to one table and used on another, with the time it took.
struct DetectTask {
  let scorer: any TableScorer
  let scores: [Double]
  let fitSeconds: Double
  let scoreSeconds: Double
  /// See `FittedMethod`.
  let quantities: FitQuantities

  /// - Parameter leavingOneOut: Whether to take the training rows' scores without themselves as neighbours.
  init(
    _ method: DetectMethod, train: Matrix, score: Matrix, input: DetectInput, options: MethodOptions,
    leavingOneOut: Bool = false
  ) throws {
    let random = RandomGenerator(seed: input.seed)
    let clock = ContinuousClock()
    let start = clock.now
    var leaveOneOutScores: [Double]?
    var quantities = FitQuantities()
    let fit = { (x: Matrix) in
      let fitted = try method.fit(x, options, random)
      quantities = fitted.quantities
      if leavingOneOut {
        guard let scores = fitted.leaveOneOutScores else {
          throw ValidationError(
            "The method \(method.name) has no --leave-one-out: it doesn't compare a row with its neighbours.")
        }
        leaveOneOutScores = try scores()
      }
      return AnyTableScorer(fitted.scorer)
    }
    scorer = try Working.on("fitting \(method.name) to \(train.rows) rows") {
      try naming(input.train) {
        guard input.standardize || input.impute != nil else { return try fit(train) }
        return try PreparedScorer(
          fitting: train, imputesMedians: input.impute == .median, standardizes: input.standardize, fit: fit)
      }
    }
    let fitted = clock.now
    self.quantities = quantities
    let fittedScorer = scorer
    scores =
      try leaveOneOutScores
      ?? Working.on("scoring \(score.rows) rows with \(method.name)") {
        try naming(input.score) { try fittedScorer.score(score) }
      }
    scoreSeconds = (clock.now - fitted).seconds
    fitSeconds = (fitted - start).seconds
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
