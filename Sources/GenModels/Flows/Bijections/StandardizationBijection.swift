#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = (x − mean) / deviation of each feature, with the training examples' statistics, which are not trained.
///
/// A feature that doesn't vary is only centred. ln |det| = −Σ ln deviation.
public struct StandardizationBijection: Bijection {
  public let inputShape: Shape
  public private(set) var mean, deviation: RunningState

  init(shape: Shape, _ tensors: TensorSource) throws(ModelFileError) {
    inputShape = shape
    mean = RunningState(try tensors.tensor("mean", shape) { _ in .zeros(shape) })
    deviation = RunningState(try tensors.tensor("deviation", shape) { _ in .ones(shape) })
    guard deviation.tensor.elements.allSatisfy({ $0 > 0 }) else {
      throw .malformed(reason: "a standardization has a deviation that is not positive")
    }
  }

  public var outputShape: Shape { inputShape }

  private var logDeterminant: Float {
    Float(deviation.tensor.elements.reduce(0.0) { $0 - log(Double($1)) })
  }

  public mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor {
    require(x.shape, isBatchOf: inputShape)
    let (features, examples) = (inputShape.elementCount, x.shape[0])
    var sums = [Double](repeating: 0, count: features)
    var squares = sums
    x.withUnsafeElements { x in
      for row in 0..<examples {
        for feature in 0..<features { sums[feature] += Double(x[row * features + feature]) }
      }
      for row in 0..<examples {
        for feature in 0..<features {
          let difference = Double(x[row * features + feature]) - sums[feature] / Double(examples)
          squares[feature] += difference * difference
        }
      }
    }
    mean.tensor = Tensor(sums.map { Float($0 / Double(max(1, examples))) }, shape: inputShape)
    deviation.tensor = Tensor(
      zip(squares, sums).map { square, sum in
        let deviation = Float((square / Double(max(1, examples))).squareRoot())
        let size = Float(abs(sum) / Double(max(1, examples)))
        return deviation > 1e-6 * size && deviation > 1e-30 ? deviation : 1
      }, shape: inputShape)
    return forward(x).value
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    return Mapped(
      (x - x.constant(mean.tensor)) / x.constant(deviation.tensor), constant: logDeterminant)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    return Mapped(
      y * y.constant(deviation.tensor) + y.constant(mean.tensor), constant: -logDeterminant)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("mean", &mean)
    visitor.visit("deviation", &deviation)
  }
}

extension StandardizationBijection {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "standardization"

    public init() {}

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try StandardizationBijection(shape: input, tensors)
    }
  }
}
