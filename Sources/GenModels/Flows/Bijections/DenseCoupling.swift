/// A coupling of vectors: one half of the features is changed as a fully connected network of the other half (and of the
/// condition) says.
///
/// ln |det| is that of the changed half's transform, see `CouplingTransform`. L. Dinh, J. Sohl-Dickstein and S. Bengio, 2017.
public struct DenseCoupling: Bijection {
  public let inputShape: Shape
  public let transform: CouplingTransform
  /// The half that is changed.
  public let changes: ChannelHalf
  let conditions: Int
  var network: DenseNetwork

  init(
    _ transform: CouplingTransform, features: Int, hidden: [Int], changes: ChannelHalf,
    conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) {
    inputShape = [features]
    self.transform = transform
    self.changes = changes
    self.conditions = conditions
    network = try DenseNetwork(
      inputs: changes.other.range(of: features).count + conditions, hidden: hidden,
      outputs: transform.parametersPerFeature * changes.range(of: features).count,
      tensors.under("network"))
  }

  public var outputShape: Shape { inputShape }

  private var step: CouplingStack.Step {
    CouplingStack.Step(
      transform: transform, read: changes.other.range(of: inputShape[0]),
      changed: changes.range(of: inputShape[0]), widths: network.widths)
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { DenseCoupling.forward([self], x, condition: condition) }

  /// Couplings of the same features one after the other, as one operation.
  static func forward<Value: TensorAlgebra>(
    _ couplings: [DenseCoupling], _ x: Value, condition: Value?
  ) -> Mapped<Value> {
    couplings[0].require(x.shape, isBatchOf: couplings[0].inputShape)
    let stack = CouplingStack(
      steps: couplings.map(\.step), conditions: couplings[0].conditions, keeps: Value.isRecorded)
    let outputs = Value.apply(
      stack, to: [x] + (condition.map { [$0] } ?? []) + couplings.flatMap { $0.network.parameters(like: x) },
      precomputed: nil)
    return Mapped(outputs[0], logDeterminant: outputs[1])
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    let read = y.half(changes.other)
    let parameters = network(condition.map { Value.concatenate([read, $0], axis: 1) } ?? read)
    return y.transformed(columns: step.changed, by: transform, parameters: parameters, isInverse: true)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("network", &network) }
}
