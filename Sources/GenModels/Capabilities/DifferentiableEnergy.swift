/// An energy that can be differentiated by the example: networks, and sums of them.
///
/// ∇ ln p(x) = −∇E(x), whatever Z: chains can be run (`LangevinDynamics`), and ln Z can be estimated
/// (`AnnealedImportanceSampling`).
public protocol DifferentiableEnergy: UnnormalizedEnergy, ScoreFunction {
  /// E of each example of a batch, shape `[examples]`; recorded when `x` is a `Variable`. The value of an example depends on nothing
  /// else in the batch.
  func recordedEnergy<Value: TensorAlgebra>(_ x: Value) -> Value
}

/// Examples that are differentiated together: it bounds the memory and changes no result.
private let piece = 256

extension DifferentiableEnergy {
  /// E(x); of an example so far out that 32 bits overflow on the way, the greatest number that they hold.
  public func energy(checked x: Tensor) throws -> [Double] {
    x.inPieces(of: piece, outputShape: []) { recordedEnergy($0) }.elements.map {
      $0.isFinite ? Double($0) : Double(Float.greatestFiniteMagnitude)
    }
  }

  public func logDensityGradient(checked x: Tensor) throws -> Tensor {
    x.inPieces(of: piece, outputShape: exampleShape) { energyWithGradient($0).gradient * -1 }
  }

  /// E of each example, `[examples]`, and ∇E, of x's shape. Cost: about two evaluations.
  public func energyWithGradient(_ x: Tensor) -> (energy: Tensor, gradient: Tensor) {
    var energies = Tensor.zeros([0])
    // Examples don't touch each other, so the gradient of the sum holds each one's own.
    let slope = gradient(at: x) { x in
      let energy = recordedEnergy(x)
      energies = energy.tensor
      return energy.sum()
    }
    return (energies, slope)
  }
}
