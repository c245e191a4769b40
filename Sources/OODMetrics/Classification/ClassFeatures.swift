import GenModels
import OODDetectors

/// Features of labelled training examples, and their means by class.
struct ClassFeatures {
  let features: Matrix
  let labels: [Int]
  /// μ of each class, a row each.
  let means: Matrix

  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `ClassifierScoreError.tooFewOfClass`
  ///   for a class without examples.
  init(_ classifier: AnyClassifier, _ x: Tensor, _ labels: Indexes) throws {
    try labels.requireLabels(classes: classifier.classCount, examples: x.exampleCount)
    try self.init(
      Matrix(classifier.trainingFeatures(x)), labels.elements, classes: classifier.classCount,
      of: "training examples")
  }

  /// - Throws: `ClassifierScoreError.tooFewOfClass` for a class without examples, which `sort` names.
  init(_ features: Matrix, _ labels: [Int], classes: Int, of sort: String) throws(ClassifierScoreError) {
    self.features = features
    self.labels = labels
    let d = features.columns
    var counts = [Int](repeating: 0, count: classes)
    var sums = [Double](repeating: 0, count: classes * d)
    features.withUnsafeElements { elements in
      for (i, label) in labels.enumerated() {
        counts[label] += 1
        for k in 0..<d { sums[label * d + k] += elements[i * d + k] }
      }
    }
    if let empty = counts.firstIndex(of: 0) {
      throw .tooFewOfClass(empty, found: 0, needed: 1, examples: sort)
    }
    means = Matrix(
      rows: classes, columns: d, elements: sums.indices.map { sums[$0] / Double(counts[$0 / d]) })
  }

  /// The features less their class's mean.
  var centred: Matrix {
    let d = features.columns
    return Matrix(rows: features.rows, columns: d) { destination in
      features.withUnsafeElements { elements in
        means.withUnsafeElements { means in
          for (i, label) in labels.enumerated() {
            for k in 0..<d { destination[i * d + k] = elements[i * d + k] - means[label * d + k] }
          }
        }
      }
    }
  }
}

/// Squared distances of features from classes' means, in units of a covariance that the classes share.
struct ClassDistances: Sendable {
  let means: Matrix
  let shared: Mahalanobis

  /// - Throws: What `Mahalanobis` throws, as for features that are all constant.
  init(fitting classes: ClassFeatures) throws {
    means = classes.means
    shared = try Mahalanobis(fitting: classes.centred)
  }

  init(means: Matrix, shared: Mahalanobis) {
    self.means = means
    self.shared = shared
  }

  /// minₖ (f − μₖ)ᵀ Σ⁻¹ (f − μₖ) of each row.
  func least(_ features: Matrix) throws -> [Double] {
    let d = features.columns
    var least = [Double](repeating: .greatestFiniteMagnitude, count: features.rows)
    for label in 0..<means.rows {
      let mean = means.row(label)
      let differences = features.mapRows(width: d) { rows, count, result in
        for i in 0..<count { for k in 0..<d { result[i * d + k] = rows[i * d + k] - mean[k] } }
      }
      for (i, distance) in try shared.score(differences).enumerated() { least[i] = min(least[i], distance) }
    }
    return least
  }

  func encode(to archive: inout ModelArchive) throws {
    archive["means"] = .float64(means.elements, shape: [means.rows, means.columns])
    try archive.setPart("shared", shared)
  }

  init(from archive: ModelArchive, classes: Int) throws {
    means = try archive.finiteMatrix("means")
    shared = try archive.part("shared", as: Mahalanobis.self)
    guard means.rows == classes, means.columns == shared.featureCount else {
      throw ModelFileError.malformed(
        reason:
          "\(means.rows) means of \(means.columns) features don't belong to \(classes) classes and a covariance of "
          + "\(shared.featureCount) features")
    }
  }
}
