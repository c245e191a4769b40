/// A trained linear map of the channels (the last axis), y = x · P L U: Glow's invertible 1 × 1 convolution on images, a full
/// matrix on vectors.
///
/// P is a fixed permutation, L a triangle with ones on its diagonal, U one with the diagonal sign · exp(logDiagonal), the signs
/// fixed; ln |det| = pixels · Σ logDiagonal. D. P. Kingma and P. Dhariwal, 2018, equations 9 to 11. It starts as a random rotation, beyond
/// 128 channels as a random permutation. Cost: building the matrix takes 2 c³ operations for c channels, each batch.
public struct InvertibleLinear: Bijection {
  public let inputShape: Shape
  private var lower, upper, logDiagonal: Parameter
  /// Row i of P A is row `permutation[i]` of A.
  private var permutation: RunningState
  private var signs: RunningState
  private let rows: Indexes

  /// The most channels that start as a rotation: it takes c³ operations to draw one.
  private static let mostRotated = 128

  init(shape: Shape, _ tensors: TensorSource) throws(ModelFileError) {
    inputShape = shape
    let c = shape[shape.rank - 1]
    // Each tensor is drawn from its own numbers, so the start is made once, from those of the first.
    var start: RandomRotation?
    permutation = RunningState(
      try tensors.tensor("permutation", [c]) { random in
        let made = RandomRotation(size: c, rotates: c <= Self.mostRotated, using: &random)
        start = made
        return Tensor(made.permutation.map { Float($0) })
      })
    signs = RunningState(try tensors.tensor("signs", [c]) { _ in Tensor(start!.signs) })
    lower = Parameter(
      try tensors.tensor("lower", [c, c]) { _ in Tensor(start!.lower, shape: [c, c]) })
    upper = Parameter(
      try tensors.tensor("upper", [c, c]) { _ in Tensor(start!.upper, shape: [c, c]) })
    logDiagonal = Parameter(try tensors.tensor("logDiagonal", [c]) { _ in Tensor(start!.logDiagonal) })
    let order = permutation.tensor.elements
    guard order.sorted() == (0..<c).map({ Float($0) }) else {
      throw .malformed(reason: "the permutation of a linear map is none")
    }
    guard signs.tensor.elements.allSatisfy({ abs($0) == 1 }) else {
      throw .malformed(reason: "the signs of a linear map are not all 1 or −1")
    }
    rows = Indexes(order.map { Int($0) })
  }

  public var outputShape: Shape { inputShape }

  private var pixels: Float { Float(inputShape.elementCount / inputShape[inputShape.rank - 1]) }

  /// P L U, `[channels, channels]`.
  func matrix<Value: TensorAlgebra>(like x: Value) -> Value {
    let c = inputShape[inputShape.rank - 1]
    let below = Tensor.square(c) { $0 > $1 ? 1 : 0 }
    let above = Tensor.square(c) { $0 < $1 ? 1 : 0 }
    let identity = Tensor.square(c) { $0 == $1 ? 1 : 0 }
    let l = x.value(of: lower) * x.constant(below) + x.constant(identity)
    let diagonal = x.value(of: logDiagonal).exp() * x.constant(signs.tensor)
    let u = x.value(of: upper) * x.constant(above) + diagonal * x.constant(identity)
    return l.matrixProduct(u).rows(rows)
  }

  private func map<Value: TensorAlgebra>(_ x: Value, by matrix: Value, sign: Float) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let c = inputShape[inputShape.rank - 1]
    let y = x.reshaped([x.tensor.count / c, c]).matrixProduct(matrix).reshaped(x.shape)
    let logDeterminant = x.value(of: logDiagonal).sum() * (sign * pixels)
    return Mapped(y, logDeterminant: logDeterminant.broadcast(to: [x.shape[0]]))
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { map(x, by: matrix(like: x), sign: 1) }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { map(y, by: matrix(like: y).matrixInverse(), sign: -1) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("permutation", &permutation)
    visitor.visit("signs", &signs)
    visitor.visit("lower", &lower)
    visitor.visit("upper", &upper)
    visitor.visit("logDiagonal", &logDiagonal)
  }
}

extension Tensor {
  /// A square matrix of a function of row and column.
  fileprivate static func square(_ size: Int, _ element: (Int, Int) -> Float) -> Tensor {
    Tensor(shape: [size, size]) { matrix in
      for i in 0..<size { for j in 0..<size { matrix[i * size + j] = element(i, j) } }
    }
  }
}

extension InvertibleLinear {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "linear"

    public init() {}

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      let channels = input[input.rank - 1]
      try require(channels <= 8192, "a linear map, takes at most 8192 channels, not \(channels)")
      return try InvertibleLinear(shape: input, tensors)
    }
  }
}
