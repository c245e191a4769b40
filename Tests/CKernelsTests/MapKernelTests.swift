import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func map(_ variant: String) -> ood_map { ood_kernels_named(variant)!.pointee.map }

private let parameter: Float = 0.37

/// A map, its definition in `Double` with its derivative, and how far from them a float may be.
private struct UnaryCase: CustomTestStringConvertible, Sendable {
  let name: String
  let function: ood_unary
  /// The largest error in ulp.
  let bound: Double
  let value: @Sendable (Double) -> Double
  let derivative: @Sendable (Double) -> Double
  let reads: Reads

  enum Reads { case x, y, none }

  var testDescription: String { name }

  static let all = [
    UnaryCase(
      name: "negate", function: ood_negate, bound: 0, value: { -$0 }, derivative: { _ in -1 }, reads: .none),
    UnaryCase(
      name: "relu", function: ood_relu, bound: 0, value: { $0 < 0 ? 0 : $0 }, derivative: { $0 > 0 ? 1 : 0 },
      reads: .y),
    UnaryCase(
      name: "leaky relu", function: ood_leaky_relu, bound: 0.5,
      value: { $0 > 0 ? $0 : Double(parameter) * $0 },
      derivative: { $0 > 0 ? 1 : Double(parameter) }, reads: .x),
    UnaryCase(
      name: "sigmoid", function: ood_sigmoid, bound: 4, value: sigmoid,
      derivative: { sigmoid($0) * sigmoid(-$0) }, reads: .y),
    UnaryCase(
      name: "tanh", function: ood_tanh, bound: 4, value: { tanh($0) },
      derivative: { 1 / (cosh($0) * cosh($0)) }, reads: .y),
    UnaryCase(
      name: "softplus", function: ood_softplus, bound: 4, value: softplus, derivative: sigmoid, reads: .x),
    UnaryCase(
      name: "exp", function: ood_exp, bound: 4, value: { exp($0) }, derivative: { exp($0) }, reads: .y),
    UnaryCase(
      name: "log", function: ood_log, bound: 4, value: { log($0) }, derivative: { 1 / $0 }, reads: .x),
    UnaryCase(
      name: "square", function: ood_square, bound: 0.5, value: { $0 * $0 }, derivative: { 2 * $0 }, reads: .x),
    UnaryCase(
      name: "abs", function: ood_abs, bound: 0, value: { abs($0) }, derivative: sign, reads: .x),
    UnaryCase(
      name: "sqrt", function: ood_sqrt, bound: 0.501, value: { $0.squareRoot() },
      derivative: { 0.5 / $0.squareRoot() }, reads: .y),
    UnaryCase(
      name: "reciprocal", function: ood_reciprocal, bound: 0.501, value: { 1 / $0 },
      derivative: { -1 / ($0 * $0) }, reads: .y),
    UnaryCase(name: "sign", function: ood_sign, bound: 0, value: sign, derivative: { _ in 0 }, reads: .none),
    UnaryCase(
      name: "step", function: ood_step, bound: 0, value: { $0 > 0 ? 1 : 0 }, derivative: { _ in 0 },
      reads: .none),
    UnaryCase(
      name: "atan", function: ood_atan, bound: 4, value: { atan($0) }, derivative: { 1 / (1 + $0 * $0) },
      reads: .x),
    UnaryCase(
      name: "scaled", function: ood_scaled, bound: 0.5, value: { Double(parameter) * $0 },
      derivative: { _ in Double(parameter) }, reads: .none),
    UnaryCase(
      name: "shifted", function: ood_shifted, bound: 0.501, value: { $0 + Double(parameter) },
      derivative: { _ in 1 }, reads: .none),
    UnaryCase(
      name: "sin", function: ood_sin, bound: 2, value: { sin($0) }, derivative: { cos($0) }, reads: .x),
    UnaryCase(
      name: "cos", function: ood_cos, bound: 2, value: { cos($0) }, derivative: { -sin($0) }, reads: .x),
  ]

