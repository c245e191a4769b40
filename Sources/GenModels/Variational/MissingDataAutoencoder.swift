#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An importance-weighted autoencoder of tables with gaps (MIWAE; P.-A. Mattei and J. Frellsen, 2019): trained on the bound of what is
/// there,
///
///     L_k = E ln (1/k) Σ p(x_observed | z) p(z) / q(z | x_observed),
///
/// it fills gaps in by their expectation under the importance weights, and scores rows by −L_k of what they have.
///
/// ```swift
/// let model = try MissingDataAutoencoder.train(.init(columns: 8), on: table, trainer: Trainer(epochs: 300)).model
/// let whole = try model.filled(table)
/// ```
///
/// A gap is NaN. Columns are standardized by what they have; gaps are 0 for the encoder, which also sees which numbers are there.
public struct MissingDataAutoencoder: Network, DensityBound, TableScorer {
  public static let kind = "miwae"

  public struct Architecture: Codable, Hashable, Sendable {
    public var columns: Int
    public var hidden: [Int]
    public var latent: Int
    public var activation: Activation
    /// k in training.
    public var samples: Int
    /// k of scores, and the seed of their draws.
    public var scoring: ImportanceSampling

    public init(
      columns: Int, hidden: [Int] = [64, 64], latent: Int = 8, activation: Activation = .tanh,
      samples: Int = 20,
      scoring: ImportanceSampling = ImportanceSampling(samples: 100)
    ) {
      self.columns = columns
      self.hidden = hidden
      self.latent = latent
      self.activation = activation
      self.samples = samples
      self.scoring = scoring
    }
  }

  public let configuration: Architecture
  private var encoder, decoder: LayerChain
  /// Of each column, of what is there.
  private var mean, deviation: RunningState

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let (columns, latent) = (configuration.columns, configuration.latent)
    guard (1...1 << 20).contains(columns), (1...1 << 16).contains(latent), configuration.hidden.count <= 16,
      (1...100_000).contains(configuration.samples), (1...1 << 30).contains(configuration.scoring.samples)
    else {
      throw .malformed(
        reason: """
          a table of \(columns) columns can't have \(latent) latent numbers, \(configuration.samples) samples in training and \
          \(configuration.scoring.samples) in scores
          """)
    }
    self.configuration = configuration
    let hidden = configuration.hidden.map {
      LayerSpecification.dense(units: $0, activation: configuration.activation)
    }
    encoder = try LayerChain(
      hidden + [.dense(units: 2 * latent)], exampleShape: [2 * columns], tensors.under("encoder"))
    decoder = try LayerChain(
      hidden.reversed() + [.dense(units: 2 * columns)], exampleShape: [latent], tensors.under("decoder"))
    mean = RunningState(try tensors.constant("mean", [columns], 0))
    deviation = RunningState(try tensors.constant("deviation", [columns], 1))
    guard deviation.tensor.withUnsafeElements({ $0.allSatisfy { $0 > 0 } }) else {
      throw .malformed(reason: "a column's deviation is not above 0")
    }
  }

  public var featureCount: Int { configuration.columns }

  /// NaN is a gap. Throws for infinities, and for rows without any number.
  public func check(_ x: Matrix) throws(ExampleError) {
    guard x.columns == featureCount else {
      throw .unexpectedShape(found: [x.columns], expected: exampleShape)
    }
    let width = x.columns
    let bad: ExampleError? = x.withUnsafeElements { elements in
      for row in 0..<x.rows {
        var isEmpty = true
        for column in 0..<width {
          let value = elements[row * width + column]
          if value.isInfinite { return .notFinite(example: row, feature: column, value: value) }
          isEmpty = isEmpty && value.isNaN
        }
        if isEmpty { return .allMissing(example: row) }
      }
      return nil
    }
    if let bad { throw bad }
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("decoder", &decoder)
    visitor.visit("mean", &mean)
    visitor.visit("deviation", &deviation)
  }
}

extension MissingDataAutoencoder {
  /// The bound on |ln σ| of a cell, in units of the column's deviation: narrower normals would be about single cells.
  private static let logDeviationBound: Float = 3

