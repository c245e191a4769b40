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
