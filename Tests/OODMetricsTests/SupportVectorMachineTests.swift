import Foundation
import GenModels
import OODDetectors
import Testing

@Suite("Support vector machine of two classes")
struct SupportVectorMachineTests {
  /// Two overlapping clouds.
  private static func clouds(_ count: Int, features: Int = 3, seed: UInt64 = 2) -> (
    x: Matrix, isPositive: [Bool]
  ) {
    var random = RandomGenerator(seed: seed)
    let noise = Matrix(random.normal([count, features]))
    let isPositive = (0..<count).map { $0 % 2 == 0 }
    return (
      Matrix((0..<count).map { i in noise.row(i).map { $0 + (isPositive[i] ? 0.7 : -0.7) } }), isPositive
    )
  }

  @Test("Two points: the plane lies halfway, at the margin 1")
  func twoPoints() throws {
    let machine = try SupportVectorMachine(
      fitting: Matrix([[1, 0], [3, 0]]), isPositive: [false, true], cost: 10, kernel: .linear, tolerance: 1e-9
    )
    let values = try machine.decisionValues(Matrix([[1, 7], [2, 0], [3, -4], [5, 0]]))
    for (value, expected) in zip(values, [-1.0, 0, 1, 3]) { #expect(abs(value - expected) < 1e-8) }
    #expect(machine.coefficients.map(abs) == [0.5, 0.5])
  }

  @Test("The solution meets the optimality conditions", arguments: [0.1, 1, 100], [true, false])
  func conditions(cost: Double, isLinear: Bool) throws {
    let (x, isPositive) = Self.clouds(300)
    let machine = try SupportVectorMachine(
      fitting: x, isPositive: isPositive, cost: cost, positiveWeight: 2,
      kernel: isLinear ? .linear : .radial(gamma: 0.4), tolerance: 1e-6)
    #expect(abs(machine.coefficients.reduce(0, +)) < 1e-9 * cost * 300)
    // A row outside the margin has β = 0, one inside |β| = C, one on it anything between.
    let values = try machine.decisionValues(x)
    var beta: [[Double]: Double] = [:]
    for (i, coefficient) in machine.coefficients.enumerated() {
      beta[machine.supportVectors.row(i)] = coefficient
    }
    for i in 0..<300 {
      let margin = isPositive[i] ? values[i] : -values[i]
      let size = abs(beta[x.row(i)] ?? 0)
      let bound = isPositive[i] ? 2 * cost : cost
      #expect(size <= bound && (beta[x.row(i)] ?? 0) * (isPositive[i] ? 1 : -1) >= 0)
      if size == 0 { #expect(margin >= 1 - 1e-5) }
      if size == bound { #expect(margin <= 1 + 1e-5) }
      if size > 0, size < bound { #expect(abs(margin - 1) < 1e-5) }
    }
  }

  @Test("Neither cache nor threads change a bit, and shrinking changes nothing but rounding")
  func bits() throws {
    let (x, isPositive) = Self.clouds(2500, features: 4)
    func fit(_ bytes: Int = 200 << 20, _ tolerance: Double = 1e-3) throws -> SupportVectorMachine {
      try SupportVectorMachine(
        fitting: x, isPositive: isPositive, cost: 5, tolerance: tolerance, cacheBytes: bytes)
    }
    let machine = try fit()
    #expect(machine.iterations > 1000, "it shrank at least once")
    let small = try fit(1 << 20)
    #expect(small.coefficients == machine.coefficients && small.bias == machine.bias)
    let single = try Parallelism.withThreads(1) { try fit() }
    #expect(single.coefficients == machine.coefficients && single.bias == machine.bias)
    let exact = try fit(200 << 20, 1e-7)
    let worst = zip(try exact.decisionValues(x), try machine.decisionValues(x)).map { abs($0 - $1) }.max()!
    #expect(worst < 0.02, "the tolerance is 0.001: \(worst)")
    #expect(try #require(exact.objective) <= #require(machine.objective) + 1e-9)
  }

  @Test("Turning the classes turns the sign")
  func turned() throws {
    let (x, isPositive) = Self.clouds(120)
    let machine = try SupportVectorMachine(fitting: x, isPositive: isPositive, tolerance: 1e-8)
    let turned = try SupportVectorMachine(fitting: x, isPositive: isPositive.map(!), tolerance: 1e-8)
    for (a, b) in zip(try machine.decisionValues(x), try turned.decisionValues(x)) {
      #expect(abs(a + b) < 1e-6)
    }
    let classifier = try SupportVectorClassifier(
      fitting: x, labels: Indexes(isPositive.map { $0 ? 0 : 1 }), tolerance: 1e-8)
    #expect(classifier.machines.count == 1 && classifier.classCount == 2)
    let values = try classifier.decisionValues(x)
    #expect(zip(values.column(0), try machine.decisionValues(x)).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(values.column(0), values.column(1)).allSatisfy { $0 == -$1 })
  }

  @Test("Bad input is refused")
  func refusals() throws {
    let x = Matrix([[0], [1]])
    #expect(throws: TableError.self) { try SupportVectorMachine(fitting: x, isPositive: [true, true]) }
    #expect(throws: TableError.self) { try SupportVectorMachine(fitting: x, isPositive: [false, false]) }
    #expect(throws: ExampleError.self) { try SupportVectorMachine(fitting: x, isPositive: [true]) }
    for cost in [0, -1, Double.nan, .infinity] {
      #expect(throws: TableError.self) {
        try SupportVectorMachine(fitting: x, isPositive: [true, false], cost: cost)
      }
    }
    #expect(throws: TableError.self) {
      try SupportVectorMachine(fitting: Matrix([[.infinity], [1]]), isPositive: [true, false])
    }
    let machine = try SupportVectorMachine(fitting: x, isPositive: [true, false])
    #expect(throws: ExampleError.self) { try machine.decisionValues(Matrix([[1, 2]])) }
    // Equal rows of both classes: no plane tells them apart, and nothing hangs.
    let same = try SupportVectorMachine(
      fitting: Matrix([[2], [2], [2], [2]]), isPositive: [true, false, true, false])
    #expect(try same.decisionValues(x).allSatisfy(\.isFinite))
  }
}
