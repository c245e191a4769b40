import CKernels

/// What a solver found: the states at the end, and what they took.
public struct DifferentialEquationSolution: Sendable {
  let method: ButcherTableau
  public let startTime, endTime: Double
  public let start: Tensor
  /// The states at `endTime`.
  public let end: Tensor
  /// Derivatives taken, for each example.
  public let evaluations: [Int]
  /// Steps accepted, for each example.
  public let steps: [Int]
  /// The steps of each chunk of examples; in a record, examples are counted from the chunk's first.
  let records: [StepRecord]
  let grain: Int

  init(
    method: ButcherTableau, startTime: Double, endTime: Double, start: Tensor, end: Tensor,
    chunks: [ChunkIntegration.Result], grain: Int
  ) {
    self.method = method
    self.startTime = startTime
    self.endTime = endTime
    self.start = start
    self.end = end
    self.grain = grain
    evaluations = chunks.flatMap(\.evaluations)
    steps = chunks.flatMap(\.steps)
    records = chunks.map(\.record)
  }

  /// Where the accepted steps of each example begin, and their lengths. Empty unless the solution is dense or recorded.
  public var grid: [[(time: Double, length: Double)]] {
    var grid = [[(time: Double, length: Double)]](repeating: [], count: end.shape[0])
    for (chunk, record) in records.enumerated() {
      for round in record.rounds {
        for row in 0..<round.rows {
          grid[chunk * grain + round.examples[row]].append((round.times[row], round.lengths[row]))
        }
      }
    }
    return grid
  }

  /// The states at a time between `startTime` and `endTime`, `[examples, ...]`, of a solution that is dense.
  ///
  /// Inside a step: the polynomial of order 4 of Dormand-Prince; for Bogacki-Shampine the cubic through states and derivatives at
  /// both ends; for other methods the parabola through both states and the first derivative. Traps for other times, and where steps
  /// were not kept.
  public func states(at time: Double) -> Tensor {
    precondition(
      (time - startTime) * (time - endTime) <= 0,
      "A solution from \(startTime) to \(endTime) says nothing of time \(time).")
    if time == startTime { return start }
    if time == endTime { return end }
    var result = start
    let columns = max(1, start.count / max(1, start.shape[0]))
    result.withUnsafeMutableElements { out in
      for (chunk, record) in records.enumerated() {
        for round in record.rounds {
          precondition(
            round.derivatives.count > 0,
            "Ask for a dense solution (`isDense: true`) to look between its ends.")
          for row in 0..<round.rows {
            let share = (time - round.times[row]) / round.lengths[row]
            // An end belongs to either step: both have the same state there.
            guard share >= 0, share <= 1 else { continue }
            let place = (chunk * grain + round.examples[row]) * columns
            interpolate(round, row, columns, share, into: out.baseAddress! + place)
          }
        }
      }
    }
    return result
  }

  private func interpolate(
    _ round: StepRecord.Round, _ row: Int, _ columns: Int, _ share: Double,
    into out: UnsafeMutablePointer<Float>
  ) {
    let (block, place, h) = (round.rows * columns, row * columns, round.lengths[row])
    let stages = method.stages.count
    func derivative(_ stage: Int, _ column: Int) -> Double {
      Double(round.derivatives.base[stage * block + place + column])
    }
    for column in 0..<columns {
      let from = Double(round.start.base[place + column])
      let change = Double(round.end.base[place + column]) - from
      guard method.endsWithDerivative else {
        // The state and the derivative at the beginning, and the state at the end: what every method has.
        let slope = h * derivative(0, column)
        out[column] = Float(from + share * (slope + share * (change - slope)))
        continue
      }
      let slope = h * derivative(0, column) - change
      let end = change - h * derivative(stages - 1, column) - slope
      var bend = 0.0
      if let weights = method.denseWeights {
        for stage in 0..<stages { bend += h * weights[stage] * derivative(stage, column) }
      }
      let rest = 1 - share
      out[column] = Float(from + share * (change + rest * (slope + share * (end + rest * bend))))
    }
  }
}
