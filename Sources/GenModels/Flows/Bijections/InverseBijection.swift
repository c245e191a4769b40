/// A bijection turned round: its `forward` is the other's `inverse`.
public struct InverseBijection: Bijection {
  /// The map that is turned round.
  public private(set) var bijection: any Bijection

  public init(_ bijection: some Bijection) { self.bijection = bijection }

  public var inputShape: Shape { bijection.outputShape }
  public var outputShape: Shape { bijection.inputShape }

  public func forward<Value: TensorAlgebra>(_ x: Value, condition: Value?, _ context: Context) -> Mapped<
    Value
  > { bijection.inverse(x, condition: condition, context) }

  public func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value?, _ context: Context) -> Mapped<
    Value
  > { bijection.forward(y, condition: condition, context) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    bijection.visitParameters(with: visitor)
  }
}

extension InverseBijection {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "inverse"

    public var bijection: BijectionSpecification

    private enum CodingKeys: String, CodingKey {
      case bijection = "_0"
    }

    public var isBatchNormalization: Bool { bijection.description.isBatchNormalization }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      // A turned map keeps the shape it is given, so that its own shapes are known beforehand.
      let map = try bijection.description.bijection(after: input, conditions: conditions, tensors)
      try require(
        map.outputShape == input, "turned round, changes the shape \(input) to \(map.outputShape)")
      return InverseBijection(map)
    }
  }
}
