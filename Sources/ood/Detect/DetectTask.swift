import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

/// One method fitted to one table and used on another, with the time it took.
struct DetectTask {
  let scorer: any TableScorer
  let scores: [Double]
  let fitSeconds: Double
  let scoreSeconds: Double
  /// See `FittedMethod`.
  let quantities: FitQuantities

  /// - Parameters:
  ///   - method: What to fit.
  ///   - training: The table to fit to.
  ///   - score: The table to score; nil to fit alone.
  ///   - input: How tables are prepared, and the seed.
  ///   - options: The method's options.
  ///   - leavingOneOut: Whether to take the training rows' scores without themselves as neighbours.
  ///   - describing: Whether the scorer is to know what columns usually hold.
  init(
    _ method: DetectMethod, train training: DataTable, score: Matrix?, input: DetectInput,
    options: MethodOptions, leavingOneOut: Bool = false, describing: Bool = false
  ) throws {
    let train = training.values
    let random = RandomGenerator(seed: input.seed)
    let clock = ContinuousClock()
    let start = clock.now
    var leaveOneOutScores: [Double]?
    var quantities = FitQuantities()
    let fit = { (x: Matrix, names: Set<Int>) in
      let fitted = try method.fitMixed?(x, names, options, random) ?? method.fit(x, options, random)
      quantities = fitted.quantities
      if leavingOneOut {
        guard let scores = fitted.leaveOneOutScores else {
          throw ValidationError(
            "The method \(method.name) has no --leave-one-out: it doesn't compare a row with its neighbours.")
        }
        leaveOneOutScores = try scores()
      }
      return fitted.scorer
    }
    scorer = try Working.on("fitting \(method.name) to \(train.rows) rows") {
      try naming(input.train) {
        let kinds = training.columns.kinds
        let keeps = method.fitMixed != nil
        guard
          let settings = try input.preparation.settings(kinds: kinds, keepsTables: keeps)
            ?? (describing ? .init() : nil)
        else {
          return try fit(train, [])
        }
        let preparation = try TablePreparation(
          fitting: train, columnNames: training.columns.names, columnKinds: kinds, settings: settings)
        let names = input.preparation.categories == nil ? preparation.categoryFeatures : []
        return Self.prepared(
          preparation,
          try input.preparation.fitted(to: preparation(train), seed: input.seed) { try fit($0, names) })
      }
    }
    let fitted = clock.now
    self.quantities = quantities
    let fittedScorer = scorer
    scores =
      try leaveOneOutScores
      ?? score.map { score in
        try Working.on("scoring \(score.rows) rows with \(method.name)") {
          try naming(input.scored()) { try fittedScorer.score(score) }
        }
      } ?? []
    scoreSeconds = (clock.now - fitted).seconds
    fitSeconds = (fitted - start).seconds
  }
}

extension DetectTask {
  private static func prepared(
    _ preparation: TablePreparation, _ scorer: some TableScorer
  ) -> any TableScorer { PreparedScorer(preparation, scorer) }

  /// Writes the scorer, as a detector where there is a threshold.
  func save(
    threshold: Threshold?, calibration: ConformalCalibration?, columns: TableColumns, to place: OutputPlace
  ) throws {
    func detector(_ scorer: some TableScorer) -> any Model {
      threshold.map { Detector(scorer, threshold: $0, calibration: calibration) } ?? scorer
    }
    var archive = try detector(scorer).archive()
    archive.columnNames = columns.names
    let file = try archive.file()
    try place.write(saving: { try file.write(to: $0) })
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
