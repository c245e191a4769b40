import CPeak
import GenModels

/// What this machine reaches at best, measured in this process.
struct Peak: Sendable {
  /// Floating-point operations per second of one thread, in multiply-adds on registers.
  static let operationsPerSecond: Double = (0..<20).map { _ in
    let clock = ContinuousClock()
    var operations = 0.0
    let time = clock.measure { operations = ood_peak_multiply_adds(50_000) }
    return operations / (time / .seconds(1))
  }.max()!
}

/// Seconds that a call takes when it follows others: the best of five measurements, each of as many calls as take `total`
/// seconds. The framework's own threads take a processor away now and then.
func secondsPerCall(atLeast total: Double, _ body: () -> Void) -> Double {
  withoutActuallyEscaping(body) { secondsPerCall(atLeast: total, [$0])[0] }
}

/// The same of several calls, measured in turns.
func secondsPerCall(atLeast total: Double, _ bodies: [() -> Void]) -> [Double] {
  bodies.forEach { $0() }
  return (0..<5).map { _ in bodies.map { secondsOfOneCall(over: total, $0) } }
    .reduce(Array(repeating: .infinity, count: bodies.count)) { zip($0, $1).map(min) }
}

private func secondsOfOneCall(over total: Double, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  var calls = 1
  while true {
    let seconds = clock.measure { for _ in 0..<calls { body() } } / .seconds(1)
    if seconds >= total { return seconds / Double(calls) }
    calls = max(2 * calls, Int(Double(calls) * 1.2 * total / max(seconds, 1e-9)))
  }
}

/// A value that is made when it is first used: every benchmark runs in a process of its own, which should not make the
/// operands of all others.
final class Lazy<Value>: @unchecked Sendable {
  private let make: () -> Value
  private(set) lazy var value = make()

  init(_ make: @escaping () -> Value) { self.make = make }
}

/// An aligned array of floats between −scale and scale, made when it is first used.
final class Operand: @unchecked Sendable {
  let count: Int
  private let seed: UInt32
  private let scale: Float

  private(set) lazy var base: UnsafeMutablePointer<Float> = {
    let base = UnsafeMutableRawPointer.allocate(byteCount: max(64, 4 * count), alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    var state = seed &* 2_654_435_761 | 1
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      base[i] = (Float(state >> 8) / Float(1 << 23) - 1) * scale
    }
    return base
  }()

  init(_ count: Int, seed: UInt32, scale: Float = 2) {
    self.count = count
    self.seed = seed
    self.scale = scale
  }
}

/// An array of integers in `0 ..< bound`, made when it is first used.
final class IndexOperand: @unchecked Sendable {
  let count: Int
  private let bound: Int32

  private(set) lazy var base: UnsafeMutablePointer<Int32> = {
    let base = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    var state: UInt32 = 9
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      base[i] = Int32(state >> 8) % bound
    }
    return base
  }()

  init(_ count: Int, below bound: Int32) {
    self.count = count
    self.bound = bound
  }
}
