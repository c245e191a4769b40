import CKernels

/// The solution of the examples of one chunk, on one thread: each has its own time and its own step, all take a step together, and who
/// is done leaves.
struct ChunkIntegration {
  let method: ButcherTableau
  let control: StepControl
  let start, end: Double
  let columns: Int
  /// The first columns, which the step's error is taken of.
  let controlled: Int
  let extent: StepRecord.Extent

  /// What came out.
  struct Result {
    var record: StepRecord
    /// Derivatives taken, for each example.
    var evaluations: [Int]
    /// Steps accepted, for each example.
    var steps: [Int]
  }

  /// The factor on a step that the error's estimate suggests is bounded, as usual, and a little cautious.
  private static let (caution, least, most) = (0.9, 0.2, 10.0)

  /// The examples that are not done, a row each.
  private final class Rows {
    var examples: [Int]
    var times, steps: [Double]
    var tries: [Int]
    let y, next, point: Buffer<Float>
    let derivatives: [Buffer<Float>]
    let points: [Buffer<Float>]
    var timesOfStage, lengths: [Float]
    var errors: [Double]
    var count: Int { examples.count }

    init(count: Int, columns: Int, stages: Int, start: Double, keepsPoints: Bool) {
      examples = Array(0..<count)
      times = Array(repeating: start, count: count)
      steps = Array(repeating: 0, count: count)
      tries = Array(repeating: 0, count: count)
      y = Buffer(count: count * columns)
      next = Buffer(count: count * columns)
      point = Buffer(count: count * columns)
      derivatives = (0..<stages).map { _ in Buffer(count: count * columns) }
      points = keepsPoints ? (1..<max(1, stages)).map { _ in Buffer(count: count * columns) } : []
      timesOfStage = Array(repeating: 0, count: count)
      lengths = Array(repeating: 0, count: count)
      errors = Array(repeating: 0, count: count)
    }

    /// Keeps the rows of those places alone, in their order, in what lives from step to step.
    func keep(_ places: [Int], columns: Int) {
      for (to, from) in places.enumerated() where to != from {
        examples[to] = examples[from]
        times[to] = times[from]
        steps[to] = steps[from]
        tries[to] = tries[from]
        (y.base + to * columns).update(from: y.base + from * columns, count: columns)
        let first = derivatives[0].base
        (first + to * columns).update(from: first + from * columns, count: columns)
      }
      examples.removeSubrange(places.count...)
    }
  }

  /// Solves the equation.
  ///
  /// - Parameters:
  ///   - states: `[count, columns]`: the beginning, and then the end.
  ///   - field: dy/dt.
  /// - Throws: `DifferentialEquationError` with the example of the chunk; what the field throws.
  func run(
    _ states: UnsafeMutablePointer<Float>, count: Int, _ field: inout some ChunkField
  ) throws -> Result {
    var result = Result(
      record: StepRecord(columns: columns), evaluations: Array(repeating: 0, count: count),
      steps: Array(repeating: 0, count: count))
    guard count > 0, start != end else { return result }
    let rows = Rows(
      count: count, columns: columns, stages: method.stages.count, start: start, keepsPoints: extent != .none)
    rows.y.base.update(from: states, count: count * columns)
    try evaluate(rows, at: rows.times, rows.y, into: rows.derivatives[0], &field, &result)
    try requireFinite(rows, rows.derivatives[0])
    try chooseFirstSteps(rows, &field, &result)
    var round = 0
    while rows.count > 0 {
      try step(rows, round: round, states, &field, &result)
      round += 1
    }
    return result
  }

  // MARK: Steps

  /// One step of all rows, accepted or not.
  private func step(
    _ rows: Rows, round: Int, _ states: UnsafeMutablePointer<Float>, _ field: inout some ChunkField,
    _ result: inout Result
  ) throws {
    let count = rows.count
    var isLast = [Bool](repeating: false, count: count)
    for row in 0..<count {
      let rest = end - rows.times[row]
      if case .fixed(let number) = control {
        isLast[row] = round + 1 == number
        rows.steps[row] = isLast[row] ? rest : (end - start) / Double(number)
      } else if abs(rows.steps[row]) >= abs(rest) * (1 - 1e-6) {
        isLast[row] = true
        rows.steps[row] = rest
      } else if abs(rows.steps[row]) > abs(rest) / 2 {
        // Two steps of the same length in the place of a long and a tiny one.
        rows.steps[row] = rest / 2
      }
      rows.lengths[row] = Float(rows.steps[row])
    }
    let nodes = method.nodes
    for stage in method.stages.indices.dropFirst() {
      let point = extent == .none ? rows.point : rows.points[stage - 1]
      combine(rows, rows.y, method.stages[stage], into: point)
      let times = (0..<count).map { rows.times[$0] + nodes[stage] * rows.steps[$0] }
      try evaluate(rows, at: times, point, into: rows.derivatives[stage], &field, &result)
    }
    combine(rows, rows.y, method.weights, into: rows.next)
    let accepted = try judge(rows)
    keepRecord(rows, accepted, &result)
    try advance(rows, accepted, isLast, states, &field, &result)
  }

