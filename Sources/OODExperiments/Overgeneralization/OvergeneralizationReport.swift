import GenModels
import OODMetrics

/// What an overgeneralization experiment found; in `overgeneralization.json`.
public struct OvergeneralizationReport: Codable, Sendable {
  public var settings: OvergeneralizationSettings
  public var trainingSet: String
  public var testSet: String
  public var classifiers: [Classifier]
  /// Norms that a reconstruction must beat: of the test images themselves (all black), and of their distance from the mean image.
  public var blackDistance, meanImageDistance: Double
  public var fooling: [Fooling]
  /// The median distance of test images from their nearest training image, beside which those of fooling images stand.
  public var nearestDistanceOfTest: Double
  public var radiusAttacks: [RadiusAttack]
  public var scores: [Score]
  public var openSet: [OpenSetPoint]
  public var oneClass: [OneClass]
  /// AUROC of scenes of test images against scenes of control images, among clutter.
  public var clutter: [Score]
  public var rings: [RingMap]
  public var pictures: [FoolingPictures]

  /// A classifier and its accuracy.
  public struct Classifier: Codable, Sendable {
    public var name: String
    public var about: String
    public var parameterCount: Int
    /// Correct and not refused, at τ = 0 and at each threshold: of the test images.
    public var accuracies: [Proportion]
    /// Of the confidence; nil for classifiers without one.
    public var confidence: ConfidenceSettings?
    /// The collapse gate: quantiles of ‖r(x) − x‖₂ at 1, 50 and 99% of the test images; nil for classifiers without a decoder.
    public var residuals: [Double]?
    /// The share of test and control images with γ > 0, where Γ would act, and how many were asked.
    public var curvedUpwards: Proportion?

    /// Whether the median of the residuals is well below what a black and what a mean image miss by: at most 2/3 of the smaller one. Nil for
    /// classifiers without a decoder.
    public func isAlive(black: Double, mean: Double) -> Bool? {
      residuals.map { $0[1] <= min(black, mean) * 2 / 3 }
    }
  }

  /// A number of successes in trials, with Wilson's 95% interval.
  public struct Proportion: Codable, Sendable, Hashable {
    public var successes, trials: Int
    public var share, low, high: Double

    init(_ successes: Int, of trials: Int) throws {
      let proportion = OODMetrics.Proportion(successes: successes, trials: trials)
      let interval = try proportion.wilsonInterval()
      self.successes = successes
      self.trials = trials
      share = proportion.share
      (low, high) = (interval.lowerBound, interval.upperBound)
    }
  }

  /// An attack on a classifier at one threshold.
  public struct Fooling: Codable, Sendable {
    public var classifier, attack: String
    public var threshold: Double
    public var fooled: Proportion
    public var meanSteps: Double?
    /// Fooling images that no judge takes for the wanted class, of all trials.
    public var unrecognizable: Proportion
    /// The median distance of fooling images from the nearest training image.
    public var nearestDistance: Double?
  }

  /// An attack within a radius of test images, at the first threshold.
  public struct RadiusAttack: Codable, Sendable {
    public var classifier, attack: String
    public var radius: Double
    public var right, wrong, refused: Proportion
  }

  /// AUROC of one score for each control set; none for a score that could not be fitted, which `about` then says.
  public struct Score: Codable, Sendable {
    public var name, about: String
    public var comparisons: [Comparison]
  }

  public struct Comparison: Codable, Sendable {
    public var set: String
    public var auroc, low, high: Double
  }

  /// One method after a training on some of the classes: means over random subsets.
  public struct OpenSetPoint: Codable, Sendable {
    public var method: String
    public var classes: Int
    /// The share of test images, of known and unknown classes, that get the right class or are rightly refused: mean, least and largest
    /// over the subsets.
    public var accuracy, leastAccuracy, largestAccuracy: Double
    /// Of the method's score, unknown classes against known ones; nil where all classes are known.
    public var auroc: Double?
    public var subsets: Int
  }

  /// One method that has seen a single class.
  public struct OneClass: Codable, Sendable {
    public var method: String
    /// AUROC, the others against the class, by class.
    public var aurocs: [Double]
    public var mean: Double
  }

  /// A map over the plane of the rings.
  public struct RingMap: Codable, Sendable {
    public var title: String
    public var side: Int
    public var strip: ImageStrip
  }

  /// Images that fooled a classifier.
  public struct FoolingPictures: Codable, Sendable {
    public var title: String
    public var width, height: Int
    public var strip: ImageStrip
  }
}
