/// Decimal numbers in text to 64-bit floats, always the nearest one (ties to even).
///
/// Up to 19 digits go through 64-bit integers: exactly where number and power of ten are small (W. D.
/// Clinger, How to Read Floating Point Numbers Accurately, 1990), else by one or two wide products with a
/// table of powers of five (D. Lemire, Number Parsing at a Gigabyte per Second, 2021). Where these can't
/// decide, and for more digits, the standard library's parser does.
package enum DecimalParser {
  /// Reads the longest number at the start of `text`: an optional sign, digits with an optional point, an
  /// optional exponent. Returns its value, infinite when it overflows, and how many bytes it takes; nil when
  /// there is no number.
  @inline(__always)
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> (value: Double, length: Int)? {
    guard let start = text.baseAddress else { return nil }
    let end = start + text.count
    var p = start
    guard p < end else { return nil }
    let isNegative = p.pointee == UInt8(ascii: "-")
    if isNegative || p.pointee == UInt8(ascii: "+") { p += 1 }

    var digits: UInt64 = 0
    let firstDigit = p
    readDigits(&p, end, &digits)
    var digitCount = p - firstDigit
    var exponent = 0
    if p < end, p.pointee == UInt8(ascii: ".") {
      p += 1
      let firstFraction = p
      readDigits(&p, end, &digits)
      exponent = firstFraction - p
      digitCount -= exponent
    }
    guard digitCount > 0 else { return nil }
    if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
      if let (written, length) = readExponent(p + 1, end) {
        exponent += written
        p += 1 + length
      }
    }
    // Leading zeros don't count; only then is `digits` known to have kept them all.
    if digitCount > 19 && significantDigits(firstDigit, p) > 19 {
      return (slow(start, p - start), p - start)
    }
    let magnitude: Double
    if digits < 1 << 53 && exponent >= -22 && exponent <= 22 {
      magnitude =
        exponent < 0 ? Double(digits) / smallPowers[-exponent] : Double(digits) * smallPowers[exponent]
    } else if let value = PowersOfFive.product(digits, exponent: exponent) {
      magnitude = value
    } else {
      return (slow(start, p - start), p - start)
    }
    return (isNegative ? -magnitude : magnitude, p - start)
  }

  /// 10⁰ to 10²², which are exact.
  private static let smallPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21,
    1e22,
  ]

  /// Appends the digits at `p` to `number`, modulo 2⁶⁴.
  @inline(__always)
  private static func readDigits(
    _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ number: inout UInt64
  ) {
    while end - p >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
      guard isEightDigits(word) else { break }
      number = number &* 100_000_000 &+ eightDigits(word)
      p += 8
    }
    while p < end {
      let digit = p.pointee &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      number = number &* 10 &+ UInt64(digit)
      p += 1
    }
  }

  /// Whether all eight bytes are ASCII digits.
  @inline(__always)
  private static func isEightDigits(_ word: UInt64) -> Bool {
    (word & 0xF0F0_F0F0_F0F0_F0F0) | (((word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4)
      == 0x3333_3333_3333_3333
  }

  /// The number that eight ASCII digits make, by adding neighbours pairwise.
  @inline(__always)
  private static func eightDigits(_ word: UInt64) -> UInt64 {
    var value = word &- 0x3030_3030_3030_3030
    value = value &* 10 &+ (value >> 8)
    let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((value >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) >> 32
  }

  private static func readExponent(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> (Int, Int)?
  {
    var p = start
    guard p < end else { return nil }
    let isNegative = p.pointee == UInt8(ascii: "-")
    if isNegative || p.pointee == UInt8(ascii: "+") { p += 1 }
    let first = p
    var value = 0
    while p < end, p.pointee &- UInt8(ascii: "0") < 10 {
      // Beyond this the value is 0 or infinite for any number of digits that fits in memory.
      if value < 1 << 48 { value = value * 10 + Int(p.pointee - UInt8(ascii: "0")) }
      p += 1
    }
    guard p > first else { return nil }
    return (isNegative ? -value : value, p - start)
  }

  private static func significantDigits(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
    var count = 0
    var p = start
    while p < end, p.pointee | 0x20 != UInt8(ascii: "e") {
      if p.pointee != UInt8(ascii: "."), count > 0 || p.pointee != UInt8(ascii: "0") { count += 1 }
      p += 1
    }
    return count
  }

  /// The standard library's parser: exact, independent of the locale, and slow.
  @inline(never)
  private static func slow(_ start: UnsafePointer<UInt8>, _ length: Int) -> Double {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
    guard let value = Double(text) else { preconditionFailure("'\(text)' was checked to be a number.") }
    return value
  }
}
