/// The network of a coupling of vectors: fully connected layers with ReLU between them.
///
/// Hidden weights start by He's law, the last layer at zero, so that a fresh coupling is the identity.
struct DenseNetwork: Parameterized {
  var layers: [Dense]

  init(inputs: Int, hidden: [Int], outputs: Int, _ tensors: TensorSource) throws(ModelFileError) {
    layers = []
    var size = inputs
    for (number, units) in (hidden + [outputs]).enumerated() {
      let isLast = number == hidden.count
      let law = isLast ? Initialization.zeros : .heNormal
      let (shape, source): (Shape, TensorSource) = ([size, units], tensors.under("\(number)"))
      guard size * units <= Int(Int32.max) else {
        throw .malformed(reason: "a network can't have a layer of \(size) by \(units) weights")
      }
      layers.append(
        Dense(
          weight: try source.tensor("weight", shape) {
            law.weights(shape, fanIn: shape[0], fanOut: shape[1], using: &$0)
          },
          bias: try source.tensor("bias", [units]) { _ in .zeros([units]) },
          activation: isLast ? .identity : .relu))
      size = units
    }
  }

  /// Outputs of each layer.
  var widths: [Int] { layers.map { $0.bias.shape[0] } }

  /// Weights and biases, layer by layer.
  func parameters<Value: TensorAlgebra>(like x: Value) -> [Value] {
    layers.flatMap { [x.value(of: $0.weight), x.value(of: $0.bias)] }
  }

  func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> Value { layers.reduce(x) { $1($0) } }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices { visitor.visit("\(index)", &layers[index]) }
  }
}
