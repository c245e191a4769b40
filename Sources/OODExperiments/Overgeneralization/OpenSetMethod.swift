import GenModels
import OODDetectors
import OODMetrics

/// A way to recognize known classes and refuse unknown ones, as the open-set curves compare them.
struct OpenSetMethod {
  /// What a trained method says of examples: the class or none, and how unknown each is.
  typealias Answer = (_ x: Tensor) throws -> (labels: [Int?], scores: [Double])

  let name: String
  /// What it answers with after it has seen a training.
  let answer: (OpenSetTraining) throws -> Answer

  /// All methods.
  static func all(threshold: Double) -> [OpenSetMethod] {
    [
      claims("CNN, threshold", threshold) { $0.plain },
      claims("COOL, threshold", threshold) { $0.overcomplete },
      claims("dAE, threshold", threshold) { $0.scaled },
    ]
  }

  private static func claims(
    _ name: String, _ threshold: Double, _ classifier: @escaping (OpenSetTraining) -> any ClaimingClassifier
  ) -> OpenSetMethod {
    OpenSetMethod(name: name) { training in
      let classifier = classifier(training)
      return { x in
        let scores = try classifier.logClaims(checking: x).maximum(axis: 1).elements.map { -Double($0) }
        return (try classifier.labels(x, claimingAtLeast: threshold), scores)
      }
    }
  }
}

/// What open-set methods start from: classifiers trained on some of the classes, numbered anew from 0, and their images.
struct OpenSetTraining {
  let images: Tensor
  let labels: Indexes
  let heldOut: Tensor
  let heldOutLabels: Indexes
  let plain: ImageClassifier
  let overcomplete: CompetitiveOvercompleteClassifier
  let scaled: ScaledClassifier<DenoisingClassifier>
}
