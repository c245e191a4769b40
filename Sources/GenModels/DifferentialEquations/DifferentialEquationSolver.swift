/// Solves ordinary differential equations dy/dt = f(t, y) of many examples at once by an explicit Runge-Kutta method.
///
/// ```swift
/// let solver = DifferentialEquationSolver(.dormandPrince, control: .tolerance(1e-6))
/// let decayed = try solver.solve(from: 0, to: 2, start: Tensor([1, 2], shape: [2, 1])) { _, y in -y }
/// // decayed.end: e⁻² and 2e⁻²
/// ```
///
/// **Each example has its own steps.** A batch is advanced together, but the length of a step and the time belong to the example, so its
/// solution is the same bits alone and in any batch, where its derivative is. States are 32-bit numbers: tolerances much below 10⁻⁶ of
/// their size can't be kept, and end in an error.
public struct DifferentialEquationSolver: Sendable, Hashable {
  public var method: ButcherTableau
  public var control: StepControl

  /// A solver: Dormand-Prince with steps of its own choice, unless said otherwise.
  public init(_ method: ButcherTableau = .dormandPrince, control: StepControl = .tolerance(1e-5)) {
    self.method = method
    self.control = control
  }

  /// Throws unless the method can choose its steps, tolerances are above 0, and there are steps.
  public func validate() throws(DifferentialEquationError) {
    switch control {
    case .fixed(let steps):
      guard steps >= 1 else { throw .unusableStepCount(steps) }
    case .adaptive(let relative, let absolute, let mostSteps):
      guard method.errorWeights != nil else { throw .noErrorEstimate(method: method.name) }
      guard relative >= 0, relative.isFinite, absolute.isFinite, Float(absolute) > 0 else {
        throw .unusableTolerance(relative: relative, absolute: absolute)
      }
      guard mostSteps >= 1 else { throw .unusableStepCount(mostSteps) }
    }
  }

  /// Solves dy/dt = f(t, y) from one time to another, which may be earlier.
  ///
  /// - Parameters:
  ///   - start: The time of the given states.
  ///   - end: The time of the wanted states.
  ///   - states: `[examples, ...]`.
  ///   - isDense: Whether the solution can be asked between the two times; that keeps all steps.
  ///   - field: f, called with times `[rows]` and states `[rows, ...]` of some examples, on several threads; a row of its result must depend
  ///     on the same row of the arguments alone.
  /// - Throws: `DifferentialEquationError`, with the example and the time; what `field` throws.
  public func solve(
    from start: Double, to end: Double, start states: Tensor, isDense: Bool = false,
    _ field: @escaping @Sendable (_ time: Tensor, _ state: Tensor) throws -> Tensor
  ) throws -> DifferentialEquationSolution {
    try solve(from: start, to: end, start: states, isDense: isDense) { time, state, _ in
      try field(time, state)
    }
  }

  /// The same for a field that depends on the example: it is told which ones its rows are.
  public func solve(
    from start: Double, to end: Double, start states: Tensor, isDense: Bool = false,
    _ field: @escaping @Sendable (_ time: Tensor, _ state: Tensor, _ examples: Indexes) throws -> Tensor
  ) throws -> DifferentialEquationSolution {
    precondition(states.rank >= 1, "States have a first axis that counts examples; a scalar has none.")
    let shape = Shape(states.shape.dropFirst())
    return try solve(from: start, to: end, states, extent: isDense ? .derivatives : .none) { rows in
      ClosureField(exampleShape: shape, offset: rows.lowerBound, body: field)
    }
  }

  /// Examples of a chunk: what is solved together on one thread.
  static let grain = 64

  /// Solves the equation of states whose rows are a chunk's field's.
  ///
  /// - Parameters:
  ///   - controlled: The first columns of a row, which errors are taken of; all where nil.
  ///   - field: The field for a range of examples.
  func solve<Field: ChunkField>(
    from start: Double, to end: Double, _ states: Tensor, controlled: Int? = nil,
    extent: StepRecord.Extent, field: @Sendable (Range<Int>) -> Field
  ) throws -> DifferentialEquationSolution {
    try validate()
    guard start.isFinite, end.isFinite else {
      throw DifferentialEquationError.unusableTimes(start: start, end: end)
    }
    let count = states.shape[0]
    let columns = states.shape.dropFirst().reduce(1, *)
    let integration = ChunkIntegration(
      method: method, control: control, start: start, end: end, columns: columns,
      controlled: controlled ?? columns, extent: extent)
    let buffer = states.buffer.copy()
    let chunks = (count + Self.grain - 1) / Self.grain
    var results = [Result<ChunkIntegration.Result, any Error>?](repeating: nil, count: chunks)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let places = results
      parallelFor(count, grain: Self.grain) { rows in
        var own = field(rows)
        places[rows.lowerBound / Self.grain] = Result {
          try integration.run(buffer.base + rows.lowerBound * columns, count: rows.count, &own)
        }
      }
    }
    var found: [ChunkIntegration.Result] = []
    for (chunk, result) in results.enumerated() {
      do { found.append(try result!.get()) } catch let error as DifferentialEquationError {
        throw error.movingExamples(by: chunk * Self.grain)
      }
    }
    return DifferentialEquationSolution(
      method: method, startTime: start, endTime: end, start: states,
      end: Tensor(shape: states.shape, buffer: buffer), chunks: found, grain: Self.grain)
  }
}
