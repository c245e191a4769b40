import GenModels

/// Which parts of how many something is made of.
public struct PartNumbers: Codable, Hashable, Sendable, CustomStringConvertible {
  /// From 1, ascending.
  public private(set) var numbers: [Int]
  /// How many parts there are in all.
  public let count: Int

  /// More parts than anybody has.
  private static let most = 1 << 20

  /// One part.
  /// - Throws: `TableError` for more than 1048576 parts.
  public init(_ shard: Shard) throws(TableError) {
    guard shard.count <= Self.most else {
      throw .invalidSetting(name: "parts", value: "\(shard.count)", expected: "at most \(Self.most)")
    }
    numbers = [shard.index]
    count = shard.count
  }

  /// Those that are missing, ascending.
  public var missing: [Int] {
    let present = Set(numbers)
    return (1...count).filter { !present.contains($0) }
  }

  public var isComplete: Bool { numbers.count == count }

  /// Parts of both.
  /// - Throws: `MergeError` for another division, and for a part that both have.
  public func merging(_ other: PartNumbers) throws(MergeError) -> PartNumbers {
    guard count == other.count else { throw .otherDivision(found: other.count, expected: count) }
    if let number = Set(numbers).intersection(other.numbers).min() {
      throw .samePart(number: number, count: count)
    }
    var merged = self
    merged.numbers = (numbers + other.numbers).sorted()
    return merged
  }

  /// Throws unless all parts are there.
  public func requireComplete() throws(MergeError) {
    guard isComplete else { throw .incomplete(missing: missing, count: count) }
  }

  /// Checks numbers that come from a file.
  func check() throws(ModelFileError) {
    guard let first = numbers.first, first >= 1, numbers[numbers.count - 1] <= count, count <= Self.most,
      zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .malformed(reason: "the numbers of its parts are none: \(numbers.prefix(8)) of \(count)") }
  }

  public var description: String {
    "\(numbers.count == 1 ? "part" : "parts") "
      + numbers.prefix(8).map(String.init).joined(separator: ", ")
      + (numbers.count > 8 ? ", … (\(numbers.count))" : "") + " of \(count)"
  }
}
