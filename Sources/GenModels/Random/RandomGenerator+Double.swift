#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension RandomGenerator {
  /// A number uniform on [0, 1), in steps of 2⁻⁵³.
  package mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Independent standard normal numbers in double precision (Box and Muller, 1958).
  package mutating func normalDoubles(_ count: Int) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(count + 1)
    while numbers.count < count {
      let radius = (-2 * log(1 - uniformDouble())).squareRoot()
      let angle = 2 * Double.pi * uniformDouble()
      numbers.append(radius * cos(angle))
      numbers.append(radius * sin(angle))
    }
    if numbers.count > count { numbers.removeLast() }
    return numbers
  }

  /// A place drawn with probabilities proportional to these weights, whose sum is above 0.
  package mutating func place(weights: [Double]) -> Int {
    let total = weights.reduce(0, +)
    var left = uniformDouble() * total
    for (i, weight) in weights.enumerated() {
      left -= weight
      if left < 0, weight > 0 { return i }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}
