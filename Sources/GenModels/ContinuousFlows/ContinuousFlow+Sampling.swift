extension ContinuousFlow {
  /// Independent draws, `[count] + exampleShape`. Where the solver gives up on a draw, all are made with 200 steps of the same length instead.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    precondition(count >= 0, "There are no \(count) examples to draw.")
    let noise = random.normal([count, features])
    if let found = try? examples(from: noise) { return found }
    let fixed = DifferentialEquationSolver(.dormandPrince, control: .fixed(steps: 200))
    return (try? examples(from: noise, solver: fixed))
      ?? Tensor(repeating: .nan, shape: Shape([count] + architecture.exampleShape))
  }

  /// The examples that points `[count, D]` of the noise move to.
  ///
  /// - Parameters:
  ///   - z: Points of the noise.
  ///   - solver: In the place of the architecture's.
  /// - Throws: `DifferentialEquationError` with the example and the time.
  public func examples(from z: Tensor, solver: DifferentialEquationSolver? = nil) throws -> Tensor {
    precondition(
      z.rank == 2 && z.shape[1] == features, "Noise has the shape [count, \(features)], not \(z.shape).")
    var parts: [Tensor] = []
    for start in stride(from: 0, to: z.shape[0], by: 4096) {
      do {
        let piece = z.sliced(axis: 0, start..<min(z.shape[0], start + 4096))
        let y = try solve(piece, from: 0, to: 1, solver: solver)
        let shape = Shape([piece.shape[0]] + Array(preparation.outputShape))
        parts.append(preparation.inverse(y.reshaped(shape), condition: nil, .inference).value)
      } catch let error as DifferentialEquationError { throw error.movingExamples(by: start) }
    }
    return parts.isEmpty ? .zeros(Shape([0] + architecture.exampleShape)) : .concatenate(parts, axis: 0)
  }
}
