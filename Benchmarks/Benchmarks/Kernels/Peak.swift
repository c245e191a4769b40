import CPeak

/// What this machine reaches at best, measured in this process.
struct Peak: Sendable {
  /// Floating-point operations per second of one thread, in multiply-adds on registers.
  static let operationsPerSecond: Double = (0..<40).map { _ in
    let clock = ContinuousClock()
    var operations = 0.0
    let time = clock.measure { operations = ood_peak_multiply_adds(50_000) }
    return operations / (time / .seconds(1))
  }.max()!

  /// Bytes read and written per second by a plain copy of operands of that many floats, on one thread.
  static func copyBytesPerSecond(floats count: Int) -> Double {
    if let known = copies.values[count] { return known }
    let from = Operand(count, seed: 1)
    let to = Operand(count, seed: 2)
    let rate = (0..<20).map { _ in
      Double(8 * count) / secondsPerCall(atLeast: 2e-3) { ood_peak_copy(from.base, to.base, count) }
    }.max()!
    copies.values[count] = rate
    return rate
  }

  private final class Copies: @unchecked Sendable { var values: [Int: Double] = [:] }
  private static let copies = Copies()
}

/// Seconds that a call takes, over as many calls as take `total` seconds.
func secondsPerCall(atLeast total: Double, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  var calls = 1
  while true {
    let seconds = clock.measure { for _ in 0..<calls { body() } } / .seconds(1)
    if seconds >= total { return seconds / Double(calls) }
    calls = max(2 * calls, Int(Double(calls) * 1.2 * total / max(seconds, 1e-9)))
  }
}

/// An aligned array of floats between −2 and 2, or of small integers.
final class Operand: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int, seed: UInt32, scale: Float = 2) {
    self.count = count
    base = UnsafeMutableRawPointer.allocate(byteCount: max(64, 4 * count), alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    var state = seed &* 2_654_435_761 | 1
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      base[i] = (Float(state >> 8) / Float(1 << 23) - 1) * scale
    }
  }

  deinit { base.deallocate() }

  /// The same memory as integers in `0 ..< bound`.
  func integers(below bound: Int32) -> UnsafeMutablePointer<Int32> {
    let integers = UnsafeMutableRawPointer(base).bindMemory(to: Int32.self, capacity: count)
    var state: UInt32 = 9
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      integers[i] = Int32(state >> 8) % bound
    }
    return integers
  }
}
