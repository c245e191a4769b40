/// Layer normalization (J. L. Ba, J. R. Kiros and G. E. Hinton, 2016): y = scale · (x − mean) / √(variance + ε) + shift, with mean and variance
/// over the last axis of each row.
struct LayerNormalization: Layer {
  var scale, shift: Parameter
  private let epsilon: Float = 1e-5

  init(width: Int, _ tensors: TensorSource) throws(ModelFileError) {
    scale = Parameter(try tensors.constant("scale", [width], 1))
    shift = Parameter(try tensors.constant("shift", [width], 0))
  }

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    let centred = x - x.mean(axes: [-1], keepingAxes: true)
    let variance = centred.squared().mean(axes: [-1], keepingAxes: true)
    return centred * (variance + epsilon).squareRoot().reciprocal() * x.value(of: scale) + x.value(of: shift)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("scale", &scale)
    visitor.visit("shift", &shift)
  }
}
