/// What a sweep notes of one model: `NAME.json`, and a line of `models.jsonl`.
///
/// Arrays by control set have the order of `controls`. All but `trainSeconds` and `evaluateSeconds` follow from the
/// configuration, the data and the classifiers, to the bit.
public struct SweepRecord: Codable, Hashable, Sendable {
  /// `configuration.name`, which the model's files are called after.
  public var name: String
  public var configuration: SweepPoint
  /// Numbers that the model learned.
  public var parameters: Int
  /// The mean squared error of the last epoch's training images; of an untrained model, that of the test images.
  public var loss: Double
  /// Epochs that were trained.
  public var epochsDone: Int

  /// θ of the rates, in the units of Σ |M(x) − x|.
  public var theta: Double
  /// IRR: the share of test images with an error below θ.
  public var irr: SweepRate
  /// The names of the control sets.
  public var controls: [String]
  /// ORR of each control set.
  public var orr: [SweepRate]
  /// Δ = IRR − ORR of each control set.
  public var delta: [SweepEstimate]
  /// The probability that an image of the control set has a larger error than a test image.
  public var auroc: [Double]
  /// The θ with the largest Δ against each control set, and that Δ.
  public var bestTheta, bestDelta: [Double]
  /// The mean and the minimum of Δ over control sets.
  public var deltaMean, deltaMin: SweepEstimate
  /// The θ with the largest mean of Δ, and that mean.
  public var bestMeanTheta, bestMeanDelta: Double
  public var curves: SweepCurves

  /// Recall of each class of the test set at θ; empty when it has no labels.
  public var recall: [SweepRecall]
  /// exp E KL(p(y|x) ‖ p(y)) of generated images under the digit classifier.
  @ExplicitNull public var objectness: Double?
  /// Between generated and test images, in the digit classifier's features; squared.
  @ExplicitNull public var frechetDistance: Double?
  /// Of generated and test images, in the digit classifier's features; squared, and may be negative.
  @ExplicitNull public var meanDiscrepancy: Double?
  /// Classes that the digit classifier finds in no generated image.
  @ExplicitNull public var missingClasses: [Int]?
  /// By control set, the share of its reconstructed images whose reconstruction the symbol classifier takes for the
  /// domain; null without a classifier, or when no image is reconstructed.
  public var lookLikeDomain: [Double?]
  /// The mean log-likelihood of test images under a Parzen window on generated images, in nats.
  public var parzen: Double
  /// The share of generated images that differ from all others.
  public var uniqueShare: Double
  /// The share of generated images that are fixed points of the model.
  public var converged: SweepRate

  /// Time of training and of everything after it. A training that was interrupted counts from its last start.
  public var trainSeconds, evaluateSeconds: Double
  /// The file with the model's images (`ModelPanel`), and the file of the model, in the record's directory.
  public var panel, model: String

  enum CodingKeys: String, CodingKey {
    case name, configuration, parameters, loss, theta, irr, controls, orr, delta, auroc, curves, recall
    case objectness, parzen, converged, panel, model
    case epochsDone = "epochs_done"
    case bestTheta = "best_theta"
    case bestDelta = "best_delta"
    case deltaMean = "delta_mean"
    case deltaMin = "delta_min"
    case bestMeanTheta = "best_mean_theta"
    case bestMeanDelta = "best_mean_delta"
    case frechetDistance = "frechet_distance"
    case meanDiscrepancy = "mean_discrepancy"
    case missingClasses = "missing_classes"
    case lookLikeDomain = "look_like_domain"
    case uniqueShare = "unique_share"
    case trainSeconds = "train_seconds"
    case evaluateSeconds = "evaluate_seconds"
  }
}
