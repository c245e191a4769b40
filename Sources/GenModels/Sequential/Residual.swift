/// y = x + f(x), f being layers one after the other that keep the shape (K. He, X. Zhang, S. Ren and J. Sun, 2016).
public struct Residual: Layer {
  /// f.
  public private(set) var body: LayerChain

  /// Traps unless the layers keep the shape.
  public init(_ body: LayerChain) {
    precondition(
      body.outputShape == body.exampleShape,
      "A residual block adds what comes out to what went in, and these layers lead from \(body.exampleShape) to \(body.outputShape)."
    )
    self.body = body
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x + body(x, context)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) { body.visitParameters(with: visitor) }
}