  /// Which rows' steps are good; sets the next steps' lengths.
  private func judge(_ rows: Rows) throws -> [Bool] {
    let count = rows.count
    guard case .adaptive(let relative, let absolute, let mostSteps) = control,
      let weights = method.errorWeights
    else {
      for row in 0..<count where !isFinite(rows.next, row) {
        throw DifferentialEquationError.notFinite(
          example: rows.examples[row], time: rows.times[row] + rows.steps[row])
      }
      return Array(repeating: true, count: count)
    }
    measure(rows, weights, rows.derivatives, rows.y, rows.next, relative, absolute)
    let shortest = Double(Float.ulpOfOne) * max(abs(start), abs(end), abs(end - start))
    return try (0..<count).map { row in
      let (error, example, time) = (rows.errors[row], rows.examples[row], rows.times[row])
      let isUsable = error.isFinite && isFinite(rows.next, row)
      let accepted = isUsable && error <= 1
      rows.tries[row] += 1
      if !accepted, abs(rows.steps[row]) <= shortest {
        guard isUsable else { throw DifferentialEquationError.notFinite(example: example, time: time) }
        throw DifferentialEquationError.stepUnderflow(example: example, time: time, step: shortest)
      }
      guard rows.tries[row] < mostSteps || accepted && abs(end - time) <= abs(rows.steps[row]) else {
        throw DifferentialEquationError.tooManySteps(example: example, time: time, steps: rows.tries[row])
      }
      return accepted
    }
  }

  /// The factor on a step's length after an error.
  private func factor(_ error: Double, accepted: Bool) -> Double {
    guard error.isFinite else { return Self.least }
    guard error > 0 else { return Self.most }
    let found = Self.caution * power(error, -1 / Double(method.order))
    return min(accepted ? Self.most : 1, max(Self.least, found))
  }

  private func keepRecord(_ rows: Rows, _ accepted: [Bool], _ result: inout Result) {
    guard extent != .none else { return }
    let places = accepted.indices.filter { accepted[$0] }
    guard !places.isEmpty else { return }
    func picked(_ sources: [Buffer<Float>]) -> Buffer<Float> {
      let block = places.count * columns
      let target = Buffer<Float>(count: sources.count * block)
      for (number, source) in sources.enumerated() {
        let base = target.base + number * block
        if places.count == rows.count {
          base.update(from: source.base, count: block)
        } else {
          for (to, from) in places.enumerated() {
            (base + to * columns).update(from: source.base + from * columns, count: columns)
          }
        }
      }
      return target
    }
    result.record.rounds.append(
      StepRecord.Round(
        examples: places.map { rows.examples[$0] }, times: places.map { rows.times[$0] },
        lengths: places.map { rows.steps[$0] }, start: picked([rows.y]), end: picked([rows.next]),
        points: picked([rows.y] + rows.points),
        derivatives: picked(extent == .derivatives ? rows.derivatives : [])))
  }

  /// Moves accepted rows on, and lets those leave that are done.
  private func advance(
    _ rows: Rows, _ accepted: [Bool], _ isLast: [Bool], _ states: UnsafeMutablePointer<Float>,
    _ field: inout some ChunkField, _ result: inout Result
  ) throws {
    var stay: [Int] = []
    let last = rows.derivatives[rows.derivatives.count - 1]
    for row in 0..<rows.count {
      let place = row * columns
      if accepted[row] {
        let next = rows.next.base + place
        result.steps[rows.examples[row]] += 1
        if isLast[row] {
          (states + rows.examples[row] * columns).update(from: next, count: columns)
          continue
        }
        rows.times[row] += rows.steps[row]
        (rows.y.base + place).update(from: next, count: columns)
        if method.endsWithDerivative {
          (rows.derivatives[0].base + place).update(from: last.base + place, count: columns)
        }
      }
      if case .adaptive = control { rows.steps[row] *= factor(rows.errors[row], accepted: accepted[row]) }
      stay.append(row)
    }
    if stay.count < rows.count { rows.keep(stay, columns: columns) }
    if !method.endsWithDerivative, rows.count > 0 {
      try evaluate(rows, at: rows.times, rows.y, into: rows.derivatives[0], &field, &result)
    }
  }

