import Foundation
import GenModels
import Testing

/// dy/dt = A y + sin(t) w, with parameters.
private struct Driven: VectorField {
  var matrix: Parameter
  var drive: Parameter

  func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value {
    state.matrixProduct(state.value(of: matrix)).tanh() + time.sine() * state.value(of: drive)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("matrix", &matrix)
    visitor.visit("drive", &drive)
  }

  static func drawn(_ features: Int) -> Driven {
    var random = RandomGenerator(seed: 4)
    return Driven(
      matrix: Parameter(random.normal([features, features])), drive: Parameter(random.normal([1, features])))
  }
}

@Suite("Differential equations")
struct DifferentialEquationTests {
  @Test("A vector field is a function of times and states")
  func example() throws {
    let solver = DifferentialEquationSolver(.dormandPrince, control: .tolerance(1e-6))
    let start = Tensor([1, 0, 2, 0], shape: [2, 2])
    let turned = try solver.solve(from: 0, to: .pi / 2, start: start, isDense: true) { _, y in
      .concatenate([-y.sliced(axis: 1, 1..<2), y.sliced(axis: 1, 0..<1)], axis: 1)
    }
    for (found, exact) in zip(turned.end.elements, [0, 1, 0, 2] as [Float]) {
      #expect(abs(found - exact) < 1e-5)
    }
    let half = turned.states(at: .pi / 4).elements
    #expect(abs(half[0] - Float(0.5).squareRoot()) < 1e-5 && abs(half[3] - Float(2).squareRoot()) < 2e-5)
    #expect(turned.steps.allSatisfy { (3...40).contains($0) })
  }

  @Test(
    "Errors fall with the order of the method",
    arguments: [
      (ButcherTableau.euler, 16), (.midpoint, 8), (.rungeKutta4, 2), (.bogackiShampine, 4),
      (.dormandPrince, 2),
    ])
  func order(_ method: ButcherTableau, _ steps: Int) throws {
    // y' = y cos t has the solution exp(sin t); 8 starts, to average roundings.
    func error(_ steps: Int) throws -> Double {
      let starts = Tensor((0..<8).map { 1 + Float($0) / 8 }, shape: [8, 1])
      let solver = DifferentialEquationSolver(method, control: .fixed(steps: steps))
      let end = try solver.solve(from: 0, to: 2, start: starts) { time, y in
        y * time.cosine().reshaped([time.count, 1])
      }.end
      return zip(starts.elements, end.elements).reduce(0.0) { sum, pair in
        sum + abs(Double(pair.1) / Double(pair.0) - exp(sin(2.0))) / 8
      }
    }
    let (coarse, fine) = (try error(steps), try error(2 * steps))
    let measured = log2(coarse / fine)
    #expect(measured > Double(method.order) - 0.6, "\(method.name): \(coarse), \(fine)")
    #expect(coarse > 2e-6, "too near to the rounding to measure an order")
  }

  @Test("An example's solution is the same bits alone and in any batch, with steps of its own")
  func alone() throws {
    var random = RandomGenerator(seed: 2)
    let starts = random.normal([150, 3]) * 3
    let solver = DifferentialEquationSolver(control: .tolerance(1e-4))
    let field: @Sendable (Tensor, Tensor) -> Tensor = { time, y in
      (y.squared() * -1 + y.sine() * 3) * (time.reshaped([time.count, 1]) + 0.5)
    }
    let scaled = starts.sign() * starts.absolute()
    let all = try solver.solve(from: 0, to: 3, start: scaled.absolute(), field)
    #expect(Set(all.steps).count > 3)
    for row in [0, 63, 64, 149] {
      let one = try solver.solve(
        from: 0, to: 3, start: scaled.absolute().sliced(axis: 0, row..<row + 1), field)
      #expect(one.end == all.end.sliced(axis: 0, row..<row + 1))
      #expect(one.steps[0] == all.steps[row])
    }
    let threaded = try Parallelism.withThreads(1) {
      try solver.solve(from: 0, to: 3, start: scaled.absolute(), field)
    }
    #expect(threaded.end == all.end)
  }

  @Test(
    "Dense output is as accurate as the steps", arguments: [ButcherTableau.dormandPrince, .bogackiShampine])
  func dense(_ method: ButcherTableau) throws {
    let solver = DifferentialEquationSolver(method, control: .tolerance(1e-5))
    let start = Tensor([1, 2, 4], shape: [3, 1])
    let solution = try solver.solve(from: 2, to: 0, start: start, isDense: true) { _, y in y }
    for time in stride(from: 0.0, through: 2, by: 0.1) {
      for (found, first) in zip(solution.states(at: time).elements, start.elements) {
        #expect(abs(Double(found / first) - exp(time - 2)) < 1e-4, "\(method.name) at \(time)")
      }
    }
  }

