import GenModels

/// Why log-likelihoods give no score.
public enum LikelihoodError: Error, Sendable, Hashable {
  /// A number that a score is made of is NaN; `example` counts from 0.
  case notANumber(what: String, example: Int)
  /// A number that a score is made of is NaN or infinite where it must be finite; `example` counts from 0.
  case notFinite(what: String, example: Int, value: Double)
  /// There are too few of something to estimate from.
  case tooFew(what: String, found: Int, needed: Int)
  /// Two models that must take the same examples take examples of different shapes.
  case differentShapes(first: Shape, second: Shape)
  /// A batch has another size than a test was calibrated for.
  case wrongBatchSize(found: Int, expected: Int)
  /// A setting that can't be.
  case invalidSetting(name: String, value: String, expected: String)
  /// The model normalises nothing by the batch, so its log-density in training is that in use.
  case noBatchNormalization

  public static func == (a: LikelihoodError, b: LikelihoodError) -> Bool { a.description == b.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension LikelihoodError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notANumber(let what, let example):
      "The \(what) of example \(example) (counted from 0) is NaN: the model has no answer for it."
    case .notFinite(let what, let example, let value):
      "The \(what) of example \(example) (counted from 0) is \(value), and it must be a finite number."
    case .tooFew(let what, let found, let needed):
      "There are \(found) \(what), and at least \(needed) are needed."
    case .differentShapes(let first, let second):
      "One model takes examples of shape \(first) and another of shape \(second); they must take the same."
    case .wrongBatchSize(let found, let expected):
      "The batch has \(found) examples, and the test was calibrated for batches of \(expected)."
    case .invalidSetting(let name, let value, let expected):
      "The setting \(name) is \(value), and it must be \(expected)."
    case .noBatchNormalization:
      "The model has no batch normalization, so there are no log-densities in training and in use to compare; "
        + "use another score."
    }
  }
}

extension [Double] {
  /// These numbers, once none is NaN. `what` names them in the error.
  func checkedNumbers(_ what: String) throws(LikelihoodError) -> [Double] {
    if let example = firstIndex(where: \.isNaN) { throw .notANumber(what: what, example: example) }
    return self
  }

  /// These numbers, once all are finite. `what` names them in the error.
  func checkedFinite(_ what: String) throws(LikelihoodError) -> [Double] {
    if let example = firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(what: what, example: example, value: self[example])
    }
    return self
  }
}
