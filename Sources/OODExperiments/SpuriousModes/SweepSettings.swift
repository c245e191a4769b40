/// What all records of a sweep's directory agree in: `settings.json`.
public struct SweepSettings: Codable, Hashable, Sendable {
  /// A set of images.
  public struct ImageSet: Codable, Hashable, Sendable {
    public var name: String
    /// Images that are used.
    public var count: Int
    /// The sum of their pixels, so that other images under the same name are noticed.
    public var pixelSum: Double
    /// A digest of the images and labels, in their order; nil in files of earlier releases.
    public var digest: String?

    enum CodingKeys: String, CodingKey {
      case name, count, digest
      case pixelSum = "pixel_sum"
    }
  }

  /// A classifier that measures use.
  public struct Classifier: Codable, Hashable, Sendable {
    /// What it tells apart, or the file that it was taken from.
    public var name: String
    /// What it was trained on; null for one from a file.
    @ExplicitNull public var trainingSet: String?
    /// The share of held-out images that it gets wrong; null where there are none with labels.
    @ExplicitNull public var testError: Double?
    /// Images that the test error was measured on.
    public var testCount: Int
    /// null for one from a file.
    @ExplicitNull public var seed: UInt64?
    /// A checksum of its numbers, so that another one under the same name is noticed.
    public var checksum: String

    enum CodingKeys: String, CodingKey {
      case name, seed, checksum
      case trainingSet = "training_set"
      case testError = "test_error"
      case testCount = "test_count"
    }
  }

  /// The format of the directory's files.
  public var version = 1
  public var training, test: ImageSet
  /// The part of each control set that models are measured on, in order.
  public var controls: [ImageSet]
  /// θ of the rates.
  public var theta: Double
  /// Tells the classes of the domain apart.
  @ExplicitNull public var digitClassifier: Classifier?
  /// Tells the domain (class 0) from control symbols (class 1).
  @ExplicitNull public var symbolClassifier: Classifier?
  public var curves: SweepCurves.Grid
  public var recipe: SweepPoint.Recipe
  /// The rest of how models are measured.
  public var measurement: ModelMeasurement.Settings

  enum CodingKeys: String, CodingKey {
    case version, training, test, controls, theta, curves, recipe, measurement
    case digitClassifier = "digit_classifier"
    case symbolClassifier = "symbol_classifier"
  }
}
