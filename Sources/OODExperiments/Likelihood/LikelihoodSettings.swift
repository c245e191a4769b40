/// What `LikelihoodExperiment` trains and how.
public struct LikelihoodSettings: Sendable, Hashable, Codable {
  /// Which density is learned.
  public var family: LikelihoodFamily = .realNVP
  /// Images to train on, and held-out images of the training set for ε of the typicality test.
  public var trainingCount = 20_000
  public var validationCount = 1_000
  /// Images of each test set.
  public var testCount = 1_000
  public var seed: UInt64 = 0

  /// Couplings at each scale (for Real NVP twice as many: over a checkerboard and over channels), steps of Glow, layers of a PixelCNN,
  /// twice the layers of PixelCNN++ at each resolution.
  public var steps = 4
  /// Channels of couplings' networks and of PixelCNNs; MADE has 16 hidden units for each, autoencoders 8, and a latent number.
  public var hiddenChannels = 32
  public var epochs = 3
  public var batchSize = 64
  public var learningRate = 1e-3
  /// Components of the Gaussian mixture, where that is the family.
  public var components = 1

  /// Models of WAIC's ensemble, the main one among them; 0 leaves WAIC out.
  public var ensembleCount = 3
  /// μ of the background model's mutations, and its weight decay (Ren et al., 2019); 0 leaves the ratio out.
  public var mutationRate: Float = 0.2
  public var backgroundWeightDecay = 0.0
  /// Training images beside each example in the batch-norm score's batches; 0 leaves the score out.
  public var companionCount = 15
  /// Draws of the noise between grey levels that a flow's densities are averaged over; 0 to ask at the levels themselves.
  public var noiseDraws = 1
  /// Importance samples of models that know a bound on ln p.
  public var importanceSamples = 20
  /// Batch sizes of the typicality test.
  public var batchSizes = [2, 10, 25]

  public init() {}

  /// The sentence that says what is wrong, nil when nothing is.
  public var problem: String? {
    if trainingCount < 2 {
      return "there must be at least 2 training images, and \(trainingCount) were asked for"
    }
    if validationCount < 1 || testCount < 2 {
      return
        "there must be a validation image and at least 2 test images, and \(validationCount) and \(testCount) "
        + "were asked for"
    }
    let counts = [
      trainingCount, validationCount, testCount, steps, hiddenChannels, epochs, batchSize, components,
      ensembleCount,
      companionCount, noiseDraws, importanceSamples,
    ]
    if counts.contains(where: { $0 > 1 << 30 }) { return "all counts are at most \(1 << 30)" }
    if steps < 1 || hiddenChannels < 1 || epochs < 1 || batchSize < 1 || components < 1 {
      return "steps, hidden channels, epochs, the batch size and components are at least 1"
    }
    if !(learningRate > 0 && learningRate.isFinite) {
      return "the learning rate is above 0, not \(learningRate)"
    }
    if ensembleCount < 0 || ensembleCount == 1 {
      return "an ensemble has at least 2 models (0 leaves it out), not \(ensembleCount)"
    }
    if !(mutationRate >= 0 && mutationRate <= 1) {
      return "the mutation rate is from 0 to 1, not \(mutationRate)"
    }
    if importanceSamples < 1 {
      return "a bound takes at least 1 importance sample, not \(importanceSamples)"
    }
    if companionCount < 0 || noiseDraws < 0 || !(backgroundWeightDecay >= 0) {
      return "counts and weight decay are at least 0"
    }
    if batchSizes.contains(where: { $0 < 1 || $0 > testCount }) {
      return "batch sizes are from 1 to the number of test images, \(testCount), not \(batchSizes)"
    }
    return nil
  }
}
