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
      if leavingOneOut { leaveOneOutScores = try fitted.leaveOneOutScores?() ?? fitted.scorer.score(x) }
      return AnyTableScorer(fitted.scorer)
    }
    if input.standardize || input.impute != nil {
      scorer = try naming(input.train) {
        try PreparedScorer(
          fitting: train, imputesMedians: input.impute == .median, standardizes: input.standardize, fit: fit)
      }
    } else {
      scorer = try naming(input.train) { try fit(train) }
    }
    let fitted = clock.now
    self.quantities = quantities
    let fittedScorer = scorer
    scores = try leaveOneOutScores ?? naming(input.score) { try fittedScorer.score(score) }
    scoreSeconds = (clock.now - fitted).seconds
    fitSeconds = (fitted - start).seconds
  }
}

/// Calls `body`; a table that it refuses is told with its name.
func naming<Result>(_ specification: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as TableError {
    throw Failure("\(specification): \(error)")
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
