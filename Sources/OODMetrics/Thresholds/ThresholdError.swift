import GenModels

/// Why scores give no threshold or p-value.
public enum ThresholdError: Error, Sendable, Hashable, CustomStringConvertible {
  case noScores
  /// A score is NaN, or infinite where that can't be, at this position.
  case notFinite(position: Int)
  /// A share that is not in 0...1.
  case outOfRange(name: String, value: Double)
  /// More than half of the scores are equal.
  case noSpread(count: Int)
  /// The calibration set is too small for so small a level: no p-value reaches it.
  case tooFewScores(count: Int, needed: Int, level: Double)

  public var description: String {
    switch self {
    case .noScores: "There are no scores to calibrate with."
    case .notFinite(let position):
      "The score at position \(position) (counted from 0) is NaN, or infinite where spreads are measured, so it has no place in a calibration."
    case .outOfRange(let name, let value): "The \(name) is \(value), and it must be between 0 and 1."
    case .noSpread(let count):
      "More than half of the \(count) scores are equal, so their median absolute deviation is 0; use a quantile."
    case .tooFewScores(let count, let needed, let level):
      "\(count) scores can't support the level \(level), for which at least \(needed) are needed."
    }
  }
}
