import GenModels

/// Random damage to examples, for denoising and for background models.
///
/// The damage depends on the generator only, and a generator's state decides it for the whole batch.
public protocol Corruption: Sendable {
  /// Examples of the shape of `x`, damaged.
  func corrupt(_ x: Tensor, using random: inout RandomGenerator) -> Tensor
}

/// The tensor of `map` applied to corresponding elements of two tensors of one shape.
func combine(_ a: Tensor, _ b: Tensor, _ map: @Sendable (Float, Float) -> Float) -> Tensor {
  a.withUnsafeElements { a0 in
    b.withUnsafeElements { b0 in
      nonisolated(unsafe) let (left, right) = (a0, b0)
      return Tensor(shape: a.shape) { destination in
        nonisolated(unsafe) let destination = destination
        parallelFor(left.count, grain: 1 << 15) { range in
          for index in range { destination[index] = map(left[index], right[index]) }
        }
      }
    }
  }
}

func requireProbability(_ probability: Float) {
  precondition(
    probability >= 0 && probability <= 1, "A probability lies between 0 and 1, and \(probability) was given.")
}
