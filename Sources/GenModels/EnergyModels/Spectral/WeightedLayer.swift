/// A layer whose output is an affine function of a weight tensor whose last axis counts the outputs, then an activation: what
/// `SpectralNormalization` can divide by a number.
public protocol WeightedLayer: Layer {
  var weight: Parameter { get }

  /// The layer's output with another weight tensor of the same shape in the place of its own.
  func output<Value: TensorAlgebra>(_ x: Value, weight: Value) -> Value
}

extension Dense: WeightedLayer {
  public func output<Value: TensorAlgebra>(_ x: Value, weight: Value) -> Value {
    x.affine(weight: weight, bias: x.value(of: bias), activation: activation)
  }
}

extension Convolution: WeightedLayer {
  public func output<Value: TensorAlgebra>(_ x: Value, weight: Value) -> Value {
    x.convolved(
      weights: weight, bias: x.value(of: bias), activation: activation, stride: stride, padding: padding)
  }
}
