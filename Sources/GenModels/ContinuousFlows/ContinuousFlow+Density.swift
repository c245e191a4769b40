extension ContinuousFlow {
  /// The interval in which examples' numbers must lie is checked too: pixels of images.
  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try x.requireInside(architecture.preparation.support)
  }

  /// ln p(x) of each example, in nats per unit of x's own scale.
  ///
  /// Works through the batch in pieces, so that memory stays bounded. An example so far out that 32 bits overflow on the way has the
  /// least log-density that they hold, −3.4·10³⁸.
  /// - Throws: `DifferentialEquationError` with the example and the time; `ExampleError.overflow` for a flow with a parameter that is not finite.
  public func logDensity(checked x: Tensor) throws -> [Double] {
    let size = exampleShape.rank == 1 ? 1024 : 128
    return try logDensities(inPiecesOf: size, x) { piece, rows in
      do { return try logDensities(of: piece) } catch let error as DifferentialEquationError {
        throw error.movingExamples(by: rows.lowerBound)
      }
    }
  }

  /// ln p of a batch, `[batch]`, recorded where `x` or the flow's parameters are.
  /// - Throws: `DifferentialEquationError`.
  public func logDensities<Value: TensorAlgebra>(of x: Value) throws -> Value {
    let prepared = preparation.forward(x, condition: nil, .inference)
    let y = prepared.value.flattened()
    let solved = try noise(
      of: y, extra: 1, probes: architecture.divergence.probes(rows: x.shape[0], features: features))
    let z = solved.sliced(axis: 1, 0..<features)
    let change = solved.sliced(axis: 1, features..<features + 1).reshaped([x.shape[0]])
    return z.standardNormalLogDensity() + change + prepared.logDeterminant
  }

  /// ln p of a batch, `[batch]`; NaN for all where the equation can't be solved, which `logDensity` says with the reason.
  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value {
    do { return try logDensities(of: x) } catch {
      return x.constant(Tensor(repeating: .nan, shape: [x.shape[0]]))
    }
  }

  /// Where states `[rows, D]` at time 1 come from at time 0, and `extra` integrals from 1 to 0 behind: of the divergence, |v|² and ‖J‖².
  func noise<Value: TensorAlgebra>(of y: Value, extra: Int, probes: Tensor?) throws -> Value {
    let rows = y.shape[0]
    let start = Value.concatenate([y, y.constant(.zeros([rows, extra]))], axis: 1)
    return try solve(start, from: 1, to: 0, probes: probes)
  }

  /// Solves the equation of states `[rows, D + extra]`.
  func solve<Value: TensorAlgebra>(
    _ states: Value, from start: Double, to end: Double, probes: Tensor? = nil,
    solver: DifferentialEquationSolver? = nil
  ) throws -> Value {
    let (columns, features) = (states.shape[1], features)
    let tangents = columns == features ? 0 : architecture.divergence.tangents(features: features)
    let plain = field
    let solution = try (solver ?? architecture.solver).solve(
      from: start, to: end, states.tensor, controlled: min(columns, features + 1),
      extent: Value.isRecorded ? .points : .none
    ) { rows in
      NetworkPass(
        plain, capacity: rows.count, columns: columns, tangents: tangents, probes: probes,
        firstProbe: rows.lowerBound)
    }
    let primitive = NetworkSolution(network: plain, solution: solution, tangents: tangents, probes: probes)
    return Value.apply(primitive, to: [states] + field.values(like: states), precomputed: [solution.end])[0]
  }
}
