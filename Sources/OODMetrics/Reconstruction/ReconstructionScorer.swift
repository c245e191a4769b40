import GenModels

/// The reconstruction error as a score: what a model can't reconstruct is out-of-distribution (N. Japkowicz,
/// C. Myers and M. Gluck, 1995).
///
///     let scorer = ReconstructionScorer(model)                  // L1, as in B. Kégl, M. Cherti and A. Kazakçı, 2018
///     let errors = try scorer.score(digits)
///
/// A detector flags scores above its threshold, and an example is reconstructed when its error is below θ: so
/// a detector of what the model can't reconstruct has the threshold `θ.nextDown`.
///
/// The score of x is the distance of M(x) from x in the norm's units. It is finite and, for features in
/// 0...1, not negative. Cost: one pass through the model for each example.
public struct ReconstructionScorer<Oracle: ReconstructionOracle>: OODScorer {
  /// The model M.
  public let oracle: Oracle
  /// The distance between x and M(x).
  public let norm: ReconstructionNorm
  /// Examples that go through the model at once. It changes time and memory, not the scores.
  public let batchSize: Int
  /// The shape of one example, where the model wants one; other shapes are refused with an error instead of a
  /// trap.
  public let exampleShape: Shape?

  /// Traps when `batchSize` is below 1.
  public init(
    _ oracle: Oracle, norm: ReconstructionNorm = .l1, exampleShape: Shape? = nil, batchSize: Int = 256
  ) {
    precondition(batchSize >= 1, "A batch has at least one example, and \(batchSize) were asked for.")
    self.oracle = oracle
    self.norm = norm
    self.exampleShape = exampleShape
    self.batchSize = batchSize
  }

  /// The reconstruction error of each example; the first axis counts examples.
  /// - Throws: `MeasureError` for examples that are NaN or infinite, or of another shape than `exampleShape`,
  ///   for features outside 0...1 with the binary cross-entropy, and when the model's answer is not finite.
  public func score(_ x: Tensor) throws -> [Double] {
    guard x.rank >= 1 else {
      throw MeasureError.wrongShape(found: "\(x.shape)", expected: "a batch of examples")
    }
    if let exampleShape, !x.shape.dropFirst().elementsEqual(exampleShape) {
      throw MeasureError.wrongShape(found: "\(x.shape)", expected: "batches of \(exampleShape)")
    }
    let width = max(1, x.count / max(1, x.shape[0]))
    if let position = x.firstNonFinite {
      throw MeasureError.notFinite(
        set: "example \(position / width)", position: position % width,
        value: "\(x.withUnsafeElements { $0[position] })")
    }
    if norm == .binaryCrossEntropy {
      let position = x.withUnsafeElements { $0.firstIndex { $0 < 0 || $0 > 1 } }
      if let position {
        throw MeasureError.outsideUnitInterval(
          example: position / width, value: "\(x.withUnsafeElements { $0[position] })")
      }
    }
    var errors: [Double] = []
    errors.reserveCapacity(x.shape[0])
    for start in stride(from: 0, to: x.shape[0], by: batchSize) {
      let batch = x.sliced(axis: 0, start..<min(x.shape[0], start + batchSize))
      let answers = oracle.reconstruct(batch)
      // Norms that keep numbers within bounds would hide a NaN.
      if let position = answers.firstNonFinite {
        throw MeasureError.notFinite(
          set: "reconstruction of example \(start + position / width)", position: position % width,
          value: "\(answers.withUnsafeElements { $0[position] })")
      }
      errors += norm.distances(answers, batch).elements.map { Double($0) }
    }
    try requireFinite(errors, set: "reconstruction errors")
    return errors
  }
}
