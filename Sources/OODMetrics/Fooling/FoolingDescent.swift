import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How an attack descends.
public enum FoolingDescent: Codable, Hashable, Sendable {
  /// p ← p − rate · g, as in the paper.
  case gradientDescent(rate: Double)
  /// Adam (D. P. Kingma and J. Ba, 2015) with its usual averages, 0.9 and 0.999.
  case adam(rate: Double)

  var rate: Double {
    switch self {
    case .gradientDescent(let rate), .adam(let rate): rate
    }
  }

  /// For tables: "gradient descent, rate 0.01".
  public var title: String {
    switch self {
    case .gradientDescent(let rate): "gradient descent, rate \(rate)"
    case .adam(let rate): "Adam, rate \(rate)"
    }
  }
}

/// The averages of a descent, for rows of numbers that move independently.
struct DescentState {
  private var first, second: [Float]
  private let width: Int

  init(rows: Int, width: Int) {
    self.width = width
    first = [Float](repeating: 0, count: rows * width)
    second = first
  }

  /// Forgets a row's averages.
  mutating func clear(_ row: Int) {
    for place in row * width..<(row + 1) * width { (first[place], second[place]) = (0, 0) }
  }

  /// Moves row `row` against its gradient, with its own step size; `step` counts the row's steps from 1.
  mutating func move(
    _ numbers: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, row: Int, step: Int,
    descent: FoolingDescent, factor: Double
  ) {
    let rate = Float(descent.rate * factor)
    guard case .adam = descent else {
      for i in 0..<width { numbers[i] -= rate * gradient[i] }
      return
    }
    let correction1 = Float(1 - pow(0.9, Double(step)))
    let correction2 = Float(1 - pow(0.999, Double(step)))
    first.withUnsafeMutableBufferPointer { first in
      second.withUnsafeMutableBufferPointer { second in
        for i in 0..<width {
          let g = gradient[i]
          let place = row * width + i
          first[place] = 0.9 * first[place] + 0.1 * g
          second[place] = 0.999 * second[place] + 0.001 * g * g
          let mean = first[place] / correction1
          numbers[i] -= rate * mean / ((second[place] / correction2).squareRoot() + 1e-8)
        }
      }
    }
  }
}
