/// Violations as they are found.
struct Findings {
  private(set) var violations: [LawViolation] = []

  /// Notes a violation unless the law holds.
  mutating func require(
    _ holds: Bool, _ law: String, tried: @autoclosure () -> String, found: @autoclosure () -> String,
    expected: @autoclosure () -> String
  ) {
    if !holds { add(law, tried: tried(), found: found(), expected: expected()) }
  }

  mutating func add(_ law: String, tried: String, found: String, expected: String) {
    violations.append(LawViolation(law: law, tried: tried, found: found, expected: expected))
  }

  mutating func add(_ others: [LawViolation]) { violations += others }

  /// Runs a part of a law that must not throw; what it throws is a violation.
  mutating func attempt(_ law: String, tried: String, _ body: (inout Findings) throws -> Void) {
    do { try body(&self) } catch {
      add(law, tried: tried, found: "the error \"\(error)\"", expected: "an answer")
    }
  }
}

extension Double {
  /// Whether another number is the same: to the bit for the tolerance 0, else within that part of max(1, |this number|).
  func isSame(as other: Double, tolerance: Double) -> Bool {
    if bitPattern == other.bitPattern { return true }
    guard tolerance > 0 else { return false }
    return self == other || abs(self - other) <= tolerance * max(1, abs(self))
  }
}

extension [Double] {
  /// Whether other numbers are the same, see `Double.isSame`.
  func isSame(as others: [Double], tolerance: Double) -> Bool {
    count == others.count && zip(self, others).allSatisfy { $0.isSame(as: $1, tolerance: tolerance) }
  }

  var mean: Double { reduce(0, +) / Double(Swift.max(1, count)) }

  /// The standard deviation, n in the denominator.
  var deviation: Double {
    let mean = mean
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Swift.max(1, count))).squareRoot()
  }

  /// The first numbers, for messages.
  var summary: String {
    "[" + prefix(4).map { "\($0)" }.joined(separator: ", ") + (count > 4 ? ", … (\(count) numbers)]" : "]")
  }
}
