import Synchronization

/// The same value; the gradient that comes back through it is multiplied, row by row, by weights that are known only after the forward
/// pass.
struct PathScaling: SingleOutputPrimitive {
  /// The weights, `[rows]`, set before the backward pass.
  final class Weights: Sendable {
    private let stored = Mutex<Tensor?>(nil)

    var tensor: Tensor {
      guard let tensor = stored.withLock({ $0 }) else {
        preconditionFailure("The weights of a path must be set before its gradient is taken.")
      }
      return tensor
    }

    func set(_ tensor: Tensor) { stored.withLock { $0 = tensor } }
  }

  let weights: Weights

  func evaluate(_ inputs: [Tensor]) -> Tensor { inputs[0] }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let factors = weights.tensor
    return [upstream * upstream.constant(factors.reshaped([factors.count, 1]))]
  }
}
