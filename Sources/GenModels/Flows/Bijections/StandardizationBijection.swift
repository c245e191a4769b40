#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = (x − mean) / deviation of each feature, with the training examples' statistics, which are not trained.
///
/// A feature that doesn't vary, whose smallest value is its largest, is only centred. ln |det| = −Σ ln deviation.
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
    let varies = x.varyingFeatures
    deviation.tensor = Tensor(
      squares.indices.map { feature in
        guard varies[feature] else { return 1 }
        let deviation = Float((squares[feature] / Double(max(1, examples))).squareRoot())
        return max(deviation, Float.leastNormalMagnitude)
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

extension Tensor {
  /// For each element of an example, whether it differs between two examples of the batch. (Of a constant feature, rounding
  /// of the mean leaves a variance; of a feature of large offset and small spread, a cut on the variance would make one.)
  var varyingFeatures: [Bool] {
    let features = shape.dropFirst().reduce(1, *)
    var varies = [Bool](repeating: false, count: features)
    withUnsafeElements { x in
      for row in 1..<max(1, shape[0]) {
        for feature in 0..<features where x[row * features + feature] != x[feature] { varies[feature] = true }
      }
    }
    return varies
  }
}
