/// A masked autoregressive map: each feature is changed as a network of the features before it says.
///
/// The network is a MADE (M. Germain, K. Gregor, I. Murray and H. Larochelle, 2015): hidden units carry degrees 1 ... D − 1 in turn, and
/// a weight is masked unless the degree does not fall. `forward` is one pass of the network; `inverse` is one pass for each feature.
/// G. Papamakarios, T. Pavlakou and I. Murray, 2017. The condition is seen by all.
public struct MaskedAutoregressive: Bijection {
  public let inputShape: Shape
  public let transform: CouplingTransform
  let conditions: Int
  var network: DenseNetwork
  private let masks: [Tensor]

  init(
    _ transform: CouplingTransform, features: Int, hidden: [Int], conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) {
    inputShape = [features]
    self.transform = transform
    self.conditions = conditions
    network = try DenseNetwork(
      inputs: features + conditions, hidden: hidden, outputs: transform.parametersPerFeature * features,
      tensors.under("network"))
    // Degrees: inputs 1 ... D, conditions 0. Outputs d are those of feature d, which may see degrees below d only.
    var masks: [Tensor] = []
    var degrees = (0..<features + conditions).map { $0 < features ? $0 + 1 : 0 }
    for units in hidden {
      let next = AutoregressiveDegrees.cyclic(units: units, features: features)
      // With a single feature nothing but the condition may pass.
      masks.append(
        AutoregressiveDegrees.mask(degrees, next) { $0 <= $1 && (features > 1 || $0 == 0) })
      degrees = next
    }
    let outputs = (0..<transform.parametersPerFeature * features).map { $0 % features + 1 }
    masks.append(AutoregressiveDegrees.mask(degrees, outputs) { $0 < $1 || features == 1 })
    self.masks = masks
  }

  public var outputShape: Shape { inputShape }

  /// Masked weights and biases, layer by layer.
  private func parameters<Value: TensorAlgebra>(like x: Value) -> [Value] {
    zip(network.layers, masks).flatMap { layer, mask in
      [x.value(of: layer.weight) * x.constant(mask), x.value(of: layer.bias)]
    }
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let all = 0..<inputShape[0]
    let step = CouplingStack.Step(
      transform: transform, read: all, changed: all, widths: network.widths)
    let stack = CouplingStack(steps: [step], conditions: conditions, keeps: Value.isRecorded)
    let outputs = Value.apply(
      stack, to: [x] + (condition.map { [$0] } ?? []) + parameters(like: x), precomputed: nil)
    return Mapped(outputs[0], logDeterminant: outputs[1])
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    let features = inputShape[0]
    let weights = parameters(like: y)
    // In pass d feature d is right, because those before it are; after the last pass all are.
    var mapped = Mapped(y, constant: 0)
    for _ in 0..<features {
      var hidden = condition.map { Value.concatenate([mapped.value, $0], axis: 1) } ?? mapped.value
      for layer in network.layers.indices {
        hidden = hidden.affine(
          weight: weights[2 * layer], bias: weights[2 * layer + 1],
          activation: network.layers[layer].activation)
      }
      mapped = y.transformed(
        columns: 0..<features, by: transform, parameters: hidden, isInverse: true)
    }
    return mapped
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("network", &network) }
}

extension MaskedAutoregressive {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "autoregressive"

    public var transform: CouplingTransform
    public var hidden: [Int]

    private enum CodingKeys: String, CodingKey {
      case transform = "_0"
      case hidden
    }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      if let problem = transform.problem { try require(false, problem) }
      try require(input.rank == 1, "autoregressive, takes vectors, not \(input); flatten first")
      try requireHidden(hidden)
      return try MaskedAutoregressive(
        transform, features: input[0], hidden: hidden, conditions: conditions, tensors)
    }
  }
}
