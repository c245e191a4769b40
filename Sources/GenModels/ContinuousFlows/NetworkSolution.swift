import CKernels

/// The solution of a time-dependent network's equation as one operation: from where states start and from the network's parameters to where
/// they end.
///
/// The equation was solved before; gradients pass through the steps that it took. What a step needs is computed again from the
/// stages' points, so memory is that of the points, and chunks of examples are pulled back on several threads; their gradients of the
/// parameters are added in the order of chunks.
struct NetworkSolution: SingleOutputPrimitive {
  let network: TimeDependentNetwork
  let solution: DifferentialEquationSolution
  let tangents: Int
  let probes: Tensor?

  func evaluate(_ inputs: [Tensor]) -> Tensor { solution.end }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    if Value.isRecorded {
      return composedPullback([upstream], inputs: inputs, wanted: wanted) { [composed($0)] }
    }
    let found = gradients(upstream.tensor, wanted: wanted)
    return zip(found, wanted).map { $1 ? inputs[0].constant($0) : nil }
  }

  // MARK: The fused pullback

  private func gradients(_ upstream: Tensor, wanted: [Bool]) -> [Tensor] {
    let (count, columns) = (solution.start.shape[0], solution.start.shape[1])
    let adjoint = upstream.buffer.copy()
    let wantsParameters = wanted.dropFirst().contains(true)
    let shapes = network.namedParameters.map(\.tensor.shape)
    let sizes = shapes.map(\.elementCount)
    let total = sizes.reduce(0, +)
    let chunks = solution.records.count
    let sums = Buffer<Float>(count: wantsParameters ? max(1, chunks) * total : 0)
    sums.base.initialize(repeating: 0, count: sums.count)
    let grain = solution.grain
    parallelFor(count, grain: grain) { rows in
      let chunk = rows.lowerBound / grain
      var place = sums.base + chunk * total
      let places = sizes.map { size in
        defer { place += size }
        return place
      }
      pullBack(
        solution.records[chunk], rows, adjoint.base + rows.lowerBound * columns,
        parameters: wantsParameters ? places : nil)
    }
    if wantsParameters {
      for chunk in 1..<max(1, chunks) {
        kernels.map.scale_add(1, sums.base + chunk * total, sums.base, total)
      }
    }
    var start = 0
    let parameters = zip(shapes, sizes).map { shape, size -> Tensor in
      defer { start += size }
      guard wantsParameters else { return .zeros(shape) }
      return Tensor(shape: shape) { $0.baseAddress!.update(from: sums.base + start, count: size) }
    }
    return [Tensor(shape: solution.start.shape, buffer: adjoint)] + parameters
  }

  /// Takes a chunk's steps back, last one first: `adjoint`, `[examples, columns]`, becomes the gradient by where the examples start.
  private func pullBack(
    _ record: StepRecord, _ rows: Range<Int>, _ adjoint: UnsafeMutablePointer<Float>,
    parameters: [UnsafeMutablePointer<Float>]?
  ) {
    let (method, columns) = (solution.method, record.columns)
    let pass = NetworkPass(
      network, capacity: rows.count, columns: columns, tangents: tangents, probes: probes,
      firstProbe: rows.lowerBound)
    let used = method.usedStages
    func buffer() -> Buffer<Float> { Buffer(count: rows.count * columns) }
    let (lambda, upstream, derivatives) = (buffer(), buffer(), buffer())
    let stages = (0..<used).map { _ in buffer() }
    let ones = [Float](repeating: 1, count: rows.count)
    for round in record.rounds.reversed() {
      let (count, block) = (round.rows, round.rows * columns)
      for (row, example) in round.examples.enumerated() {
        (lambda.base + row * columns).update(from: adjoint + example * columns, count: columns)
      }
      let lengths = round.lengths.map(Float.init)
      for stage in (0..<used).reversed() {
        // dL/dkᵢ = h (bᵢ λ + Σⱼ aⱼᵢ dL/dYⱼ).
        var (terms, weights) = ([UnsafePointer(lambda.base)], [Float(method.weights[stage])])
        for later in stage + 1..<max(stage + 1, used) where method.stages[later][stage] != 0 {
          terms.append(UnsafePointer(stages[later].base))
          weights.append(Float(method.stages[later][stage]))
        }
        kernels.runge_kutta.combine(
          nil, terms, weights, terms.count, lengths, upstream.base, count, columns)
        let times = zip(round.times, round.lengths).map { Float($0 + method.nodes[stage] * $1) }
        pass.evaluate(
          rows: count, examples: round.examples, times: times, states: round.points.base + stage * block,
          into: derivatives.base)
        pass.pullBack(
          rows: count, upstream.base, stateGradient: stages[stage].base, parameters: parameters)
      }
      kernels.runge_kutta.combine(
        lambda.base, stages.map { UnsafePointer($0.base) }, Array(repeating: 1, count: used), used, ones,
        lambda.base, count, columns)
      for (row, example) in round.examples.enumerated() {
        (adjoint + example * columns).update(from: lambda.base + row * columns, count: columns)
      }
    }
  }

  // MARK: In primitives

  /// The same from other primitives, for derivatives of the pullback.
  private func composed(_ inputs: [Variable]) -> Variable {
    let solver = DifferentialEquationSolver(solution.method)
    let parameters = Array(inputs.dropFirst())
    return solver.replayed(along: solution.grid, start: inputs[0]) { time, state in
      network.augmented(
        at: time, state, tangents: tangents, probes: probes, parameters: parameters)
    }
  }
}

extension TimeDependentNetwork {
  /// What a `NetworkPass` computes of states `[rows, features + extra numbers]`, in primitives.
  func augmented<Value: TensorAlgebra>(
    at time: Value, _ state: Value, tangents: Int, probes: Tensor?, parameters: [Value]
  ) -> Value {
    let (rows, columns) = (state.shape[0], state.shape[1])
    let y = state.sliced(axis: 1, 0..<features)
    let directions = (0..<tangents).map { number -> Value in
      guard let probes else {
        return state.constant(
          Tensor(shape: [rows, features]) { unit in
            unit.initialize(repeating: 0)
            for row in 0..<rows { unit[row * features + number] = 1 }
          })
      }
      return state.constant(
        probes.sliced(axis: 1, number..<number + 1).reshaped([rows, features]))
    }
    let (value, products) = evaluate(at: time, y, tangents: directions, parameters: parameters)
    func sum(_ terms: [Value]) -> Value {
      let sums = terms.map { $0.sum(axes: [1], keepingAxes: true) }
      return sums.dropFirst().reduce(sums[0]) { $0 + $1 }
    }
    var parts = [value]
    if columns > features { parts.append(sum(zip(products, directions).map { $0 * $1 })) }
    if columns > features + 1 { parts.append(sum([value.squared()])) }
    if columns > features + 2 { parts.append(sum(products.map { $0.squared() })) }
    return .concatenate(parts, axis: 1)
  }
}
