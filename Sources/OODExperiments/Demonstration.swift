import GenModels
import OODDatasets
import OODMetrics

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
  public struct Measures: Sendable {
    /// IRR, ORR and Δ at that θ, in the L1 norm, with their intervals.
    public let rates: ReconstructionRates
    /// The probability that a symbol has a larger error than a test digit.
    public let auroc: Double
  }

  public struct Result: Sendable {
    public let model: ConvolutionalAutoencoder
    public let trained: Measures
    /// The same network before training: what the architecture does by itself.
    public let untrained: Measures
    /// Images generated from noise, of which some are fixed points of the model.
    public let generated: FixedPoints
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

    let architecture = ConvolutionalAutoencoder.Architecture(
      layers: 2, maps: 32, bottleneckMaps: 32, bottleneck: .winnerTakeAll(channelSparsity: 0.2))
    var settings = AutoencoderTraining.fast
    settings.trainer.epochs = epochs
    settings.trainer.seed = seed
    let model = try ConvolutionalAutoencoder.train(
      architecture, on: digits, settings: settings, progress: progress
    ).model

    func measures(_ model: ConvolutionalAutoencoder) throws -> Measures {
      let scorer = ReconstructionScorer(model, exampleShape: model.imageShape)
      let errors = try scorer.score(held).sorted()
      let comparison = try ReconstructionComparison(
        inClass: scorer.score(test), controls: [.init("symbols", errors: scorer.score(symbols))])
      return Measures(
        rates: try comparison.rates(at: errors[min(errors.count - 1, errors.count * 95 / 100)]),
        auroc: try comparison.auroc(against: "symbols"))
    }
    let generated = try FixedPointGeneration().generate(
      count: 100, imageShape: model.imageShape, from: model, seed: seed)
    return Result(
      model: model, trained: try measures(model),
      untrained: try measures(ConvolutionalAutoencoder(architecture, seed: seed)), generated: generated,
      page: page(model, test, symbols, generated.images))
  }

  private func page(
    _ model: ConvolutionalAutoencoder, _ digits: Tensor, _ symbols: Tensor, _ generated: Tensor
  ) -> Bitmap {
    func ten(_ images: Tensor) -> Tensor { images.sliced(axis: 0, 0..<min(10, images.shape[0])) }
    let (digits, symbols) = (ten(digits), ten(symbols))
    let rows = [digits, model.reconstruct(digits), symbols, model.reconstruct(symbols), ten(generated)]
    return ContactSheet(columns: 10, scale: 3).page(of: .concatenate(rows, axis: 0))
  }
}
