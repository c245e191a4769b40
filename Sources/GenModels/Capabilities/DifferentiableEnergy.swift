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
    let (energies, slope) = gradientOfEach(at: x) { recordedEnergy($0) }
    return (energies, slope)
  }
}

/// The values of a function of each example, `[examples]`, and each one's gradient, of x's shape: the same bits for an example in any
/// batch.
func gradientOfEach(at x: Tensor, of function: (Variable) -> Variable) -> (values: Tensor, gradient: Tensor) {
  // The product of a single row with a matrix is summed in another order than that of several.
  guard x.exampleCount != 1 else {
    let (values, gradient) = gradientOfEach(at: .concatenate([x, x], axis: 0), of: function)
    return (values.sliced(axis: 0, 0..<1), gradient.sliced(axis: 0, 0..<1))
  }
  var values = Tensor.zeros([0])
  // Examples don't touch each other, so the gradient of the sum holds each one's own.
  let slope = gradient(at: x) { x in
    let each = function(x)
    values = each.tensor
    return each.sum()
  }
  return (values, slope)
}
