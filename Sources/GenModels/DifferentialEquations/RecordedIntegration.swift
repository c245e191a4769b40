extension DifferentialEquationSolver {
  /// The states at `end`, recorded: gradients pass through the very steps that were taken, whose lengths count as constants.
  ///
  /// The equation is solved first to find the steps, and then along them once more with a record: gradients are those of the computed
  /// solution, exact up to rounding. Memory: what the field keeps, for each stage of each step; examples with fewer steps than others wait.
  ///
  /// - Parameters:
  ///   - field: f, on the tape of `states`.
  ///   - start: The time to begin at.
  ///   - end: The time to end at; before `start`, time runs backward.
  ///   - states: `[examples, ...]` at the time `start`.
  /// - Throws: `DifferentialEquationError`.
  public func recorded<Value: TensorAlgebra>(
    _ field: some VectorField, from start: Double, to end: Double, start states: Value
  ) throws -> Value {
    let found = try solve(field, from: start, to: end, start: states.tensor, isDense: true)
    return replayed(along: found.grid, start: states) { field.derivative(at: $0, of: $1) }
  }

  /// Takes the steps of a grid again, with any algebra.
  func replayed<Value: TensorAlgebra>(
    along grid: [[(time: Double, length: Double)]], start: Value,
    _ derivative: (_ time: Value, _ state: Value) -> Value
  ) -> Value {
    let axes = Shape.timeAxes(grid.count, of: start.shape)
    var state = start
    for step in 0..<(grid.map(\.count).max() ?? 0) {
      // Who is done takes steps of length 0.
      let times = grid.map { step < $0.count ? $0[step].time : $0.last?.time ?? 0 }
      let lengths = grid.map { step < $0.count ? $0[step].length : 0 }
      let h = start.constant(Tensor(lengths.map(Float.init), shape: axes))
      func weighted(_ weights: [Double], _ slopes: [Value]) -> Value {
        var sum: Value?
        for (weight, slope) in zip(weights, slopes) where weight != 0 {
          let term = Float(weight) * slope
          sum = sum.map { $0 + term } ?? term
        }
        return sum.map { state + h * $0 } ?? state
      }
      var slopes: [Value] = []
      for stage in 0..<method.usedStages {
        let node = method.nodes[stage]
        let time = Tensor(zip(times, lengths).map { Float($0 + node * $1) }, shape: axes)
        slopes.append(derivative(start.constant(time), weighted(method.stages[stage], slopes)))
      }
      state = weighted(method.weights, slopes)
    }
    return state
  }
}
