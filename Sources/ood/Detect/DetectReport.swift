import OODMetrics

/// What `ood detect` says of a run.
struct DetectReport: Encodable {
  let method: String
  let trainRows, scoreRows, columns: Int
  let seed: UInt64
  let fitSeconds, scoreSeconds: Double
  /// With labels only.
  let auroc, averagePrecision, falsePositiveRate: Double?
  /// With a threshold only.
  let threshold: Double?
  /// Where rows are flagged.
  let flagged: Int?
  /// With the methods that have them: see `FitQuantities`.
  let logDeterminant, regularization, objective, meanLogLikelihood: Double?

  enum CodingKeys: String, CodingKey {
    case method, columns, seed, auroc, threshold, flagged, regularization, objective
    case trainRows = "n_train"
    case scoreRows = "n_score"
    case fitSeconds = "fit_seconds"
    case scoreSeconds = "score_seconds"
    case averagePrecision = "ap"
    case logDeterminant = "log_determinant"
    case meanLogLikelihood = "mean_log_likelihood"
    case falsePositiveRate = "fpr_at_95_tpr_ood_positive"
  }

  init(
    method: String, trainRows: Int, scoreRows: Int, columns: Int, seed: UInt64, task: DetectTask,
    ranking: ScoreRanking?, threshold: Threshold?, flagged: Int?
  ) {
    self.method = method
    self.trainRows = trainRows
    self.scoreRows = scoreRows
    self.columns = columns
    self.seed = seed
    fitSeconds = task.fitSeconds
    scoreSeconds = task.scoreSeconds
    auroc = ranking?.auroc
    averagePrecision = ranking?.averagePrecision()
    falsePositiveRate = try? ranking?.falsePositiveRate(
      atTruePositiveRate: 0.95, positive: .outOfDistribution)
    logDeterminant = task.quantities.logDeterminant
    regularization = task.quantities.regularization
    objective = task.quantities.objective
    meanLogLikelihood = task.quantities.meanLogLikelihood
    self.threshold = threshold?.value
    self.flagged = flagged
  }

  /// For people.
  var lines: [String] {
    var table = TextTable(["method", method])
    table.add(["fitted to", "\(trainRows) rows of \(columns) columns in \(fitSeconds.rounded(digits: 6)) s"])
    table.add(["scored", "\(scoreRows) rows in \(scoreSeconds.rounded(digits: 6)) s"])
    if let auroc, let averagePrecision, let falsePositiveRate {
      table.add(["AUROC", "\(auroc.rounded(digits: 4))"])
      table.add(["AP", "\(averagePrecision.rounded(digits: 4)) (out-of-distribution positive)"])
      table.add(["FPR at 95% TPR", "\(falsePositiveRate.rounded(digits: 4)) (out-of-distribution positive)"])
    }
    if let threshold, let flagged {
      table.add(["threshold", "\(threshold), flags \(flagged) rows"])
    } else if let flagged {
      table.add(["flagged", "\(flagged) rows"])
    }
    return table.lines
  }
}

extension Double {
  func rounded(digits: Int) -> Double {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
