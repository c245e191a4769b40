/// How much a compressed file may grow when it is inflated. It stops "zip bombs", small files that inflate
/// without end.
public struct InflationLimit: Sendable, Equatable {
  /// Most bytes that one file, or one member of an archive, may inflate to.
  public var byteCount: Int

  public init(byteCount: Int) {
    precondition(byteCount >= 0, "A limit on inflated bytes can't be negative, and \(byteCount) is.")
    self.byteCount = byteCount
  }

  /// Four gibibytes.
  public static let standard = InflationLimit(byteCount: 1 << 32)

  /// Deflate turns one byte into at most this many (a run of 258 bytes in two bits, and then some overhead).
  static let largestRatio = 1032

  /// The most bytes that `compressed` bytes of deflated data can hold, whatever they claim.
  func mostBytes(inflatedFrom compressed: Int) -> Int {
    let (product, overflow) = compressed.multipliedReportingOverflow(by: InflationLimit.largestRatio)
    return overflow ? byteCount : min(byteCount, product)
  }
}