  @Test("Gradients by the adjoint equation are those through the recorded steps")
  func adjoint() throws {
    var random = RandomGenerator(seed: 6)
    let (field, start) = (Driven.drawn(3), random.normal([5, 3]))
    let weights = random.normal([5, 3])
    let solver = DifferentialEquationSolver(control: .tolerance(1e-6))
    let (_, recorded) = try valueWithGradients(at: [start, field.matrix.tensor, field.drive.tensor]) {
      inputs in
      // The same field with its parameters on the tape.
      let end = try solver.recorded(Lifted(parameters: inputs), from: 0.2, to: 1.5, start: inputs[0])
      return (end * inputs[0].constant(weights)).sum()
    }
    let solution = try solver.solve(field, from: 0.2, to: 1.5, start: start)
    let adjoint = try solver.adjointGradients(of: solution, field, upstream: weights)
    let found = [adjoint.start] + adjoint.parameters.map(\.gradient)
    #expect(adjoint.parameters.map(\.name) == ["matrix", "drive"])
    for (a, b) in zip(recorded, found) {
      for (x, y) in zip(a.elements, b.elements) { #expect(abs(x - y) < 1e-4 * max(1, abs(x))) }
    }
    // And both are what small changes do.
    for (index, step) in [(0, Float(0.01)), (7, 0.01)] {
      func value(_ change: Float) throws -> Double {
        var moved = start
        moved.withUnsafeMutableElements { $0[index] += change }
        let end = try solver.solve(field, from: 0.2, to: 1.5, start: moved).end
        return Double((end * weights).sum().scalar)
      }
      let difference = (try value(step) - value(-step)) / Double(2 * step)
      #expect(abs(difference - Double(recorded[0].elements[index])) < 2e-3)
    }
  }

  /// `Driven` with parameters that are variables already.
  private struct Lifted: VectorField, @unchecked Sendable {
    let parameters: [Variable]
    func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value {
      func parameter(_ index: Int) -> Value {
        (parameters[index] as? Value) ?? state.constant(parameters[index].tensor)
      }
      return state.matrixProduct(parameter(1)).tanh() + time.sine() * parameter(2)
    }
  }

  @Test("Endless, exploding and broken equations end in errors that name the example and the time")
  func refusals() throws {
    let start = Tensor([0.5, 1, 0.25], shape: [3, 1])
    let stiff = DifferentialEquationSolver(control: .tolerance(1e-5, mostSteps: 50))
    #expect {
      _ = try stiff.solve(from: 0, to: 10, start: start) { _, y in (y - 1) * -10_000 }
    } throws: { error in
      guard case .tooManySteps(0, let time, 50)? = error as? DifferentialEquationError else { return false }
      return (0..<10).contains(time)
    }
    // y' = y² is infinite at t = 1/y(0): example 1 first.
    #expect {
      _ = try DifferentialEquationSolver().solve(from: 0, to: 1.5, start: start) { _, y in y.squared() }
    } throws: { error in
      switch error as? DifferentialEquationError {
      case .stepUnderflow(1, let time, _)?, .notFinite(1, let time)?: abs(time - 1) < 0.01
      default: false
      }
    }
    #expect(throws: DifferentialEquationError.notFinite(example: 0, time: 0)) {
      try DifferentialEquationSolver().solve(from: 0, to: 1, start: start) { _, y in (y * -1).log() }
    }
    #expect(throws: DifferentialEquationError.unexpectedDerivative(found: [2], expected: [1])) {
      try DifferentialEquationSolver().solve(from: 0, to: 1, start: start) { _, y in
        .concatenate([y, y], axis: 1)
      }
    }
    for (solver, error) in [
      (
        DifferentialEquationSolver(control: .tolerance(0)),
        DifferentialEquationError.unusableTolerance(relative: 0, absolute: 0)
      ),
      (DifferentialEquationSolver(.euler), .noErrorEstimate(method: "euler")),
      (DifferentialEquationSolver(control: .fixed(steps: 0)), .unusableStepCount(0)),
    ] {
      #expect(throws: error) { try solver.solve(from: 0, to: 1, start: start) { _, y in y } }
    }
    #expect(throws: DifferentialEquationError.self) {
      try DifferentialEquationSolver().solve(from: 0, to: .infinity, start: start) { _, y in y }
    }
    let nobody = try DifferentialEquationSolver().solve(from: 0, to: 1, start: .zeros([0, 2])) { _, y in y }
    #expect(nobody.end.shape == [0, 2])
  }

  @Test("The assignment is the best of all")
  func assignment() {
    var random = RandomGenerator(seed: 9)
    func permutations(_ n: Int) -> [[Int]] {
      n == 0
        ? [[]]
        : permutations(n - 1).flatMap { p in (0...p.count).map { Array(p[..<$0] + [n - 1] + p[$0...]) } }
    }
    for n in 1...6 {
      for _ in 0..<5 {
        // Whole numbers, so that there are ties.
        let costs = Tensor(random.integers(n * n, below: 7).elements.map { Float($0) - 3 }, shape: [n, n])
        let found = minimumCostAssignment(costs).elements
        func sum(_ columns: [Int]) -> Float {
          columns.enumerated().reduce(0) { $0 + costs[$1.offset, $1.element] }
        }
        #expect(Set(found).count == n)
        #expect(sum(found) == permutations(n).map(sum).min())
      }
    }
    // On a line the best pairing is by rank.
    let (a, b) = (random.normal([200, 1]), random.normal([200, 1]))
    let pairs = minimumCostAssignment(-1 * a.matrixProduct(b, transposingOther: true)).elements
    func ranks(_ x: [Float]) -> [Int] {
      let order = x.indices.sorted { x[$0] < x[$1] }
      return x.indices.map { place in order.firstIndex(of: place)! }
    }
    let (ra, rb) = (ranks(a.elements), ranks(b.elements))
    #expect(pairs.indices.allSatisfy { ra[$0] == rb[pairs[$0]] })
  }
}
