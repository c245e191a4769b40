/// One half of the channels (the last axis); of an odd number the first half is the smaller one.
public enum ChannelHalf: String, Sendable, Hashable, Codable {
  case first, second

  public var other: ChannelHalf { self == .first ? .second : .first }

  /// The channels of this half.
  func range(of channels: Int) -> Range<Int> {
    self == .first ? 0..<channels / 2 : channels / 2..<channels
  }
}

extension TensorAlgebra {
  /// One half of the channels (last axis); of an odd number the first half is the smaller one.
  func half(_ half: ChannelHalf) -> Self {
    sliced(axis: -1, half.range(of: shape[shape.rank - 1]))
  }
}