  /// Those that the package computes itself.
  static let transcendental = all.filter { $0.bound == 4 }

  static func sigmoid(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }
  static func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }
  static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
}

private struct BinaryCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let function: ood_binary
  let value: @Sendable (Float, Float) -> Float

  init(_ name: String, _ function: ood_binary, _ value: @escaping @Sendable (Float, Float) -> Float) {
    (testDescription, self.function, self.value) = (name, function, value)
  }

  static let all = [
    BinaryCase("add", ood_add) { $0 + $1 },
    BinaryCase("subtract", ood_subtract) { $0 - $1 },
    BinaryCase("multiply", ood_multiply) { $0 * $1 },
    BinaryCase("divide", ood_divide) { $0 / $1 },
    BinaryCase("maximum", ood_maximum) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
    BinaryCase("minimum", ood_minimum) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
    BinaryCase("gate", ood_gate) { $1 > 0 ? $0 : 0 },
  ]
}

/// Equal as numbers, or both NaN.
private func same(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
}

/// The largest errors that Docs/kernels.md gives, in ulp, for the variants portable, avx2 and avx512.
private let largestErrors: [String: [String: Double]] = [
  "exp": ["portable": 1.00, "avx2": 1.04, "avx512": 1.00],
  "log": ["portable": 1.00, "avx2": 0.96, "avx512": 1.57],
  "tanh": ["portable": 2.66, "avx2": 2.62, "avx512": 2.62],
  "sigmoid": ["portable": 2.41, "avx2": 2.41, "avx512": 3.10],
  "softplus": ["portable": 2.88, "avx2": 2.57, "avx512": 2.23],
  "atan": ["portable": 1.64, "avx2": 1.45, "avx512": 1.45],
]

private let hasLongBudget = ProcessInfo.processInfo.environment["OOD_LONG_TESTS"] != nil

private let lengths = Array(0...70) + [127, 128, 129, 1000, 1023, 1024, 1025, 4097]

@Suite struct MapKernelTests {
  @Test func usage() {
    let x: [Float] = [-1, 0, 2]
    var y = [Float](repeating: 0, count: 3)
    let map = ood_active_kernels().pointee.map
    map.unary(ood_relu, 0, x, &y, 3)
    #expect(y == [0, 0, 2])
    map.binary(ood_add, x, y, &y, 3)
    #expect(y == [-1, 0, 4])
    // A row of a 2 x 3 matrix is added to a column.
    var sums = [Float](repeating: 0, count: 6)
    map.binary_2d(ood_add, x, 0, 1, [10, 20], 1, 0, &sums, 2, 3)
    #expect(sums == [9, 10, 12, 19, 20, 22])
  }

  @Test(
    "The errors that the documentation gives, over every 7th float",
    .enabled(if: hasLongBudget, "set OOD_LONG_TESTS to run it"), arguments: variants, UnaryCase.transcendental
  )
  private func largestErrorsHold(variant: String, unary: UnaryCase) {
    let unaryMap = map(variant).unary
    var (x, y) = ([Float](), [Float](repeating: 0, count: 1 << 16))
    x.reserveCapacity(y.count)
    var (largest, place) = (0.0, Float.nan)
    for bits in stride(from: UInt64(0), through: UInt64(UInt32.max), by: 7) {
      x.append(Float(bitPattern: UInt32(bits)))
      guard x.count == y.count || bits + 7 > UInt32.max else { continue }
      unaryMap(unary.function, 0, x, &y, x.count)
      for (x, y) in zip(x, y) {
        let error = ulps(y, from: unary.value(Double(x)))
        if !(error <= largest) { (largest, place) = (error, x) }
      }
      x.removeAll(keepingCapacity: true)
    }
    let bound = largestErrors[unary.name]?[variant] ?? unary.bound
    #expect(largest <= bound + 0.005, "\(largest) at \(place)")
  }

