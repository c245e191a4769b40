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
