/// Channels (the last axis) in another, fixed order: channel i of the result is channel `order[i]`; ln |det| = 0.
public struct ChannelPermutation: Bijection {
  public let inputShape: Shape
  public let order: [Int]
  private let isReversal: Bool

  /// Traps unless `order` holds each channel once.
  public init(_ order: [Int], shape: Shape) {
    let channels = shape[shape.rank - 1]
    precondition(
      order.sorted() == Array(0..<channels), "\(order) is not an order of \(channels) channels.")
    inputShape = shape
    self.order = order
    isReversal = order == Array((0..<channels).reversed())
  }

  public var outputShape: Shape { inputShape }

  private var inverseOrder: [Int] {
    var inverse = order
    for (place, channel) in order.enumerated() { inverse[channel] = place }
    return inverse
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    return Mapped(x.channels(order), constant: 0)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    return Mapped(y.channels(isReversal ? order : inverseOrder), constant: 0)
  }
}

extension ChannelPermutation {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "permutation"

    public var order: [Int]

    private enum CodingKeys: String, CodingKey {
      case order = "_0"
    }

    public var elementwise: ElementwiseMap { .rearrangement }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      let channels = input[input.rank - 1]
      try require(
        order.sorted() == Array(0..<channels), "a permutation of \(channels) channels, can't be \(order)")
      return ChannelPermutation(order, shape: input)
    }
  }

  /// Channels in reverse order, as data.
  public struct Reversal: BijectionDescription {
    public static let name = "reversal"

    public init() {}

    public var elementwise: ElementwiseMap { .rearrangement }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      ChannelPermutation(Array((0..<input[input.rank - 1]).reversed()), shape: input)
    }
  }
}
