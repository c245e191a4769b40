import GenModels

/// A scorer with a threshold, whatever it scores with: what a detector is where its type is known only at run time.
public protocol OODDetector<Examples>: OODScorer {
  /// From which score on an example counts as out-of-distribution.
  var threshold: Threshold { get }
  /// Where p-values come from, when they are wanted.
  var calibration: ConformalCalibration? { get }
}

extension OODDetector {
  /// The score and the verdict for each example.
  /// - Throws: As `score` does.
  public func detect(_ x: Examples) throws -> [Detection] {
    try score(x).map(detection)
  }

  private func detection(_ score: Double) -> Detection {
    Detection(
      score: score, isOutOfDistribution: threshold.isOutOfDistribution(score),
      pValue: calibration?.pValue(score))
  }
}

extension OODDetector where Self: TableScorer {
  /// The score and the verdict for one row, the same as in a table; without memory where the scorer's `score(row:)` takes none.
  /// - Throws: As `score` does.
  public func detect(row: UnsafeBufferPointer<Double>) throws -> Detection {
    detection(try score(row: row))
  }

  /// The score and the verdict for one row, the same as in a table.
  /// - Throws: As `score` does.
  public func detect(row: [Double]) throws -> Detection { detection(try score(row: row)) }
}
