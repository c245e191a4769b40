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
public struct BatchNormShift<Density: BatchNormalizedDensity>: OODScorer {
  public let model: Density
  /// Training examples that fill up each batch, `[b − c, …]`.
  public let companions: Tensor
  /// c.
  public let copies: Int

  /// - Parameters:
  ///   - model: A density with batch normalization.
  ///   - companions: Training examples; their order changes nothing but rounding.
  ///   - copies: c.
  /// - Throws: `LikelihoodError` when the batch would have fewer than two examples, a companion is not finite, or the model has no
  ///   batch normalization; `ExampleError` for companions that are no examples of the model.
  public init(_ model: Density, companions: Tensor, copies: Int = 1) throws {
    try model.check(companions)
    guard model.hasBatchNormalization else { throw LikelihoodError.noBatchNormalization }
    guard (1...1 << 20).contains(copies) else {
      throw LikelihoodError.invalidSetting(
        name: "copies", value: "\(copies)", expected: "between 1 and 1048576")
    }
    guard companions.shape[0] + copies >= 2 else {
      throw LikelihoodError.tooFew(
        what: "examples in the batch", found: companions.shape[0] + copies, needed: 2)
    }
    self.model = model
    self.companions = companions
    self.copies = copies
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try model.check(x) }

  /// The score of each example.
  /// - Throws: What the model throws; `ExampleError.overflow` where the log-density in training is not finite,
  ///   `LikelihoodError.notFinite` where that in use is not.
  public func score(checked x: Tensor) throws -> [Double] {
    let inUse = try model.logDensity(x).checkedFinite("log-density in use")
    return try inUse.indices.map { i in
      let example = x.sliced(axis: 0, i..<i + 1)
      let batch = Tensor.concatenate(Array(repeating: example, count: copies) + [companions], axis: 0)
      // The copies have one log-density but for rounding; the first is taken.
      let inTraining = try model.logDensityInTraining(batch)[0]
      guard inTraining.isFinite else { throw ExampleError.overflow(example: i) }
      return inUse[i] - inTraining
    }
  }

  /// The paper's statistic for one batch of test examples that stand among the companions together: the mean of ln p_eval − ln
  /// p_train over the batch's own examples. High when the batch is out-of-distribution.
  /// - Throws: As `score`; `LikelihoodError.tooFew` for an empty batch.
  public func shift(ofBatch x: Tensor) throws -> Double {
    try check(x)
    let count = x.shape[0]
    guard count >= 1 else { throw LikelihoodError.tooFew(what: "examples in the batch", found: 0, needed: 1) }
    let inUse = try model.logDensity(x).checkedFinite("log-density in use")
    let batch = Tensor.concatenate([x, companions], axis: 0)
    let inTraining = try Array(model.logDensityInTraining(batch)[..<count])
      .checkedFinite("log-density in training")
    return (inUse.reduce(0, +) - inTraining.reduce(0, +)) / Double(count)
  }
}

extension BatchNormShift: Model where Density: Model {
  public static var kind: String { "batch-norm-shift" }

  public var configuration: BatchNormShiftConfiguration { BatchNormShiftConfiguration(copies: copies) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["companions"] = .float32(companions)
    try archive.setPart("model", model)
  }

  public init(from archive: ModelArchive) throws {
    try self.init(
      archive.part("model", as: Density.self), companions: archive.finiteTensor("companions"),
      copies: archive.configuration(as: BatchNormShiftConfiguration.self).copies)
  }
}

/// What the file of a `BatchNormShift` says besides its model and companions.
public struct BatchNormShiftConfiguration: Codable, Hashable, Sendable {
  var copies: Int
}
