/// The values at each feature map's winner: `[batch, height, width, maps]` to `[batch, maps]`.
struct GatherWinners: SingleOutputPrimitive {
  let positions: Indexes
  let height: Int
  let width: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let maps = positions.shape[1]
    let pixels = height * width
    let x = inputs[0]
    return Tensor(shape: positions.shape) { values in
      for i in 0..<values.count {
        values[i] = x.buffer.base[(i / maps * pixels + Int(positions.buffer.base[i])) * maps + i % maps]
      }
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [.apply(ScatterWinners(positions: positions, height: height, width: width), upstream)]
  }
}

/// Images of zeros with one value in each feature map: `[batch, maps]` to `[batch, height, width, maps]`.
struct ScatterWinners: SingleOutputPrimitive {
  let positions: Indexes
  let height: Int
  let width: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    denseImage(from: WinnerCode(positions: positions, values: inputs[0], height: height, width: width))
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [.apply(GatherWinners(positions: positions, height: height, width: width), upstream)]
  }
}

extension TensorAlgebra {
  /// Spatial winner-take-all (A. Makhzani and B. Frey, Winner-Take-All Autoencoders, 2015): of each feature map of
  /// images `[batch, height, width, maps]` the largest value and its place. Only winners carry gradient.
  public func spatialWinners() -> WinnerCode<Self> {
    let code = GenModels.spatialWinners(tensor)
    let gather = GatherWinners(positions: code.positions, height: code.height, width: code.width)
    return code.with(values: Self.apply(gather, self, precomputed: code.values))
  }
}

extension WinnerCode {
  /// The images that the code stands for, zeros included.
  public func dense() -> Value {
    Value.apply(ScatterWinners(positions: positions, height: height, width: width), values)
  }

  /// Channel winner-take-all (B. Kégl, M. Cherti and A. Kazakçı, 2018, section 4): in each image the ⌊sparsity · maps⌋
  /// smallest values become zero. Of equal values at the border those of lower maps stay.
  public func channelWinners(sparsity: Double) -> WinnerCode {
    guard sparsity > 0 else { return self }
    let mask = GenModels.channelWinners(values.tensor, sparsity: sparsity).mask
    return with(values: values * values.constant(mask))
  }

  /// Channel winner-take-all by position: in each image only the largest of the winners that lie in one cell of `stride` ×
  /// `stride` positions stays, the others become zero; with the stride 1, of the maps that win at the same position. Of equal
  /// values that of the lowest map stays. Cells start at the upper left corner; those at the other ends may be smaller.
  public func channelWinners(stride: Int) -> WinnerCode {
    let mask = GenModels.channelWinners(with(values: values.tensor), stride: stride).mask
    return with(values: values * values.constant(mask))
  }

  /// Lifetime winner-take-all (Makhzani and Frey, 2015): for each feature map the ⌈rate · batch⌉ largest values over the
  /// batch stay, the others become zero. It depends on the batch: it belongs in training only.
  public func lifetimeWinners(rate: Double) -> WinnerCode {
    let mask = GenModels.lifetimeWinners(values.tensor, rate: rate).mask
    return with(values: values * values.constant(mask))
  }
}
