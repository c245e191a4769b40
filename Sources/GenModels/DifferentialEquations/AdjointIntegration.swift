/// The gradients of a loss by where a solution starts and by the field's parameters.
public struct SolutionGradients: Sendable {
  /// dL/dy(start), of the states' shape.
  public let start: Tensor
  /// dL/dθ of each parameter, in the order of visits.
  public let parameters: [(name: String, gradient: Tensor)]
}

extension DifferentialEquationSolver {
  /// Gradients by the adjoint equation: with λ = dL/dy(end) at the end, dλ/dt = −λᵀ ∂f/∂y is solved backwards together with y itself, and
  /// dL/dθ = ∫ λᵀ ∂f/∂θ dt along the way (L. S. Pontryagin, 1962; R. T. Q. Chen et al., 2018).
  ///
  /// Memory: that of one derivative, and the backward steps' states; the forward ones are not needed. The gradient is that of the exact
  /// solution up to the tolerance, where `recorded` gives the computed solution's. Errors are controlled for y and λ, not for the
  /// integral over parameters, which is along for the steps (P. Kidger et al., 2021).
  ///
  /// - Parameters:
  ///   - field: f, whose solution it is.
  ///   - solution: Of the same field.
  ///   - upstream: λ at the end, of the states' shape.
  /// - Throws: `DifferentialEquationError`; times count as they do there, the example too.
  public func adjointGradients(
    of solution: DifferentialEquationSolution, _ field: some VectorField, upstream: Tensor
  ) throws -> SolutionGradients {
    let end = solution.end
    precondition(
      upstream.shape == end.shape,
      "The weights of a gradient have shape \(upstream.shape), and the states have \(end.shape).")
    let (count, exampleShape) = (end.shape[0], Array(end.shape.dropFirst()))
    let columns = exampleShape.reduce(1, *)
    @Sendable func parts(_ joint: Tensor) -> (state: Tensor, adjoint: Tensor) {
      let shape = Shape([joint.shape[0]] + exampleShape)
      return (
        joint.sliced(axis: 1, 0..<columns).reshaped(shape),
        joint.sliced(axis: 1, columns..<2 * columns).reshaped(shape)
      )
    }
    let joint = Tensor.concatenate(
      [end.reshaped([count, columns]), upstream.reshaped([count, columns])], axis: 1)
    let backwards = try solve(
      from: solution.endTime, to: solution.startTime, joint, extent: .points
    ) { rows in
      ClosureField(exampleShape: [2 * columns], offset: rows.lowerBound) { time, joint, _ in
        let (state, adjoint) = parts(joint)
        let rows = state.shape[0]
        let axes = Shape.timeAxes(rows, of: state.shape)
        let (value, product) = vjp(at: state, upstream: { _ in adjoint }) { state in
          field.derivative(at: state.constant(time.reshaped(axes)), of: state)
        }
        return .concatenate(
          [value.reshaped([rows, columns]), -product.reshaped([rows, columns])], axis: 1)
      }
    }
    var sums = field.namedParameters.map { Tensor.zeros($0.tensor.shape) }
    for round in backwards.records.flatMap(\.rounds) where !sums.isEmpty {
      add(round, columns: columns, field, parts, to: &sums)
    }
    let names = field.namedParameters.map(\.name)
    return SolutionGradients(
      start: parts(backwards.end).adjoint, parameters: Array(zip(names, sums)).map { ($0, $1) })
  }

  /// Adds ∫ λᵀ ∂f/∂θ dt over some steps, by the method's own weights.
  private func add(
    _ round: StepRecord.Round, columns: Int, _ field: some VectorField,
    _ parts: @Sendable (Tensor) -> (state: Tensor, adjoint: Tensor), to sums: inout [Tensor]
  ) {
    let (rows, nodes) = (round.rows, method.nodes)
    for stage in method.stages.indices where method.weights[stage] != 0 {
      let block = rows * 2 * columns
      let joint = Tensor(shape: [rows, 2 * columns]) {
        $0.baseAddress!.update(from: round.points.base + stage * block, count: block)
      }
      let (state, adjoint) = parts(joint)
      let axes = Shape.timeAxes(rows, of: state.shape)
      let times = zip(round.times, round.lengths).map { Float($0 + nodes[stage] * $1) }
      // Backwards in time: the integral from start to end has the opposite sign.
      let weights = round.lengths.map { Float(-method.weights[stage] * $0) }
      let found = inScope { tape in
        let (lifted, variables) = field.lifted(onto: tape)
        let slope = lifted.derivative(
          at: tape.constant(Tensor(times, shape: axes)), of: tape.constant(state))
        return unrecordedGradients(
          of: slope, upstream: adjoint * Tensor(weights, shape: axes), withRespectTo: variables)
      }
      for index in sums.indices { sums[index].add(found[index]) }
    }
  }
}