  /// Trains a fresh model, drawn from the trainer's seed.
  ///
  /// - Parameters:
  ///   - architecture: Of the model.
  ///   - x: An example a row; NaN is a gap.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `TableError` for columns without a number or with one number throughout; `ExampleError` for rows without a number, and
  ///   infinities; `TrainingError`.
  public static func train(
    _ architecture: Architecture, on x: Matrix, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<MissingDataAutoencoder> {
    var model = try MissingDataAutoencoder.validating(architecture, seed: trainer.seed)
    guard x.rows > 0 else { throw TableError.tooFewRows(found: 0, needed: 1, reason: "to learn from") }
    for column in 0..<x.columns where (0..<x.rows).allSatisfy({ x[$0, column].isNaN }) {
      throw TableError.emptyColumn(column: column)
    }
    try model.check(x)
    try model.standardize(by: x)
    return try trainer.train(
      model, on: TrainingSet(model.input(x)), loss: { $0.loss($1.inputs, $2) }, progress: progress)
  }

  /// Sets means and deviations of the columns.
  private mutating func standardize(by x: Matrix) throws {
    var (means, deviations) = ([Float](), [Float]())
    for column in 0..<x.columns {
      let numbers = (0..<x.rows).map { x[$0, column] }.filter { !$0.isNaN }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
      guard variance.isFinite, Float(mean).isFinite, Float(variance).isFinite else {
        throw TableError.rangeTooWide(column: column, low: numbers.min()!, high: numbers.max()!)
      }
      means.append(Float(mean))
      // A column of one number stays as it is.
      deviations.append(variance > 1e-24 ? Float(variance.squareRoot()) : 1)
    }
    (mean.tensor, deviation.tensor) = (Tensor(means), Tensor(deviations))
  }

  /// Standardized numbers with 0 for gaps, then 1 for each number that is there and 0 for gaps: `[rows, 2 · columns]`. Numbers are kept
  /// within ±10¹⁵ deviations, where 32 bits still hold their squares.
  private func input(_ x: Matrix) -> Tensor {
    let (means, deviations, width) = (mean.tensor.elements, deviation.tensor.elements, x.columns)
    return Tensor(shape: [x.rows, 2 * width]) { input in
      x.withUnsafeElements { elements in
        for row in 0..<x.rows {
          for column in 0..<width {
            let value = elements[row * width + column]
            let scaled = (value - Double(means[column])) / Double(deviations[column])
            input[row * 2 * width + column] = value.isNaN ? 0 : Float(max(-1e15, min(1e15, scaled)))
            input[row * 2 * width + width + column] = value.isNaN ? 0 : 1
          }
        }
      }
    }
  }

  /// ln of the importance weights, `[rows · k]`, and the decoder's means, `[rows · k, columns]`.
  private func weights<Value: TensorAlgebra>(
    _ input: Value, _ noise: Tensor
  ) -> (logWeights: Value, means: Value) {
    let (rows, k, columns) = (input.shape[0], noise.shape[1], configuration.columns)
    let latent = configuration.latent
    let q = DiagonalNormal(encoder(input))
    let z =
      (q.mean.reshaped([rows, 1, latent])
      + q.logDeviation.exp().reshaped([rows, 1, latent]) * input.constant(noise))
      .reshaped([rows * k, latent])
    let numbers = decoder(z)
    let means = numbers.sliced(axis: 1, 0..<columns)
    let bound = Self.logDeviationBound
    let logDeviation = (numbers.sliced(axis: 1, columns..<2 * columns) / bound).tanh() * bound
    let repeated = DiagonalNormal.repeated(input, k)
    let (x, there) = (repeated.sliced(axis: 1, 0..<columns), repeated.sliced(axis: 1, columns..<2 * columns))
    let standard = (x - means) * (-logDeviation).exp()
    let cells = standard.squared() * -0.5 - logDeviation - Float(StandardNormalDensity.halfLogTwoPi)
    let logWeights =
      (cells * there).sum(axes: [1]) + z.standardNormalLogDensity() - q.repeated(k).logDensity(z)
    return (logWeights, means)
  }

  private func loss(_ input: Tensor, _ scope: TrainingScope) -> Variable {
    let (rows, k) = (input.shape[0], configuration.samples)
    var fixed = RandomGenerator(seed: 0).split("validation")
    let shape: Shape = [rows, k, configuration.latent]
    let noise = scope.context.isTraining ? scope.context.withRandom { $0.normal(shape) } : fixed.normal(shape)
    let found = weights(scope.constant(input), noise).logWeights.reshaped([rows, k])
    return -(found.logSumExp() - logf(Float(k))).mean()
  }

  /// Calls `body` for each row with the logarithms of its weights and, some at a time, the decoder's means of its samples.
  private func forEachRow(
    _ x: Matrix, samples: Int, seed: UInt64,
    _ body: (_ row: Int, _ logWeights: [Double], _ means: (Int, Int) -> Double) -> Void
  ) {
    var random = RandomGenerator(seed: seed).split("importance samples")
    let noise = random.normal([1, samples, configuration.latent])
    let input = input(x)
    let columns = configuration.columns
    for rows in Tensor.pieces(of: x.rows, size: max(1, (1 << 20) / (samples * (2 * columns + 64)))) {
      let found = weights(input.sliced(axis: 0, rows), noise)
      found.logWeights.withUnsafeElements { weights in
        found.means.withUnsafeElements { means in
          for row in rows {
            let start = (row - rows.lowerBound) * samples
            let own = (0..<samples).map { number in
              let value = weights[start + number]
              return value.isNaN ? -Double.infinity : Double(value)
            }
            body(row, own) { sample, column in Double(means[(start + sample) * columns + column]) }
          }
        }
      }
    }
  }

  /// L_k of what each row has, in nats, with densities in the columns' own units.
  public func logDensityBound(checked x: Matrix, samples: Int, seed: UInt64) throws -> [Double] {
    var bounds = [Double](repeating: 0, count: x.rows)
    let logScales = deviation.tensor.elements.map { log(Double($0)) }
    forEachRow(x, samples: samples, seed: seed) { row, logWeights, _ in
      let bound = ImportanceEstimate(logWeights: logWeights).logDensity
      let scale = (0..<x.columns).reduce(0.0) { $0 + (x[row, $1].isNaN ? 0 : logScales[$1]) }
      bounds[row] = max(bound - scale, -Double(Float.greatestFiniteMagnitude))
    }
    return bounds
  }

  /// −L_k of each row, with the samples and the seed of the architecture.
  public func score(checked x: Matrix) throws -> [Double] {
    try logDensityBound(
      checked: x, samples: configuration.scoring.samples, seed: configuration.scoring.seed
    ).map { -$0 }
  }

  /// The table with each gap filled by its expectation given what the row has, from `samples` importance-weighted draws.
  /// - Throws: `ExampleError`.
  public func filled(_ x: Matrix, samples: Int = 1000, seed: UInt64 = 0) throws -> Matrix {
    precondition(samples >= 1, "An expectation is over at least one draw, and \(samples) were asked for.")
    try check(x)
    var filled = x
    let (center, scale) = (mean.tensor.elements, deviation.tensor.elements)
    forEachRow(x, samples: samples, seed: seed) { row, logWeights, means in
      let gaps = (0..<x.columns).filter { x[row, $0].isNaN }
      guard !gaps.isEmpty else { return }
      let largest = logWeights.max()!
      let weights = logWeights.map { largest.isFinite ? exp($0 - largest) : 1 }
      let sum = weights.reduce(0, +)
      for column in gaps {
        let expected = weights.indices.reduce(0.0) { $0 + weights[$1] * means($1, column) } / sum
        filled[row, column] = Double(center[column]) + Double(scale[column]) * expected
      }
    }
    return filled
  }

  /// Rows without gaps.
  public func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    let columns = configuration.columns
    let numbers = decoder(random.normal([count, configuration.latent]))
    let logDeviation =
      (numbers.sliced(axis: 1, columns..<2 * columns) / Self.logDeviationBound).tanh()
      * Self.logDeviationBound
    let standard =
      numbers.sliced(axis: 1, 0..<columns) + random.normal([count, columns]) * logDeviation.exp()
    return Matrix(standard * deviation.tensor + mean.tensor)
  }
}
