import GenModels

/// What batch normalization makes of an example: its log-density in use minus that in training, after J. Song, Y. Song and
/// S. Ermon (2019, "Unsupervised out-of-distribution detection with batch normalization").
///
///     score(x) = (1/c) Σ [ln p_eval(x) − ln p_train(x | B)],   in nats,
///
/// where the batch B of b examples holds c copies of x and b − c training examples, and "train" normalises by B's own statistics. A batch
/// of training examples has the statistics that the model was trained with; out-of-distribution examples shift them. The paper finds
/// that deep models then lose far more likelihood on them than on examples of the training distribution. **That is an observation, not
/// a law**: in a shallow flow, whose statistics simply follow the batch, far-out examples gain. Look at the histogram before you
/// rely on it.
///
/// The paper mixes a share r = c/b of test examples with training examples and looks at the batch's mean. So that a score belongs to one example and
/// depends on nothing else, as every `OODScorer`'s does, here the share is copies of that one example. `shift(ofBatch:)` is
/// the paper's statistic for a batch of different examples, which is the sharper one.
///
/// Cost: log-densities of b + 1 examples for each example.
public struct BatchNormShift<Model: BatchNormalizedDensity>: OODScorer {
  public let model: Model
  /// Training examples that fill up each batch, `[b − c, …]`.
  public let companions: Tensor
  /// c.
  public let copies: Int

  /// - Parameters:
  ///   - model: A density with batch normalization.
  ///   - companions: Training examples; their order changes nothing but rounding.
  ///   - copies: c.
  /// - Throws: `LikelihoodError` when the batch would have fewer than two examples, a companion is not finite, or the model has no
  ///   batch normalization.
  public init(_ model: Model, companions: Tensor, copies: Int = 1) throws {
    Self.requireExamples(companions, model)
    guard model.hasBatchNormalization else { throw LikelihoodError.noBatchNormalization }
    guard copies >= 1 else {
      throw LikelihoodError.invalidSetting(name: "copies", value: "\(copies)", expected: "at least 1")
    }
    guard companions.shape[0] + copies >= 2 else {
      throw LikelihoodError.tooFew(
        what: "examples in the batch", found: companions.shape[0] + copies, needed: 2)
    }
    try Self.requireFinite(companions, model)
    self.model = model
    self.companions = companions
    self.copies = copies
  }

  /// The score of each example.
  /// - Throws: What the model throws; `LikelihoodError.notFinite` where a log-density is not finite.
  public func score(_ x: Tensor) throws -> [Double] {
    Self.requireExamples(x, model)
    let inUse = try model.logDensity(x).checkedFinite("log-density in use")
    return try inUse.indices.map { i in
      let example = x.sliced(axis: 0, i..<i + 1)
      let batch = Tensor.concatenate(Array(repeating: example, count: copies) + [companions], axis: 0)
      // The copies have one log-density but for rounding; the first is taken.
      let inTraining = try model.logDensityInTraining(batch)[0]
      guard inTraining.isFinite else {
        throw LikelihoodError.notFinite(what: "log-density in training", example: i, value: inTraining)
      }
      return inUse[i] - inTraining
    }
  }

  /// The paper's statistic for one batch of test examples that stand among the companions together: the mean of ln p_eval − ln
  /// p_train over the batch's own examples. High when the batch is out-of-distribution.
  /// - Throws: As `score`; `LikelihoodError.tooFew` for an empty batch.
  public func shift(ofBatch x: Tensor) throws -> Double {
    Self.requireExamples(x, model)
    let count = x.shape[0]
    guard count >= 1 else { throw LikelihoodError.tooFew(what: "examples in the batch", found: 0, needed: 1) }
    let inUse = try model.logDensity(x).checkedFinite("log-density in use")
    let batch = Tensor.concatenate([x, companions], axis: 0)
    let inTraining = try Array(model.logDensityInTraining(batch)[..<count])
      .checkedFinite("log-density in training")
    return (inUse.reduce(0, +) - inTraining.reduce(0, +)) / Double(count)
  }

  private static func requireExamples(_ x: Tensor, _ model: Model) {
    precondition(
      x.rank == model.exampleShape.rank + 1 && x.shape.dropFirst().elementsEqual(model.exampleShape),
      "The model scores batches of examples of shape \(model.exampleShape), not a tensor of shape \(x.shape)."
    )
  }

  private static func requireFinite(_ x: Tensor, _ model: Model) throws(LikelihoodError) {
    guard let position = x.firstNonFinite else { return }
    let width = model.exampleShape.elementCount
    throw .notFinite(
      what: "feature \(position % width)", example: position / width,
      value: Double(x.withUnsafeElements { $0[position] }))
  }
}
