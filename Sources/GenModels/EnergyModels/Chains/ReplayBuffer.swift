/// The ends of earlier chains, from which later ones go on (T. Tieleman, 2008; Y. Du and I. Mordatch, 2019): chains get long that way
/// though each step of training runs them for a moment only.
///
/// A buffer is full from the beginning, of fresh starts. It belongs to a training's state, and to its checkpoints.
struct ReplayBuffer: Parameterized {
  /// `[capacity] + exampleShape`.
  private var chains: RunningState
  let start: ChainStart

  init(capacity: Int, exampleShape: Shape, start: ChainStart, using random: inout RandomGenerator) {
    chains = RunningState(start.draw(Shape([capacity] + exampleShape), using: &random))
    self.start = start
  }

  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("chains", &chains) }

  /// Runs some of the chains on, and stores where they end.
  ///
  /// - Parameters:
  ///   - count: Number of chains.
  ///   - reuse: The probability that a chain goes on, instead of starting afresh.
  ///   - context: Of the training step: its random numbers, and where the new state is noted.
  ///   - run: Runs chains.
  /// - Returns: The ends.
  func advance(
    _ count: Int, reuse: Double, _ context: Context,
    _ run: (_ from: Tensor, _ random: inout RandomGenerator) throws -> Tensor
  ) throws -> Tensor {
    let held = chains.tensor
    let capacity = held.shape[0]
    let (ends, rows) = try context.withRandom { random in
      // Without a repetition, so that no end is lost.
      let rows = random.permutation(capacity).sliced(0..<min(count, capacity))
      let fresh = start.draw(Shape([rows.count] + held.shape.dropFirst()), using: &random)
      let keeps = random.bernoulli([rows.count], probability: Float(reuse))
      let starts = held.rows(rows).replacingRows(of: fresh, where: { keeps[$0] == 0 })
      return (try run(starts, &random), rows)
    }
    context.update(chains, to: held.storing(ends, at: rows))
    return ends
  }
}

extension Tensor {
  /// This tensor with the rows of another one, of the same shape, where asked.
  fileprivate func replacingRows(of other: Tensor, where isReplaced: (Int) -> Bool) -> Tensor {
    let width = count / Swift.max(1, shape[0])
    var result = self
    result.withUnsafeMutableElements { rows in
      for row in 0..<shape[0] where isReplaced(row) {
        for i in row * width..<(row + 1) * width { rows[i] = other.buffer.base[i] }
      }
    }
    return result
  }

  /// This tensor with other rows at some places.
  fileprivate func storing(_ values: Tensor, at places: Indexes) -> Tensor {
    let width = count / Swift.max(1, shape[0])
    var result = self
    result.withUnsafeMutableElements { rows in
      for i in 0..<places.count {
        let place = Int(places.buffer.base[i])
        (rows.baseAddress! + place * width).update(from: values.buffer.base + i * width, count: width)
      }
    }
    return result
  }
}
