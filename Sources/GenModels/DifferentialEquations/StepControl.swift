/// How long the steps of a solver are.
public enum StepControl: Sendable, Hashable {
  /// That many steps of the same length.
  case fixed(steps: Int)

  /// Each example has steps of its own, as long as keeps the estimated error of a step, the root mean square over the example's numbers of
  /// error / (absolute + relative · |y|), at most 1. A step is rejected otherwise, and tried again shorter.
  ///
  /// - `mostSteps`: Steps, rejected ones among them, after which an example gives up.
  case adaptive(relative: Double, absolute: Double, mostSteps: Int = 10_000)

  /// The same relative and absolute tolerance.
  public static func tolerance(_ tolerance: Double, mostSteps: Int = 10_000) -> StepControl {
    .adaptive(relative: tolerance, absolute: tolerance, mostSteps: mostSteps)
  }
}
