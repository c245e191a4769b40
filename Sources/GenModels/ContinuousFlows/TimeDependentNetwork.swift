/// A fully connected network that depends on the time, as the vector field of vectors.
///
/// Layer by layer f((x W) · g + s), with a shift s = φ(t) U and, where layers are gated, a factor g = σ(φ(t) V) from features φ(t) of the time;
/// the last layer has no activation. The last layer's weights start at zero, so that a fresh field is zero everywhere.
public struct TimeDependentNetwork: VectorField {
  /// Activations whose derivative is continuous, as solvers that choose their steps want.
  public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    case tanh, softplus
  }

  struct Layer: Sendable {
    /// `[inputs, outputs]`.
    var weight: Parameter
    /// U, `[features of the time, outputs]`; the first row is the bias.
    var shift: Parameter
    /// V, of U's shape.
    var gate: Parameter?
  }

  let features: Int
  let activation: Activation
  /// Pairs of cosine and sine among the features of the time.
  let frequencies: Int
  var layers: [Layer]

  var timeFeatures: Int { 2 + 2 * frequencies }

  /// Numbers into each layer, and out of the last.
  var sizes: [Int] { layers.map { $0.weight.shape[0] } + [features] }

  init(
    features: Int, hidden: [Int], activation: Activation, conditioning: TimeConditioning, frequencies: Int,
    sharpness: Float?, _ tensors: TensorSource
  ) throws(ModelFileError) {
    self.features = features
    self.activation = activation
    self.frequencies = frequencies
    let sizes = [features] + hidden + [features]
    let count = 2 + 2 * frequencies
    var layers: [Layer] = []
    for (number, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let own = tensors.under("\(number)")
      let isLast = number == hidden.count
      let spread = number == 0 && !isLast ? sharpness : nil
      let shape: Shape = [inputs, outputs]
      let weight: Tensor
      if isLast {
        weight = try own.constant("weight", shape, 0)
      } else if let spread {
        weight = try own.tensor("weight", shape) { $0.uniform(shape, in: -spread..<spread) }
      } else {
        weight = try own.weights("weight", shape, fanIn: inputs, fanOut: outputs)
      }
      // Biases that differ let units bend in different places.
      let shift = try own.tensor("shift", [count, outputs]) { random in
        if isLast { return .zeros([count, outputs]) }
        let shift = random.uniform([count, outputs], in: -1..<1)
        guard let spread else { return shift }
        let biases = shift.sliced(axis: 0, 0..<1) * (1.5 * spread)
        return .concatenate([biases, shift.sliced(axis: 0, 1..<count)], axis: 0)
      }
      layers.append(
        Layer(
          weight: Parameter(weight), shift: Parameter(shift),
          gate: conditioning == .gating
            ? Parameter(try own.constant("gate", [count, outputs], 0)) : nil))
    }
    self.layers = layers
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices {
      visitor.visit("\(index).weight", &layers[index].weight)
      visitor.visit("\(index).shift", &layers[index].shift)
      if var gate = layers[index].gate {
        visitor.visit("\(index).gate", &gate)
        layers[index].gate = gate
      }
    }
  }

  /// The parameters on a tape, in the order of visits.
  func values<Value: TensorAlgebra>(like value: Value) -> [Value] {
    layers.flatMap { layer in
      [value.value(of: layer.weight), value.value(of: layer.shift)]
        + (layer.gate.map { [value.value(of: $0)] } ?? [])
    }
  }

  public func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value {
    evaluate(at: time, state, tangents: nil, parameters: values(like: state)).value
  }

  /// f(t, y) and the products J v of its Jacobian by y with tangents, in primitives: what the fused pass computes.
  ///
  /// - Parameters:
  ///   - time: `[rows, 1]`.
  ///   - state: `[rows, features]`.
  ///   - tangents: v, each `[rows, features]`.
  ///   - parameters: As `values` orders them.
  func evaluate<Value: TensorAlgebra>(
    at time: Value, _ state: Value, tangents: [Value]?, parameters: [Value]
  ) -> (value: Value, products: [Value]) {
    var moments = [time.constant(.ones(time.shape)), time]
    for k in 0..<frequencies {
      let angle = time * (Float(k + 1) * .pi)
      moments += [angle.cosine(), angle.sine()]
    }
    let phi = Value.concatenate(moments, axis: 1)
    var (value, products) = (state, tangents ?? [])
    var next = 0
    for (number, layer) in layers.enumerated() {
      let (weight, shift) = (parameters[next], phi.matrixProduct(parameters[next + 1]))
      let factor = layer.gate.map { _ in phi.matrixProduct(parameters[next + 2]).sigmoid() }
      next += layer.gate == nil ? 2 : 3
      func sums(_ x: Value) -> Value {
        let sums = x.matrixProduct(weight)
        return factor.map { sums * $0 } ?? sums
      }
      let z = sums(value) + shift
      products = products.map(sums)
      guard number + 1 < layers.count else {
        value = z
        break
      }
      switch activation {
      case .tanh:
        value = z.tanh()
        let slope = 1 - value.squared()
        products = products.map { $0 * slope }
      case .softplus:
        value = z.softplus()
        let slope = z.sigmoid()
        products = products.map { $0 * slope }
      }
    }
    return (value, products)
  }
}
