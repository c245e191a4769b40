import OODMetrics

/// What `OvergeneralizationExperiment` trains, attacks and measures, and how.
public struct OvergeneralizationSettings: Sendable, Hashable, Codable {
  /// What decides a trained model, beside its images.
  public struct Training: Sendable, Hashable, Codable {
    public var epochs = 7
    public var batchSize = 64
    public var learningRate = 1e-3
    /// Maps of the first convolution, and units of the last hidden layer.
    public var maps = 32
    public var hidden = 400
    /// ω of the overcomplete classifier. The paper does not say which it used.
    public var overcompleteness = 10
    /// σ and λ of the denoising classifiers.
    public var noise = 0.3
    public var reconstructionWeight = 0.01
    public var seed: UInt64 = 0

    public init() {}
  }

  public var training = Training()
  /// Images to train on; images of the training set held out for calibration; images of the test set and of each control set.
  public var trainingCount = 58_000
  public var heldOutCount = 2_000
  public var testCount = 10_000
  public var controlCount = 2_000

  /// The norm of the confidence.
  public var norm: ConfidenceSettings.Norm = .squaredL2
  /// α is the largest that leaves this share of held-out images their right label at `calibrationThreshold`; one α for all columns. Where the
  /// classifier alone has less, α leaves 95% of what it has.
  public var calibrationAccuracy = 0.88
  public var calibrationThreshold = 0.99

  /// τ of the tables.
  public var thresholds = [0.9, 0.99]
  /// Fooling trials for each class.
  public var trialsPerClass = 20
  public var stepLimit = 1000
  /// The learning rate of the generator under plain gradient descent, and under Adam with `starts` starts.
  public var descentRate = 0.01
  public var adamRate = 1e-4
  public var starts = 3
  /// Test images that are attacked within a radius, and the radii, of the maximum norm.
  public var attackedCount = 500
  public var radii = [0.1, 0.3]

  /// Training images that fitted scores of a classifier see.
  public var fittingCount = 5_000
  /// Numbers of training classes of the open-set curves, random subsets for each, images and epochs of their trainings, and τ.
  public var openSetClasses = [1, 2, 3, 5, 7, 9, 10]
  public var subsets = 3
  public var openSetTrainingCount = 12_000
  public var openSetEpochs = 3
  public var openSetThreshold = 0.99
  /// Classes of 1-class recognition; the largest number of images and the epochs of each training.
  public var oneClassCount = 10
  public var oneClassTrainingCount = 6_000
  public var oneClassEpochs = 10
  /// Scenes to train attention and autoencoders on (0 to leave clutter out), pixels on a side, the most objects in one, and epochs.
  public var clutterCount = 10_000
  public var clutterSize = 40
  public var clutterObjects = 1
  public var clutterEpochs = 6
  /// Points on a side of the maps of the rings, and the epochs of their training.
  public var ringSide = 80
  public var ringEpochs = 150

  public init() {}

  /// Small enough for drawn digits and two minutes.
  public static var quick: OvergeneralizationSettings {
    var settings = OvergeneralizationSettings()
    settings.training.epochs = 12
    settings.training.maps = 8
    settings.training.hidden = 100
    settings.training.overcompleteness = 5
    settings.trainingCount = 5_000
    settings.heldOutCount = 500
    settings.testCount = 500
    settings.controlCount = 300
    settings.trialsPerClass = 2
    settings.stepLimit = 200
    settings.starts = 1
    settings.attackedCount = 50
    settings.fittingCount = 1_000
    settings.openSetClasses = [1, 3, 5, 8, 10]
    settings.subsets = 1
    settings.openSetTrainingCount = 1_500
    settings.openSetEpochs = 8
    settings.openSetThreshold = 0.9
    settings.oneClassCount = 4
    settings.oneClassTrainingCount = 250
    settings.oneClassEpochs = 15
    settings.clutterCount = 1_200
    settings.clutterEpochs = 8
    settings.ringSide = 48
    settings.ringEpochs = 60
    return settings
  }

  /// The sentence that says what is wrong, nil when nothing is.
  public var problem: String? {
    let counts = [
      training.epochs, training.batchSize, training.maps, training.hidden, training.overcompleteness,
      trainingCount, heldOutCount, testCount, controlCount, trialsPerClass, stepLimit, starts, attackedCount,
      fittingCount,
      subsets, openSetTrainingCount, openSetEpochs, oneClassTrainingCount, oneClassEpochs, ringEpochs,
    ]
    if let count = counts.first(where: { $0 < 1 || $0 > 1 << 30 }) {
      return "every count is between 1 and \(1 << 30), not \(count)"
    }
    if training.overcompleteness > 1024 { return "ω is at most 1024, not \(training.overcompleteness)" }
    if testCount < 2 || controlCount < 2 { return "a set to score has at least 2 images" }
    if clutterCount < 0 || !(1...8).contains(clutterObjects) || clutterEpochs < 1
      || !(16...1024).contains(clutterSize)
      || clutterSize % 4 != 0
    {
      return "there are 0 or more scenes, of 1 to 8 objects, 16 to 1024 pixels and a multiple of 4 on a side"
    }
    if oneClassCount < 0 || !(8...512).contains(ringSide) {
      return "there are 0 or more classes of 1-class recognition and 8 to 512 points on a side of a map"
    }
    let rates = [training.learningRate, descentRate, adamRate]
    if let rate = rates.first(where: { !($0 > 0 && $0.isFinite) }) { return "rates are above 0, not \(rate)" }
    if !(training.noise >= 0 && training.noise.isFinite) || !(training.reconstructionWeight >= 0)
      || !training.reconstructionWeight.isFinite
    {
      return "noise and the reconstruction's weight are 0 or more"
    }
    let shares = thresholds + [calibrationAccuracy, calibrationThreshold, openSetThreshold]
    if thresholds.isEmpty || shares.contains(where: { !($0 > 0 && $0 < 1) }) {
      return
        "thresholds and the accuracy to keep lie between 0 and 1, and there is a threshold, not \(shares)"
    }
    if radii.contains(where: { !($0 > 0 && $0 <= 1) }) { return "radii lie between 0 and 1, not \(radii)" }
    if openSetClasses.contains(where: { $0 < 1 }) {
      return "an open-set training has at least one class, not \(openSetClasses)"
    }
    return nil
  }
}
