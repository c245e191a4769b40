/// Squares of 2 × 2 pixels as channels: `[height, width, c]` to `[height/2, width/2, 4c]`; ln |det| = 0.
///
/// L. Dinh, J. Sohl-Dickstein and S. Bengio, Real NVP, 2017, section 3.6. The pixels of a square come in the order (0, 0), (0, 1),
/// (1, 0), (1, 1), or, with `checkerboard`, in the order (0, 0), (1, 1), (0, 1), (1, 0).
public struct Squeeze: Bijection {
  public let inputShape: Shape
  public let checkerboard: Bool

  /// Traps unless height and width are even.
  public init(shape: Shape, checkerboard: Bool = false) {
    precondition(
      shape.rank == 3 && shape[0] % 2 == 0 && shape[1] % 2 == 0,
      "A squeeze takes images of even height and width, not examples of shape \(shape).")
    inputShape = shape
    self.checkerboard = checkerboard
  }

  public var outputShape: Shape { [inputShape[0] / 2, inputShape[1] / 2, 4 * inputShape[2]] }

  /// Channel by channel of the result, for the order of a checkerboard.
  private func colours(_ squares: [Int]) -> [Int] {
    squares.flatMap { square in (0..<inputShape[2]).map { square * inputShape[2] + $0 } }
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let (batch, rows, columns, c) = (x.shape[0], outputShape[0], outputShape[1], inputShape[2])
    let squares = x.reshaped([batch, rows, 2, columns, 2, c]).transposed([0, 1, 3, 2, 4, 5])
    let y = squares.reshaped([batch, rows, columns, 4 * c])
    return Mapped(checkerboard ? y.channels(colours([0, 3, 1, 2])) : y, constant: 0)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: outputShape)
    let (batch, rows, columns, c) = (y.shape[0], outputShape[0], outputShape[1], inputShape[2])
    let ordered = checkerboard ? y.channels(colours([0, 2, 3, 1])) : y
    let squares = ordered.reshaped([batch, rows, columns, 2, 2, c]).transposed([0, 1, 3, 2, 4, 5])
    return Mapped(squares.reshaped(Shape([batch] + Array(inputShape))), constant: 0)
  }
}

extension Squeeze {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "squeeze"

    public var checkerboard: Bool

    public var elementwise: ElementwiseMap { .rearrangement }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try require(
        input.rank == 3 && input[0] % 2 == 0 && input[1] % 2 == 0,
        "a squeeze, takes images of even height and width, not examples of shape \(input)")
      return Squeeze(shape: input, checkerboard: checkerboard)
    }
  }
}
