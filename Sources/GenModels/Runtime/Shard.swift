/// The part of one worker of several who divide a list among themselves beforehand: every `count`th from the `index`th, which counts
/// from 1.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  public let index, count: Int

  /// nil unless 1 ≤ index ≤ count.
  public init?(_ index: Int, of count: Int) {
    guard count >= 1, (1...count).contains(index) else { return nil }
    (self.index, self.count) = (index, count)
  }

  public var description: String { "\(index)/\(count)" }

  /// This worker's of the elements.
  public func part<Element>(of elements: [Element]) -> [Element] {
    elements.enumerated().filter { $0.offset % count == index - 1 }.map(\.element)
  }
}
