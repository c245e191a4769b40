/// A coupling of vectors whose network is any layers: one half of the features is changed as they say of the other half (and of
/// the condition).
///
/// ln |det| is that of the changed half's transform, see `CouplingTransform`. `DenseCoupling` is the faster one where the layers are
/// dense with ReLU.
public struct NetworkCoupling: Bijection {
  public let inputShape: Shape
  public let transform: CouplingTransform
  /// The half that is changed.
  public let changes: ChannelHalf
  private var body: LayerChain
  private var last: Dense

  init(
    _ transform: CouplingTransform, features: Int, network: [LayerSpecification], changes: ChannelHalf,
    conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) {
    inputShape = [features]
    self.transform = transform
    self.changes = changes
    let inputs = changes.other.range(of: features).count + conditions
    let outputs = transform.parametersPerFeature * changes.range(of: features).count
    func requireVector(_ units: Shape) throws(ModelFileError) {
      guard units.rank == 1, units[0] * outputs <= Int(Int32.max) else {
        throw .malformed(reason: "a coupling's network gives vectors, not examples of shape \(units)")
      }
    }
    // Before any tensor is asked for, as far as that is known without them.
    if let units = try LayerChain.outputShape(of: network, after: [inputs]) { try requireVector(units) }
    body = try LayerChain(network, exampleShape: [inputs], tensors.under("network"))
    let units = body.outputShape
    try requireVector(units)
    let source = tensors.under("last")
    last = Dense(
      weight: try source.constant("weight", [units[0], outputs], 0),
      bias: try source.constant("bias", [outputs], 0))
  }

  public var outputShape: Shape { inputShape }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { mapped(x, condition, context, isInverse: false) }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { mapped(y, condition, context, isInverse: true) }

  private func mapped<Value: TensorAlgebra>(
    _ x: Value, _ condition: Value?, _ context: Context, isInverse: Bool
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let read = x.half(changes.other)
    let input = condition.map { Value.concatenate([read, $0], axis: 1) } ?? read
    return x.transformed(
      columns: changes.range(of: inputShape[0]), by: transform,
      parameters: last(body(input, context), context),
      isInverse: isInverse)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("network", &body)
    visitor.visit("last", &last)
  }

  /// The coupling as data.
  public struct Description: BijectionDescription {
    public static let name = "networkCoupling"

    public var transform: CouplingTransform
    public var network: [LayerSpecification]
    public var changes: ChannelHalf

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      if let problem = transform.problem { try require(false, problem) }
      try require(
        input.rank == 1 && input[0] >= 2,
        "a coupling with a network of its own, takes vectors of two features or more, not \(input)")
      return try NetworkCoupling(
        transform, features: input[0], network: network, changes: changes, conditions: conditions, tensors)
    }
  }
}
