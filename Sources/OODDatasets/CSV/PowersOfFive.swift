/// Powers of five to 128 bits, and the product with them that turns decimal digits into a binary float.
///
/// After D. Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and Experience 51 (2021),
/// algorithm 1.
enum PowersOfFive {
  /// The leading 128 bits of 5^q, normalised: truncated for q ≥ 0, rounded up for q from −27 to −1 (where
  /// that makes exact results come out exact), truncated below.
  struct Entry {
    var high: UInt64
    var low: UInt64
  }

  static let exponents = -342...308

  /// For each exponent in `exponents`, its power. Made once, from exact whole numbers.
  static let table: [Entry] = {
    var table = [Entry](repeating: Entry(high: 0, low: 0), count: exponents.count)
    var power = WideNumber(1)
    for q in 0...exponents.upperBound {
      table[q - exponents.lowerBound] = power.leadingBits
      power.multiply(by: 5)
    }
    // 2^2048 / 5^n, rounded down, has enough bits for n up to 342 (5^342 < 2^795).
    var reciprocal = WideNumber(powerOfTwo: 2048)
    for n in 1...(-exponents.lowerBound) {
      reciprocal.divide(by: 5)
      var entry = reciprocal.leadingBits
      if n <= 27 {
        entry.low &+= 1
        if entry.low == 0 { entry.high += 1 }
      }
      table[-n - exponents.lowerBound] = entry
    }
    return table
  }()

  /// The float nearest to `digits`·10^`exponent`, or nil in the rare case where 128 bits don't decide.
  static func product(_ digits: UInt64, exponent q: Int) -> Double? {
    if digits == 0 || q < exponents.lowerBound { return 0 }
    if q > exponents.upperBound { return .infinity }
    let shift = digits.leadingZeroBitCount
    let w = digits << UInt64(shift)
    let power = table.withUnsafeBufferPointer { $0[q - exponents.lowerBound] }
    var (high, low) = w.multipliedFullWidth(by: power.high)
    // 53 bits, one to round and one for a leading zero: if the bits below are all ones, a carry could still
    // come.
    if high & 0x1FF == 0x1FF {
      let second = w.multipliedFullWidth(by: power.low).high
      let (sum, carry) = low.addingReportingOverflow(second)
      low = sum
      if carry { high += 1 }
    }
    if low == .max && !(-27...55).contains(q) { return nil }

    let upper = Int(high >> 63)
    var mantissa = high >> UInt64(upper + 9)
    // ⌊log₂ 10^q⌋ by a fixed-point logarithm, exact for this range.
    var binary = ((217706 * q) >> 16) + 63 + upper - shift + 1023
    if binary <= 0 {
      if 1 - binary >= 64 { return 0 }
      mantissa >>= UInt64(1 - binary)
      mantissa = (mantissa + (mantissa & 1)) >> 1
      return Double(bitPattern: mantissa)
    }
    // An exact tie between two floats goes to the even one.
    if low <= 1 && (-4...23).contains(q) && mantissa & 3 == 1 && mantissa << UInt64(upper + 9) == high {
      mantissa &= ~1
    }
    mantissa = (mantissa + (mantissa & 1)) >> 1
    if mantissa >= 1 << 53 {
      mantissa = 1 << 52
      binary += 1
    }
    if binary >= 2047 { return .infinity }
    return Double(bitPattern: UInt64(binary) << 52 | mantissa & ~(1 << 52))
  }
}

/// A whole number of up to 2,112 bits: just what the table of powers needs.
private struct WideNumber {
  /// Least significant first.
  private var words = [UInt64](repeating: 0, count: 33)

  init(_ value: UInt64) { words[0] = value }
  init(powerOfTwo exponent: Int) { words[exponent / 64] = 1 << UInt64(exponent % 64) }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for i in words.indices {
      let (high, low) = words[i].multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      words[i] = sum
      carry = high + (overflow ? 1 : 0)
    }
  }

  mutating func divide(by divisor: UInt64) {
    var remainder: UInt64 = 0
    for i in words.indices.reversed() {
      (words[i], remainder) = divisor.dividingFullWidth((remainder, words[i]))
    }
  }

  /// The 128 bits from the highest that is set.
  var leadingBits: PowersOfFive.Entry {
    let top = words.lastIndex { $0 != 0 }!
    let shift = UInt64(words[top].leadingZeroBitCount)
    func word(_ i: Int) -> UInt64 { i >= 0 ? words[i] : 0 }
    func shifted(_ i: Int) -> UInt64 {
      shift == 0 ? word(i) : word(i) << shift | word(i - 1) >> (64 - shift)
    }
    return PowersOfFive.Entry(high: shifted(top), low: shifted(top - 1))
  }
}
