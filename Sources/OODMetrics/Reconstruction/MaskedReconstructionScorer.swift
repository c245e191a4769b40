import GenModels

/// The reconstruction error of the objects alone, Σ_k ‖a_k ⊙ (r(x) − x)‖₂, with the masks a_k that an attention network finds: what lies in
/// clutter does not count (G. Spigler, 2019, supplementary slides: for independent objects the gradient of the log-density of an image is the
/// sum of those of its objects).
///
/// Cost: `steps` passes through the attention network and one through the autoencoder.
public struct MaskedReconstructionScorer<Oracle: ReconstructionOracle>: OODScorer {
  public let oracle: Oracle
  public let attention: AttentionNetwork
  /// Objects that are looked for in each image.
  public let steps: Int

  /// - Throws: `MeasureError.outOfRange` unless there is a step; `ExampleError.unexpectedShape` when the two models take different images.
  public init(_ oracle: Oracle, attention: AttentionNetwork, steps: Int = 1) throws {
    guard (1...1024).contains(steps) else {
      throw MeasureError.outOfRange(
        name: "number of attention steps", value: "\(steps)", expected: "1 to 1024")
    }
    guard oracle.exampleShape == attention.exampleShape else {
      throw ExampleError.unexpectedShape(found: attention.exampleShape, expected: oracle.exampleShape)
    }
    self.oracle = oracle
    self.attention = attention
    self.steps = steps
  }

  public var exampleShape: Shape { oracle.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try oracle.check(x) }

  public func score(checked x: Tensor) throws -> [Double] { try errors(checked: x).map { $0.reduce(0, +) } }

  /// ‖a_k ⊙ (r(x) − x)‖₂ of each object of each example.
  /// - Throws: `ExampleError`; `MeasureError` when a reconstruction is not finite.
  public func errors(_ x: Tensor) throws -> [[Double]] {
    try check(x)
    return try errors(checked: x)
  }

  private func errors(checked x: Tensor) throws -> [[Double]] {
    var errors: [[Double]] = []
    for start in stride(from: 0, to: x.exampleCount, by: 128) {
      let piece = x.examples(start..<min(x.exampleCount, start + 128))
      let count = piece.exampleCount
      // One mask for all channels.
      let masks = try attention.masks(piece, steps: steps)
        .reshaped([count, steps, exampleShape[0], exampleShape[1], 1])
      let residual = (try oracle.reconstruct(checked: piece) - piece)
        .reshaped(Shape([count, 1] + Array(exampleShape)))
      let norms = (masks * residual).squared().sum(axes: [2, 3, 4]).squareRoot()
      for example in 0..<count { errors.append((0..<steps).map { Double(norms[example, $0]) }) }
    }
    try requireNoOverflow(errors.map { $0.reduce(0, +) })
    return errors
  }
}

extension MaskedReconstructionScorer: Model where Oracle: Model {
  public static var kind: String { "masked-reconstruction" }

  public var configuration: MaskedReconstructionConfiguration { .init(steps: steps) }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("oracle", oracle)
    try archive.setPart("attention", attention)
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: MaskedReconstructionConfiguration.self)
    do {
      try self.init(
        archive.part("oracle", as: Oracle.self),
        attention: archive.part("attention", as: AttentionNetwork.self), steps: settings.steps)
    } catch let error as MeasureError {
      throw ModelFileError.malformed(reason: "\(error)")
    } catch let error as ExampleError {
      throw ModelFileError.malformed(reason: "\(error)")
    }
  }
}

/// What the file of a `MaskedReconstructionScorer` says besides its models.
public struct MaskedReconstructionConfiguration: Codable, Hashable, Sendable {
  var steps: Int
}