  @Test(arguments: variants, UnaryCase.all)
  private func unaryAgreesWithItsDefinition(variant: String, unary: UnaryCase) {
    var numbers = SampleNumbers(seed: 1)
    for n in lengths {
      let x =
        n > 64
        ? specialFloats + numbers.floats(n - specialFloats.count, scale: 6) : numbers.floats(n, scale: 6)
      var y = [Float](repeating: -7, count: n + 1)
      map(variant).unary(unary.function, parameter, x, &y, n)
      for i in 0..<n {
        #expect(ulps(y[i], from: unary.value(Double(x[i]))) <= unary.bound, "f(\(x[i])) = \(y[i])")
      }
      #expect(y[n] == -7, "wrote behind its end")
      var inPlace = x
      inPlace.withUnsafeMutableBufferPointer {
        if let p = $0.baseAddress { map(variant).unary(unary.function, parameter, p, p, n) }
      }
      #expect(same(inPlace, Array(y[..<n])), "in place gives something else")
    }
  }

  /// A sample of every binade, both signs, 10^6 numbers, and the hardest points found among all floats.
  @Test(arguments: variants, UnaryCase.transcendental)
  private func transcendentalWithinFourUlp(variant: String, unary: UnaryCase) {
    let hard: [Float] = [
      -0x1.0ef952p+4, -0x1.757a5cp+2, 0x1.889478p-2, 0x1.f59442p-5, -0x1.fe0cdep-7, -0x1.5d6c2ep+1,
      -0x1.06723ep+1,
      -0x1.970d66p-1, -0x1.8b7ef2p-1, -0x1.5de89ap+0, -0x1.02e302p+0,
    ]
    let x =
      specialFloats + hard
      + stride(from: 0, through: UInt64(UInt32.max), by: 4093).map { Float(bitPattern: UInt32($0)) }
    var y = [Float](repeating: 0, count: x.count)
    map(variant).unary(unary.function, 0, x, &y, x.count)
    var (worst, at) = (0.0, 0)
    for i in x.indices {
      let error = ulps(y[i], from: unary.value(Double(x[i])))
      if error > worst { (worst, at) = (error, i) }
    }
    #expect(worst <= 4, "f(\(x[at])) = \(y[at]), exactly \(unary.value(Double(x[at])))")
  }

