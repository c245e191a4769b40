import CKernels

/// The value of a time-dependent network as one operation, for losses that ask for nothing else: inputs are the times `[rows, 1]`, the
/// states `[rows, features]` and the parameters.
struct NetworkValue: SingleOutputPrimitive {
  let network: TimeDependentNetwork
  /// What chunks of rows keep for the pullback.
  private let passes: [NetworkPass]

  private static let grain = 64

  /// Evaluates the network; the value goes to `apply` as precomputed.
  static func evaluated(_ network: TimeDependentNetwork, time: Tensor, state: Tensor) -> (
    primitive: NetworkValue, value: Tensor
  ) {
    let rows = state.shape[0]
    let passes = stride(from: 0, to: rows, by: grain).map { start in
      NetworkPass(
        network, capacity: min(grain, rows - start), columns: network.features, tangents: 0)
    }
    let value = Buffer<Float>(count: state.count)
    parallelFor(rows, grain: grain) { range in
      let place = range.lowerBound * network.features
      passes[range.lowerBound / grain].evaluate(
        rows: range.count, examples: Array(0..<range.count), times: time.buffer.base + range.lowerBound,
        states: state.buffer.base + place, into: value.base + place)
    }
    return (
      NetworkValue(network: network, passes: passes), Tensor(shape: state.shape, buffer: value)
    )
  }

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    Self.evaluated(network, time: inputs[0], state: inputs[1]).value
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    if Value.isRecorded || wanted[0] {
      return composedPullback([upstream], inputs: inputs, wanted: wanted) { inputs in
        [
          network.evaluate(at: inputs[0], inputs[1], tangents: nil, parameters: Array(inputs.dropFirst(2)))
            .value
        ]
      }
    }
    let u = upstream.tensor
    let shapes = network.namedParameters.map(\.tensor.shape)
    let sizes = shapes.map(\.elementCount)
    let total = sizes.reduce(0, +)
    let sums = Buffer<Float>(count: max(1, passes.count) * total)
    sums.base.initialize(repeating: 0, count: sums.count)
    let stateGradient = wanted[1] ? Buffer<Float>(count: u.count) : nil
    let wantsParameters = wanted.dropFirst(2).contains(true)
    parallelFor(u.shape[0], grain: Self.grain) { range in
      let chunk = range.lowerBound / Self.grain
      var place = sums.base + chunk * total
      let places = sizes.map { size in
        defer { place += size }
        return place
      }
      let row = range.lowerBound * network.features
      passes[chunk].pullBack(
        rows: range.count, u.buffer.base + row, stateGradient: stateGradient.map { $0.base + row },
        parameters: wantsParameters ? places : nil)
    }
    for chunk in 1..<max(1, passes.count) {
      kernels.map.scale_add(1, sums.base + chunk * total, sums.base, total)
    }
    var start = 0
    let parameters = zip(shapes, sizes).map { shape, size -> Tensor in
      defer { start += size }
      return Tensor(shape: shape) { $0.baseAddress!.update(from: sums.base + start, count: size) }
    }
    return [nil, stateGradient.map { inputs[0].constant(Tensor(shape: u.shape, buffer: $0)) }]
      + zip(parameters, wanted.dropFirst(2)).map { $1 ? inputs[0].constant($0) : nil }
  }
}
