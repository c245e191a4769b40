/// How large the experiment on divergences is.
public struct DivergencesSettings: Codable, Sendable, Hashable {
  /// Images that flows learn from, and images of each test set.
  public var trainingCount = 10_000
  public var testCount = 2000
  /// Passes of a flow over the images, and over the points of the plane.
  public var epochs = 10
  public var toyEpochs = 150
  /// Points of the plane to learn from, and to measure on.
  public var toyCount = 2000
  /// The image flow: steps at each of two scales, and channels of its couplings' networks.
  public var steps = 4
  public var hiddenChannels = 32
  /// Channels of the first convolution of discriminators.
  public var discriminatorChannels = 16
  public var batchSize = 64
  public var seed: UInt64 = 0

  public init() {}

  /// A look in minutes.
  public static var quick: DivergencesSettings {
    var settings = DivergencesSettings()
    settings.trainingCount = 500
    settings.testCount = 300
    settings.epochs = 3
    settings.toyEpochs = 60
    settings.toyCount = 1000
    settings.steps = 2
    settings.hiddenChannels = 16
    settings.discriminatorChannels = 8
    return settings
  }

  /// Nil where the settings make sense, else why not.
  public var problem: String? {
    for (name, value, least, most) in [
      ("training images", trainingCount, 2, 1 << 24), ("test images", testCount, 2, 1 << 24),
      ("epochs", epochs, 1, 1 << 20), ("epochs in the plane", toyEpochs, 1, 1 << 20),
      ("points", toyCount, 100, 1 << 20), ("steps of flow", steps, 1, 64),
      ("hidden channels", hiddenChannels, 1, 4096),
      ("discriminator channels", discriminatorChannels, 1, 4096),
      ("images in a batch", batchSize, 1, 1 << 16),
    ] where !(least...most).contains(value) {
      return "there are between \(least) and \(most) \(name), not \(value)"
    }
    return nil
  }
}