  // MARK: The first step

  /// The length of the first step: E. Hairer, S. P. Nørsett and G. Wanner, Solving ordinary differential equations I, 1993, section II.4.
  private func chooseFirstSteps(
    _ rows: Rows, _ field: inout some ChunkField, _ result: inout Result
  ) throws {
    guard case .adaptive(let relative, let absolute, _) = control else { return }
    let (count, span) = (rows.count, abs(end - start))
    let sign = end > start ? 1.0 : -1.0
    for row in 0..<count { rows.lengths[row] = 1 }
    func norms(_ x: Buffer<Float>, _ y: Buffer<Float>? = nil) -> [Double] {
      measure(
        rows, y == nil ? [1] : [1, -1], [x] + (y.map { [$0] } ?? []), rows.y, rows.y, relative, absolute)
      return Array(rows.errors[..<count])
    }
    let (sizes, slopes) = (norms(rows.y), norms(rows.derivatives[0]))
    let first = (0..<count).map { row -> Double in
      let guess = sizes[row] < 1e-5 || slopes[row] < 1e-5 ? 1e-6 : 0.01 * sizes[row] / slopes[row]
      return min(guess, span)
    }
    for row in 0..<count { rows.lengths[row] = Float(sign * first[row]) }
    combine(rows, rows.y, [1], into: rows.point)
    let times = (0..<count).map { rows.times[$0] + sign * first[$0] }
    try evaluate(rows, at: times, rows.point, into: rows.next, &field, &result)
    for row in 0..<count { rows.lengths[row] = 1 }
    let bends = norms(rows.next, rows.derivatives[0])
    for row in 0..<count {
      let largest = max(slopes[row], bends[row] / first[row])
      let second =
        largest <= 1e-15
        ? max(1e-6, first[row] * 1e-3) : power(0.01 / largest, 1 / Double(method.order))
      let length = min(100 * first[row], second)
      rows.steps[row] = sign * min(length.isFinite && length > 0 ? length : first[row], span)
    }
  }

  // MARK: Arithmetic

  private func evaluate(
    _ rows: Rows, at times: [Double], _ states: Buffer<Float>, into derivatives: Buffer<Float>,
    _ field: inout some ChunkField, _ result: inout Result
  ) throws {
    for row in 0..<rows.count {
      rows.timesOfStage[row] = Float(times[row])
      result.evaluations[rows.examples[row]] += 1
    }
    try field.evaluate(
      rows: rows.count, examples: rows.examples, times: rows.timesOfStage, states: states.base,
      into: derivatives.base)
  }

  /// y + h Σ wⱼ kⱼ.
  private func combine(_ rows: Rows, _ y: Buffer<Float>, _ weights: [Double], into out: Buffer<Float>) {
    let used = weights.indices.filter { weights[$0] != 0 }
    let pointers = used.map { UnsafePointer(rows.derivatives[$0].base) }
    kernels.runge_kutta.combine(
      y.base, pointers, used.map { Float(weights[$0]) }, used.count, rows.lengths, out.base, rows.count,
      columns)
  }

  private func measure(
    _ rows: Rows, _ weights: [Double], _ k: [Buffer<Float>], _ y0: Buffer<Float>, _ y1: Buffer<Float>,
    _ relative: Double, _ absolute: Double
  ) {
    kernels.runge_kutta.error(
      k.map { UnsafePointer($0.base) }, weights.map(Float.init), weights.count, rows.lengths, y0.base,
      y1.base, Float(absolute), Float(relative), &rows.errors, rows.count, columns, controlled)
  }

  private func isFinite(_ buffer: Buffer<Float>, _ row: Int) -> Bool {
    let base = buffer.base + row * columns
    return (0..<columns).allSatisfy { base[$0].isFinite }
  }

  private func requireFinite(_ rows: Rows, _ buffer: Buffer<Float>) throws {
    for row in 0..<rows.count where !isFinite(buffer, row) {
      throw DifferentialEquationError.notFinite(example: rows.examples[row], time: start)
    }
  }
}
