import GenModels
import OODDatasets

/// A first look at spurious and missing modes, on embedded data, in a minute or so: a winner-take-all autoencoder learns
/// drawn digits, and is asked which digits and which symbols it can reconstruct (B. Kégl, M. Cherti and A. Kazakçı, 2018).
public struct Demonstration: Sendable {
  public var seed: UInt64
  /// Digits to train on, and digits and symbols to ask about.
  public var trainingCount, testCount: Int
  public var epochs: Int

  public init(seed: UInt64 = 0, trainingCount: Int = 6_000, testCount: Int = 1_000, epochs: Int = 4) {
    self.seed = seed
    self.trainingCount = trainingCount
    self.testCount = testCount
    self.epochs = epochs
  }

  /// What a model can reconstruct, at the threshold where it reconstructs 95% of held-out digits.
  public struct Rates: Sendable, Hashable {
    /// θ: the L1 error below which an image counts as reconstructed.
    public let threshold: Float
    /// In-class reconstruction rate: the share of test digits.
    public let inClass: Double
    /// Out-of-class reconstruction rate: the share of symbols.
    public let outOfClass: Double
    /// IRR − ORR.
    public var difference: Double { inClass - outOfClass }
  }

  public struct Result: Sendable {
    public let model: Sequential
    public let trained: Rates
    /// The same network before training: what the architecture does by itself.
    public let untrained: Rates
    /// Rows of ten: digits, their reconstructions, symbols, their reconstructions, and images generated from noise.
    public let page: Bitmap
  }

  /// Trains and measures. `progress` is called after each training step.
  public func run(progress: (TrainingProgress) -> Void = { _ in }) throws -> Result {
    let digits = SyntheticGlyphs.digits.examples(0..<trainingCount, of: .train, seed: seed).images
    let held = SyntheticGlyphs.digits.examples(
      trainingCount..<trainingCount + testCount, of: .train, seed: seed
    ).images
    let test = SyntheticGlyphs.digits.examples(0..<testCount, of: .test, seed: seed).images
    let symbols = SyntheticGlyphs.symbols.examples(0..<testCount, of: .test, seed: seed).images

    let fresh = Sequential(
      [
        .convolution(channels: 32, kernel: 5), .convolution(channels: 32, kernel: 5),
        .winnerTakeAll(channelSparsity: 0.2),
        .convolution(channels: 32, kernel: 5, padding: .full),
        .convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full),
      ], inputShape: [28, 28, 1], seed: seed)
    let trainer = Trainer(optimizer: Adam(learningRate: 2e-3), epochs: epochs, batchSize: 64, seed: seed)
    let model = try trainer.train(
      fresh, on: TrainingSet(digits),
      loss: { model, batch, scope in
        let x = scope.constant(batch.inputs)
        return (model(x, scope.context) - x).squared().mean()
      }, progress: progress
    ).model

    func rates(_ model: Sequential) -> Rates {
      let errors = model.reconstructionError(held).elements.sorted()
      let threshold = errors[min(errors.count - 1, errors.count * 95 / 100)]
      func share(_ x: Tensor) -> Double {
        Double(model.canReconstruct(x, threshold: threshold).count { $0 }) / Double(testCount)
      }
      return Rates(threshold: threshold, inClass: share(test), outOfClass: share(symbols))
    }
    return Result(
      model: model, trained: rates(model), untrained: rates(fresh), page: page(model, test, symbols))
  }

  private func page(_ model: Sequential, _ digits: Tensor, _ symbols: Tensor) -> Bitmap {
    let (digits, symbols) = (digits.sliced(axis: 0, 0..<10), symbols.sliced(axis: 0, 0..<10))
    var random = RandomGenerator(seed: seed).split("demonstration")
    var generated = random.uniform([10, 28, 28, 1])
    for _ in 0..<30 { generated = model.reconstruct(generated) }
    let rows = [digits, model.reconstruct(digits), symbols, model.reconstruct(symbols), generated]
    return ContactSheet(columns: 10, scale: 3).page(of: .concatenate(rows, axis: 0))
  }
}
