/// A rule that moves parameters against their gradients.
///
/// An optimizer is settings only; what it remembers of earlier steps (momentum, averages) is kept by the caller, so that
/// training can be stopped and resumed to the same bits.
public protocol Optimizer: Sendable {
  /// Size of a step before a schedule scales it.
  var learningRate: Double { get }

  /// Tensors of a parameter's shape that the rule remembers for each parameter. They start at zero.
  var stateCount: Int { get }

  /// Moves one parameter, in place.
  ///
  /// - Parameters:
  ///   - parameter: The numbers to move.
  ///   - gradient: The loss's gradient, of the parameter's shape.
  ///   - state: The parameter's `stateCount` tensors, updated in place.
  ///   - step: The number of this step, counted from 1.
  ///   - learningRate: Step size of this step.
  ///   - gradientScale: Factor on the gradient, from clipping.
  func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double)
}

/// Calls `body` on ranges of a parameter, its gradient and its state, on several threads where they are large.
func updateInPlace(
  _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
  _ body:
    @Sendable (Int, UnsafeMutablePointer<Float>, UnsafePointer<Float>, [UnsafeMutablePointer<Float>]) -> Void
) {
  precondition(
    gradient.shape == parameter.shape,
    "A parameter of shape \(parameter.shape) can't be moved by a gradient of shape \(gradient.shape).")
  let count = parameter.count
  var bases: [UnsafeMutablePointer<Float>] = []
  for index in state.indices {
    state[index].withUnsafeMutableElements { elements in elements.baseAddress.map { bases.append($0) } }
  }
  guard count > 0 else { return }
  parameter.withUnsafeMutableElements { elements in
    nonisolated(unsafe) let target = elements.baseAddress!
    nonisolated(unsafe) let states = bases
    parallelFor(count, grain: elementwiseGrain / 2) { range in
      let start = range.lowerBound
      body(range.count, target + start, gradient.buffer.base + start, states.map { $0 + start })
    }
  }
  withExtendedLifetime(state) {}
}
