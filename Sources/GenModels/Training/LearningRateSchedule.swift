#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the learning rate changes while a model is trained: the factor on the optimizer's rate.
public enum LearningRateSchedule: Sendable, Hashable, Codable {
  case constant
  /// Times `factor` after each `epochs` epochs.
  case steps(epochs: Int, factor: Double)
  /// From 1 down to `floor` along half a cosine over the whole training (I. Loshchilov and F. Hutter, 2017).
  case cosine(floor: Double = 0)
  /// Linearly up from 0 over `steps` steps, then the schedule `then`.
  indirect case warmUp(steps: Int, then: LearningRateSchedule)

  /// The factor for a step, counted from 0, of `total` steps with `stepsPerEpoch` in an epoch.
  public func factor(step: Int, stepsPerEpoch: Int, total: Int) -> Double {
    switch self {
    case .constant: return 1
    case .steps(let epochs, let factor):
      return pow(factor, Double(step / max(1, stepsPerEpoch) / max(1, epochs)))
    case .cosine(let floor):
      let progress = min(1, Double(step) / Double(max(1, total)))
      return floor + (1 - floor) * (1 + cos(.pi * progress)) / 2
    case .warmUp(let steps, let then):
      let start = min(1, Double(step + 1) / Double(max(1, steps)))
      return start * then.factor(step: step, stepsPerEpoch: stepsPerEpoch, total: total)
    }
  }
}