  @Test(arguments: variants) func signsOfZeroAndLimits(variant: String) {
    func value(_ f: ood_unary, _ x: Float) -> Float {
      var y: Float = 0
      map(variant).unary(f, 0, [x], &y, 1)
      return y
    }
    for f in [ood_tanh, ood_atan] { #expect(value(f, -0.0).sign == .minus && value(f, 0).sign == .plus) }
    #expect(value(ood_exp, -100) == Float(bitPattern: 27))
    #expect(value(ood_exp, -.infinity) == 0 && value(ood_exp, .infinity) == .infinity)
    #expect(value(ood_exp, -0.0) == 1 && value(ood_exp, .leastNonzeroMagnitude) == 1)
    #expect(value(ood_log, 0) == -.infinity && value(ood_log, -0.0) == -.infinity && value(ood_log, -1).isNaN)
    #expect(value(ood_log, .infinity) == .infinity && value(ood_log, -.infinity).isNaN)
    #expect(value(ood_tanh, .infinity) == 1 && value(ood_tanh, -.infinity) == -1)
    #expect(value(ood_tanh, .leastNonzeroMagnitude) == .leastNonzeroMagnitude)
    #expect(value(ood_sigmoid, .infinity) == 1 && value(ood_sigmoid, -.infinity) == 0)
    #expect(value(ood_softplus, .infinity) == .infinity && value(ood_softplus, -.infinity) == 0)
    #expect(value(ood_atan, .infinity) == .pi / 2 || value(ood_atan, .infinity) == Float(Double.pi / 2))
    for unary in UnaryCase.transcendental { #expect(value(unary.function, .nan).isNaN) }
  }

  /// Against the definition, with NULL for the array that is not read.
  @Test(arguments: variants, UnaryCase.all)
  private func gradientAgreesWithItsDefinition(variant: String, unary: UnaryCase) {
    var numbers = SampleNumbers(seed: 2)
    for n in lengths {
      // Away from 0, where the logarithm, the root and the reciprocal end.
      let x = numbers.floats(n).map { 0.1 + 2 * abs($0) }.map { unary.function == ood_sqrt ? $0 : $0 - 0.05 }
      let signs = numbers.floats(n)
      let arguments = zip(x, signs).map { [ood_log, ood_sqrt].contains(unary.function) || $1 > 0 ? $0 : -$0 }
      let upstream = numbers.floats(n)
      var y = [Float](repeating: 0, count: n)
      map(variant).unary(unary.function, parameter, arguments, &y, n)
      var dx = [Float](repeating: -7, count: n + 1)
      map(variant).unary_gradient(
        unary.function, parameter, upstream, unary.reads == .x ? arguments : nil, unary.reads == .y ? y : nil,
        &dx, n)
      for i in 0..<n {
        let exact = Double(upstream[i]) * unary.derivative(Double(arguments[i]))
        #expect(abs(Double(dx[i]) - exact) <= 3e-6 * abs(exact) + 1e-7, "at \(arguments[i])")
      }
      #expect(dx[n] == -7, "wrote behind its end")
      // The result may take the place of the upstream.
      var inPlace = upstream
      inPlace.withUnsafeMutableBufferPointer {
        guard let p = $0.baseAddress else { return }
        map(variant).unary_gradient(unary.function, parameter, p, arguments, y, p, n)
      }
      #expect(inPlace == Array(dx[..<n]))
    }
  }

  @Test(arguments: variants, BinaryCase.all)
  private func binaryAgreesWithItsDefinition(variant: String, binary: BinaryCase) {
    var numbers = SampleNumbers(seed: 3)
    let pairs = specialFloats.flatMap { a in specialFloats.map { (a, $0) } }
    for n in lengths + [pairs.count] {
      let a = n == pairs.count ? pairs.map(\.0) : numbers.integers(n, below: 9).map { Float($0) - 4 }
      let b = n == pairs.count ? pairs.map(\.1) : numbers.integers(n, below: 9).map { Float($0) - 4 }
      var y = [Float](repeating: -7, count: n + 1)
      map(variant).binary(binary.function, a, b, &y, n)
      let expected = zip(a, b).map(binary.value)
      #expect(same(Array(y[..<n]), expected))
      #expect(y[n] == -7, "wrote behind its end")
      for (operand, other) in [(a, b), (b, a)] {
        var inPlace = operand
        inPlace.withUnsafeMutableBufferPointer {
          guard let p = $0.baseAddress else { return }
          if operand == a && other == b {
            map(variant).binary(binary.function, p, other, p, n)
          } else {
            map(variant).binary(binary.function, other, p, p, n)
          }
        }
        #expect(same(inPlace, expected))
      }
    }
  }

  /// Every combination of broadcast and strided operands, over shapes that are narrow, wide and ragged.
  @Test(arguments: variants) func broadcastsAndStrides(variant: String) {
    var numbers = SampleNumbers(seed: 4)
    for (rows, columns) in [
      (1, 1), (1, 7), (9, 1), (5, 2), (300, 3), (7, 10), (130, 10), (33, 16), (20, 17), (3, 100), (5, 512),
      (3, 513),
      (2, 1025), (2, 2500), (0, 3), (3, 0),
    ] {
      let strides = [
        (columns, 1), (0, 0), (0, 1), (1, 0), (columns + 3, 1), (1, rows), (2 * columns, 2), (0, 3), (2, 0),
      ]
      let a = numbers.floats(3 * (rows + 1) * (columns + 3), scale: 3)
      let b = numbers.floats(3 * (rows + 1) * (columns + 3), scale: 3)
      for (ar, ac) in strides {
        for (br, bc) in strides {
          var y = [Float](repeating: -7, count: rows * columns + 1)
          map(variant).binary_2d(ood_subtract, a, ar, ac, b, br, bc, &y, rows, columns)
          var expected = [Float]()
          for r in 0..<rows {
            for c in 0..<columns { expected.append(a[r * ar + c * ac] - b[r * br + c * bc]) }
          }
          #expect(y == expected + [-7], "\(rows) x \(columns), strides \((ar, ac)) and \((br, bc))")
        }
      }
      // In place of an operand that is not broadcast.
      var inPlace = Array(a[..<(rows * columns)])
      inPlace.withUnsafeMutableBufferPointer {
        guard let p = $0.baseAddress else { return }
        map(variant).binary_2d(ood_subtract, p, columns, 1, b, 0, 1, p, rows, columns)
      }
      let expected = (0..<rows * columns).map { i in a[i] - b[i % columns] }
      #expect(inPlace == expected)
    }
  }

  /// Arrays that are too large for the caches take another way to memory: at any address, to the same bits.
  @Test(arguments: variants) func largeArrays(variant: String) {
    let n = Int(ood_streaming_count) + 1037
    var numbers = SampleNumbers(seed: 5)
    let x = numbers.floats(n, scale: 8)
    var (whole, pieces) = ([Float](repeating: -7, count: n + 4), [Float](repeating: -7, count: n + 4))
    func compare(_ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void) {
      whole.withUnsafeMutableBufferPointer { w in
        pieces.withUnsafeMutableBufferPointer { p in
          x.withUnsafeBufferPointer { x in
            // 3 floats into the array, so that lines of the cache are cut.
            body(x.baseAddress!, w.baseAddress! + 3, n)
            for start in stride(from: 0, to: n, by: 50_000) {
              body(x.baseAddress! + start, p.baseAddress! + 3 + start, min(50_000, n - start))
            }
          }
        }
      }
      #expect(whole == pieces)
      #expect(whole[..<3].allSatisfy { $0 == -7 } && whole[n + 3] == -7)
    }
    compare { map(variant).unary(ood_tanh, 0, $0, $1, $2) }
    compare { map(variant).binary(ood_multiply, $0, $0, $1, $2) }
    compare { map(variant).unary_gradient(ood_exp, 0, $0, nil, $0, $1, $2) }
    compare { map(variant).binary_2d(ood_add, $0, $2, 1, [2.5], 0, 0, $1, 1, $2) }
    var broadcast = [Float](repeating: -7, count: n + 1)
    let (rows, columns) = (n / 77, 77)
    map(variant).binary_2d(ood_add, x, columns, 1, x, 0, 1, &broadcast, rows, columns)
    let expected = (0..<rows * columns).map { i in x[i] + x[i % columns] }
    #expect(Array(broadcast[..<expected.count]) == expected)
    #expect(broadcast[rows * columns] == -7)
  }

  @Test(arguments: variants) func scaleAdd(variant: String) {
    var numbers = SampleNumbers(seed: 6)
    for n in lengths {
      let (x, start) = (numbers.floats(n), numbers.floats(n + 1))
      var y = start
      map(variant).scale_add(-1.5, x, &y, n)
      for i in 0..<n {
        #expect(abs(y[i] - (start[i] - 1.5 * x[i])) <= 2e-7 * (abs(start[i]) + 1.5 * abs(x[i])))
      }
      #expect(y[n] == start[n])
    }
  }

  @Test(arguments: variants) func findsWhatIsNotFinite(variant: String) {
    var numbers = SampleNumbers(seed: 7)
    for n in lengths {
      var x = numbers.floats(n, scale: .greatestFiniteMagnitude)
      #expect(map(variant).first_non_finite(x, n) == n)
      guard n > 0 else { continue }
      let places = Set(numbers.integers(1 + n / 9, below: n))
      for (k, place) in places.sorted().enumerated() {
        x[place] = [.nan, .infinity, -.infinity, -.nan][k % 4]
      }
      #expect(map(variant).first_non_finite(x, n) == places.min())
    }
  }
}
