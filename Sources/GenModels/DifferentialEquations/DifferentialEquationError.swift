/// Why a differential equation was not solved. Examples are counted from 0.
public enum DifferentialEquationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// More steps than are allowed, as for a stiff equation.
  case tooManySteps(example: Int, time: Double, steps: Int)
  /// Not even the shortest step that 32 bits tell apart is accurate enough.
  case stepUnderflow(example: Int, time: Double, step: Double)
  /// The state or its derivative became NaN or infinite.
  case notFinite(example: Int, time: Double)
  /// The derivative has another shape than the state.
  case unexpectedDerivative(found: Shape, expected: Shape)
  /// A method without an estimate of its error can't choose its steps.
  case noErrorEstimate(method: String)
  /// Tolerances must be finite and above 0.
  case unusableTolerance(relative: Double, absolute: Double)
  /// There must be a step.
  case unusableStepCount(Int)
  /// Times must be finite.
  case unusableTimes(start: Double, end: Double)

  public var description: String {
    switch self {
    case .tooManySteps(let example, let time, let steps):
      """
      The differential equation of example \(example) (counted from 0) is not solved after \(steps) steps, at time \(time): it may be stiff. \
      Allow a larger tolerance or more steps.
      """
    case .stepUnderflow(let example, let time, let step):
      """
      The differential equation of example \(example) (counted from 0) asks for a step shorter than \(step) at time \(time), which 32 bits \
      don't tell from none. Allow a larger tolerance.
      """
    case .notFinite(let example, let time):
      """
      The state of example \(example) (counted from 0), or its derivative, is NaN or infinite at time \(time).
      """
    case .unexpectedDerivative(let found, let expected):
      "The derivative has the shape \(found), and the state has \(expected); a vector field keeps the shape."
    case .noErrorEstimate(let method):
      """
      The method \(method) does not estimate its error, so it can't choose its steps; give a number of steps, or take \
      bosh3 or dopri5.
      """
    case .unusableTolerance(let relative, let absolute):
      """
      A solver's tolerances are finite, the absolute one above 0 and the relative one at least 0, and they are \(absolute) and \
      \(relative).
      """
    case .unusableStepCount(let steps):
      "A solver takes at least one step, and \(steps) were allowed."
    case .unusableTimes(let start, let end):
      "A solver goes from one finite time to another, and \(start) and \(end) were given."
    }
  }

  /// The same of an example that is `offset` further on.
  func movingExamples(by offset: Int) -> DifferentialEquationError {
    switch self {
    case .tooManySteps(let example, let time, let steps):
      .tooManySteps(example: example + offset, time: time, steps: steps)
    case .stepUnderflow(let example, let time, let step):
      .stepUnderflow(example: example + offset, time: time, step: step)
    case .notFinite(let example, let time): .notFinite(example: example + offset, time: time)
    default: self
    }
  }
}
