import GenModels
import OODDetectors
import OODMetrics

/// A way to recognize known classes and refuse unknown ones, as the open-set curves compare them.
struct OpenSetMethod {
  /// What a trained method says of examples: the class or none, and how unknown each is.
  typealias Answer = (_ x: Tensor) throws -> (labels: [Int?], scores: [Double])

  let name: String
  /// The least number of classes that it can be fitted to.
  var leastClasses = 1
  /// What it answers with after it has seen a training.
  let answer: (OpenSetTraining) throws -> Answer

  /// All methods. Those that are fitted to tables are fitted to the plain classifier's features.
  static func all(threshold: Double) -> [OpenSetMethod] {
    [
      claims("CNN, threshold", threshold) { $0.plain },
      claims("COOL, threshold", threshold) { $0.overcomplete },
      claims("dAE, threshold", threshold) { $0.scaled },
      OpenSetMethod(name: "OpenMax", leastClasses: 2) { training in
        let open = try OpenMax(training.plain, fitting: training.images, labels: training.labels)
        return { x in Self.answers(try open.decide(x)) }
      },
      features("nearest neighbours' confidence") {
        try NeighbourConfidence(
          fitting: $0, labels: $1, neighbours: min(10, $0.rows), leastConfidence: threshold)
      },
      features("one-class SVM a class") { try ClasswiseOneClassSVM(fitting: $0, labels: $1) },
      features("1-vs-set machine", leastClasses: 2) { try OneVersusSetMachine(fitting: $0, labels: $1) },
      features("Weibull SVM", leastClasses: 2) { try WeibullSVM(fitting: $0, labels: $1) },
    ]
  }

  private static func answers(_ decisions: [OpenSetDecision]) -> (labels: [Int?], scores: [Double]) {
    (decisions.map(\.label), decisions.map(\.score))
  }

  private static func features<Classifier: OpenSetClassifier>(
    _ name: String, leastClasses: Int = 1, _ fit: @escaping (Matrix, Indexes) throws -> Classifier
  ) -> OpenSetMethod where Classifier.Examples == Matrix {
    OpenSetMethod(name: name, leastClasses: leastClasses) { training in
      let rows = min(training.images.exampleCount, OpenSetTraining.mostRows)
      let table = Matrix(try training.plain.features(training.images.examples(0..<rows)))
      let fitted = try fit(table, Indexes(Array(training.labels.elements[..<rows])))
      return { x in answers(try fitted.decide(Matrix(try training.plain.features(x)))) }
    }
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
  /// Rows that methods of tables are fitted to: the cost of some grows with the square of their number.
  static let mostRows = 2000

  let images: Tensor
  let labels: Indexes
  let heldOut: Tensor
  let heldOutLabels: Indexes
  let plain: ImageClassifier
  let overcomplete: CompetitiveOvercompleteClassifier
  let scaled: ScaledClassifier<DenoisingClassifier>
}
