import GenModels

/// The reconstruction error as a score: what a model can't reconstruct is out-of-distribution (N. Japkowicz,
/// C. Myers and M. Gluck, 1995).
///
/// ```swift
/// let scorer = ReconstructionScorer(model)                  // L1, as in B. Kégl, M. Cherti and A. Kazakçı, 2018
/// let errors = try scorer.score(digits)
/// ```
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

  /// Traps when `batchSize` is below 1.
  public init(_ oracle: Oracle, norm: ReconstructionNorm = .l1, batchSize: Int = 256) {
    precondition(batchSize >= 1, "A batch has at least one example, and \(batchSize) were asked for.")
    self.oracle = oracle
    self.norm = norm
    self.batchSize = batchSize
  }

  public var exampleShape: Shape { oracle.exampleShape }

  /// The binary cross-entropy is defined for features in 0...1 alone.
  public func check(_ x: Tensor) throws(ExampleError) {
    try oracle.check(x)
    guard norm == .binaryCrossEntropy,
      let position = x.withUnsafeElements({ $0.firstIndex { $0 < 0 || $0 > 1 } })
    else { return }
    let width = x.count / x.exampleCount
    throw .outsideSupport(
      example: position / width, feature: position % width,
      value: Double(x.withUnsafeElements { $0[position] }), support: 0...1)
  }

  /// The reconstruction error of each example; the first axis counts examples.
  /// - Throws: `MeasureError` when the model's answer is not finite.
  public func score(checked x: Tensor) throws -> [Double] {
    let width = max(1, x.count / max(1, x.shape[0]))
    var errors: [Double] = []
    errors.reserveCapacity(x.shape[0])
    for start in stride(from: 0, to: x.shape[0], by: batchSize) {
      let batch = x.sliced(axis: 0, start..<min(x.shape[0], start + batchSize))
      let answers = try oracle.reconstruct(checked: batch)
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

extension ReconstructionScorer: Model where Oracle: Model {
  public static var kind: String { "reconstruction" }

  public var configuration: ReconstructionScorerConfiguration {
    ReconstructionScorerConfiguration(norm: norm, batchSize: batchSize)
  }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("oracle", oracle) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: ReconstructionScorerConfiguration.self)
    guard settings.batchSize >= 1 else {
      throw ModelFileError.malformed(reason: "a batch has \(settings.batchSize) examples")
    }
    self.init(
      try archive.part("oracle", as: Oracle.self), norm: settings.norm, batchSize: settings.batchSize)
  }
}

/// What the file of a `ReconstructionScorer` says besides its model.
public struct ReconstructionScorerConfiguration: Codable, Hashable, Sendable {
  var norm: ReconstructionNorm
  var batchSize: Int
}
