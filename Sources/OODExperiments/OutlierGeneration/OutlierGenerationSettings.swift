/// What `OutlierGenerationExperiment` trains and how.
public struct OutlierGenerationSettings: Sendable, Hashable, Codable {
  /// Images to train on.
  public var trainingCount = 20_000
  /// Images of each test set; of as many inliers as outliers, so that the prevalence in AP is 1/2.
  public var testCount = 2_000
  /// Outliers that a generator makes for a training.
  public var outlierCount = 10_000
  /// Couplings at each scale of the flow, over the checkerboard and over channels each.
  public var couplings = 4
  public var hiddenChannels = 32
  public var flowEpochs = 5
  /// k of the deep archetypes, and how many numbers of the latents they explain.
  public var archetypes = 10
  public var archetypeFeatures = 64
  /// Maps of the classifiers' first convolution.
  public var maps = 32
  public var classifierEpochs = 3
  /// Weight of the outliers' term in a classifier's loss.
  public var beta: Float = 1
  /// p of the radii, the extrapolated coefficients and, one after the other, of the discriminators.
  public var factor = 2.5
  public var discriminatorFactors = [1.5, 2, 2.5, 3]
  /// Trainings of each classifier from different seeds.
  public var repetitions = 5
  public var batchSize = 64
  public var seed: UInt64 = 0

  public init() {}

  /// Sizes for a look in minutes, on drawn data.
  public static var quick: OutlierGenerationSettings {
    var settings = OutlierGenerationSettings()
    settings.trainingCount = 800
    settings.testCount = 200
    settings.outlierCount = 400
    settings.couplings = 2
    settings.hiddenChannels = 8
    settings.flowEpochs = 3
    settings.archetypes = 5
    settings.archetypeFeatures = 16
    settings.maps = 8
    settings.classifierEpochs = 4
    settings.discriminatorFactors = [1.5, 2.5]
    settings.repetitions = 2
    return settings
  }

  /// The sentence that says what is wrong, nil when nothing is.
  public var problem: String? {
    let counts = [
      trainingCount, testCount, outlierCount, couplings, hiddenChannels, flowEpochs, archetypeFeatures, maps,
      classifierEpochs, batchSize,
    ]
    if let count = counts.first(where: { !(1...1 << 30).contains($0) }) {
      return "counts, sizes and epochs are between 1 and \(1 << 30), not \(count)"
    }
    if testCount < 2 { return "there must be at least 2 test images, and \(testCount) were asked for" }
    if archetypes < 2 { return "there are at least 2 archetypes, not \(archetypes)" }
    if !(2...100).contains(repetitions) {
      return "an interval needs between 2 and 100 repetitions, not \(repetitions)"
    }
    if !(beta >= 0 && beta.isFinite) { return "the weight of outliers is at least 0, not \(beta)" }
    if let factor = ([factor] + discriminatorFactors).first(where: { !($0 > 0 && $0.isFinite) }) {
      return "radii are multiplied by numbers above 0, not \(factor)"
    }
    return nil
  }
}
