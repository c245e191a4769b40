import GenModels

/// Directed sparsification (Y. Sun and Y. Li, 2022): the energy of logits that are made of the weights which contribute most to them
/// on training examples:
///
///     score(x) = −ln Σₖ exp zₖ,   z = (M ⊙ W)ᵀ f(x) + b,   Mⱼₖ = 1 where f̄ⱼ Wⱼₖ is above the `sparsity` quantile, else 0,
///
/// f̄ the mean of the training features. sparsity = 0.9, as the paper found for CIFAR. Cost: one pass through the classifier.
public struct DICE: FeatureScorer {
  public static let kind = "dice"
  public static let summary = "energy of the weights that contribute most (Sun, Li 2022)"
  public static let defaultSettings = Settings()
  public static let fitting = PostHocFitting.examples

  public struct Settings: Codable, Hashable, Sendable {
    /// The share of weights that are left out, at least 0 and below 1.
    public var sparsity: Double

    public init(sparsity: Double = 0.9) { self.sparsity = sparsity }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  /// The last layer with the weights that are left.
  public let sparseHead: LinearHead

  /// - Throws: `ExampleError` for examples of another shape; `ClassifierScoreError` for a classifier without a linear last layer, a
  ///   sparsity out of range, and no examples.
  public init(_ classifier: some Classifier, fitting x: Tensor, sparsity: Double = 0.9) throws {
    try requireShare(sparsity, "sparsity")
    self.classifier = AnyClassifier(classifier)
    configuration = Settings(sparsity: sparsity)
    let head = try self.classifier.requiredHead(for: Self.kind)
    let means = try self.classifier.trainingFeatures(x).mean(axes: [0])
    let contributions = means.reshaped([head.featureCount, 1]) * head.weight
    let limit = contributions.quantile(sparsity)
    let kept = Tensor(shape: head.weight.shape) { destination in
      contributions.withUnsafeElements { contributions in
        head.weight.withUnsafeElements { weights in
          for j in weights.indices { destination[j] = Double(contributions[j]) > limit ? weights[j] : 0 }
        }
      }
    }
    sparseHead = LinearHead(weight: kept, bias: head.bias)
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: Settings, examples: Tensor?, labels: Indexes?
  ) throws -> DICE { try DICE(classifier, fitting: required(examples), sparsity: settings.sparsity) }

  public var featureCount: Int { sparseHead.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    EnergyScore.energies(of: try sparseHead.logits(features).withoutOverflow())
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["weight"] = .float32(sparseHead.weight)
    archive["bias"] = .float32(sparseHead.bias)
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    configuration = try archive.configuration(as: Settings.self)
    let classifier = try archive.part("classifier", as: AnyClassifier.self)
    self.classifier = classifier
    let head = try archive.makingSense { try classifier.requiredHead(for: Self.kind) }
    sparseHead = LinearHead(
      weight: try archive.finiteTensor("weight", shape: head.weight.shape),
      bias: try archive.finiteTensor("bias", shape: head.bias.shape))
  }
}
