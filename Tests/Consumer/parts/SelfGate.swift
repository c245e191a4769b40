import GenModels

/// y = x σ(w x + b) of each feature, with trained w and b.
struct SelfGate: Layer {
  var weight, bias: Parameter

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x * (x * x.value(of: weight) + x.value(of: bias)).sigmoid()
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }

  struct Description: LayerDescription {
    static let name = "importer.selfGate"
    /// What w starts as.
    var start: Float = 1

    func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
      guard input.rank == 1 else {
        throw .malformed(reason: "a self-gate takes vectors, not examples of shape \(input)")
      }
      let gate = SelfGate(
        weight: Parameter(try tensors.constant("weight", input, start)),
        bias: Parameter(try tensors.constant("bias", input, 0)))
      return BuiltLayer(gate, outputShape: input)
    }
  }
}
