/// What an outlier generation experiment found: plain data, as it stands in the JSON file.
public struct OutlierGenerationReport: Codable, Sendable, Hashable {
  public var settings: OutlierGenerationSettings
  public var trainingSet: String
  /// The sets that classifiers are asked about, in the order of `Row.sets`.
  public var controls: [String]
  /// One for each method: classifiers of the classes.
  public var classifiers: [Row]
  /// One for each p: discriminators of inliers against draws at p times Gumbel's radius.
  public var discriminators: [Row]
  public var radii: Radii
  /// Mean distance of two classes' latents' middles, [classes, classes]; on the diagonal the mean distance of a class's own latents from
  /// its middle.
  public var classDistances: [[Double]]
  public var classNames: [String]
  public var archetypes: Archetypes

  /// A classifier over its repetitions.
  public struct Row: Codable, Sendable, Hashable {
    public var name: String
    public var about: String
    /// The share of test images whose class is right.
    public var accuracy: RepeatedMean
    public var sets: [Comparison]
  }

  /// How a control set is told from test images by 1 − max p, or by p(outlier) of a discriminator.
  public struct Comparison: Codable, Sendable, Hashable {
    public var auroc, averagePrecision: RepeatedMean
    /// AUROC less that of the first row from the same seed; nil in the first row.
    public var gain: RepeatedMean?
  }

  /// Radii ‖f(x)‖ of the sets against the χ distribution.
  public struct Radii: Codable, Sendable, Hashable {
    public var dimensions: Int
    /// Of the law.
    public var mean, standardDeviation: Double
    /// "test" and the control sets: mean and standard deviation of their radii.
    public var sets: [SetRadii]
    public var histogram: ScoreHistogram
  }

  public struct SetRadii: Codable, Sendable, Hashable {
    public var name: String
    public var mean, standardDeviation: Double
  }

  /// The deep archetypal analysis.
  public struct Archetypes: Codable, Sendable, Hashable {
    public var count, features: Int
    /// Mean squared error of the test images' t, whose numbers have variance 1 in the base, by way of A z_fixed, and with the nullspace's
    /// part kept.
    public var reconstructionError, reconstructionErrorWithNullspace: Double
    /// The same of a fresh model with nothing trained.
    public var untrainedError: Double
    /// The largest |M_A (I − M_A⁺ M_A) w| over drawn w.
    public var nullspaceLeak: Double
    /// Classical analyses of the flow's latents with 3 archetypes and more.
    public var byCount: [ByCount]
    /// The number of archetypes after which more of them help little.
    public var elbow: Int
  }

  /// A classical archetypal analysis of latents.
  public struct ByCount: Codable, Sendable, Hashable {
    public var count: Int
    /// The share of the latents' variance that is left.
    public var residualShare: Double
  }
}
