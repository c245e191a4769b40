/// Channels (the last axis) in another order: channel i of the result is channel `order[i]`.
struct ChannelOrder: SingleOutputPrimitive {
  let order: [Int]

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    let channels = order.count
    precondition(
      x.rank >= 1 && x.shape[x.rank - 1] == channels,
      "An order of \(channels) channels does not fit the shape \(x.shape).")
    let y = Buffer<Float>(count: x.count)
    parallelFor(x.count / max(1, channels), grain: max(1, elementwiseGrain / max(1, channels))) { range in
      order.withUnsafeBufferPointer { order in
        for row in range {
          let (from, to) = (x.buffer.base + row * channels, y.base + row * channels)
          for channel in 0..<channels { to[channel] = from[order[channel]] }
        }
      }
    }
    return Tensor(shape: x.shape, buffer: y)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    var inverse = order
    for (place, channel) in order.enumerated() { inverse[channel] = place }
    return [upstream.channels(inverse)]
  }
}

extension TensorAlgebra {
  /// Channels (the last axis) in another order: channel i of the result is channel `order[i]`, each once.
  func channels(_ order: [Int]) -> Self { Self.apply(ChannelOrder(order: order), self) }
}
