import GenModels
import OODDetectors
import OODMetrics

/// The part of an overgeneralization experiment in which every method has seen a single class, and is asked to tell it from the others.
struct OneClassPart {
  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings

  /// Rows that methods are fitted to whose cost grows with the square of their number.
  private static let mostRows = 1000

  /// A method on one class.
  struct Result: Codable, Sendable {
    var method: String
    var auroc: Double
  }

  /// The classes that there are.
  var labels: Range<Int> { 0..<min(settings.oneClassCount, data.classCount) }

  /// Every method, having seen this class alone; none where the test images are all of it, or none is.
  func results(
    of label: Int, progress: (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> [Result] {
    try progress(.init(part: "one class, \(label)", done: 0, of: 1))
    let isOther = data.testLabels.elements.map { $0 != label }
    guard isOther.contains(true), isOther.contains(false) else { return [] }
    return try methods(label).map { name, score in
      Result(
        method: name, auroc: try ScoreRanking(try score(data.test), isOutOfDistribution: isOther).auroc)
    }
  }

  /// The table, given what `results` gives of each class.
  func rows(_ results: (Int) throws -> [Result]) rethrows -> [OvergeneralizationReport.OneClass] {
    var names: [String] = []
    var aurocs: [String: [Double]] = [:]
    for result in try labels.flatMap({ try results($0) }) {
      if aurocs[result.method] == nil { names.append(result.method) }
      aurocs[result.method, default: []].append(result.auroc)
    }
    return names.map { name in
      let own = aurocs[name]!
      return OvergeneralizationReport.OneClass(
        method: name, aurocs: own, mean: own.reduce(0, +) / Double(own.count))
    }
  }

  private func methods(_ label: Int) throws -> [(String, (Tensor) throws -> [Double])] {
    let all = data.labels.elements
    let places = Array(all.indices.filter { all[$0] == label }.prefix(settings.oneClassTrainingCount))
    let images = data.images.selecting(places)
    let training = settings.training
    let shape = Array(images.shape.dropFirst())
    let architecture = training.architecture(shape, 1, .symmetric)
    let denoising = try DenoisingClassifier.train(
      architecture, on: images, labels: Indexes(places.map { _ in 0 }),
      settings: training.denoising(
        training.trainer(role: "one class \(label)", epochs: settings.oneClassEpochs))
    ).model
    let untrained = try DenoisingClassifier.validating(architecture, seed: training.seed)
    let confidence = ConfidenceSettings(alpha: 1, norm: settings.norm)
    let trained = try ReconstructionConfidence(denoising, settings: confidence)
    let fresh = try ReconstructionConfidence(untrained, settings: confidence)
    let rows = Matrix(images.examples(0..<min(images.exampleCount, Self.mostRows)).flattened())
    let machine = try OneClassSVM(fitting: rows, nu: 0.1)
    let neighbours = try NearestNeighbours(fitting: rows, neighbours: min(5, rows.rows))
    let mixture = LogDensityScorer(try PixelMixture(fitting: images, seed: training.seed))
    return [
      ("dAE, confidence", { try trained.score($0) }),
      ("dAE before training", { try fresh.score($0) }),
      ("one-class SVM", { try machine.score(Matrix($0.flattened())) }),
      ("nearest neighbours", { try neighbours.score(Matrix($0.flattened())) }),
      ("Gaussian density", { try mixture.score($0) }),
    ]
  }
}
