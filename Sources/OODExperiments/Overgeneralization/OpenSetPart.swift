import GenModels
import OODMetrics

/// The part of an overgeneralization experiment that trains on some classes and tests on all.
struct OpenSetPart {
  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings

  /// A number of training classes and one random subset of so many.
  struct Subset: Sendable {
    let classCount, number: Int
    var name: String { "open-set-\(classCount)-\(number + 1)" }
  }

  /// What a method got on one subset.
  struct Result: Codable, Sendable {
    var method: String
    var accuracy: Double
    var auroc: Double?
  }

  private var classCounts: [Int] {
    Set(settings.openSetClasses.map { min($0, data.classCount) }).sorted()
  }

  /// With all classes there is one subset.
  private func subsets(_ count: Int) -> [Subset] {
    (0..<(count == data.classCount ? 1 : settings.subsets)).map { Subset(classCount: count, number: $0) }
  }

  var subsets: [Subset] { classCounts.flatMap(subsets) }

  /// Trains on one subset, and asks every method.
  func results(
    of subset: Subset, progress: @escaping (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> [Result] {
    let count = subset.classCount
    try progress(.init(part: "open set, \(count) classes, subset \(subset.number + 1)", done: 0, of: 1))
    var random = RandomGenerator(seed: settings.training.seed).split("subset").split(
      UInt64(count * 1000 + subset.number))
    let classes = Array(random.permutation(data.classCount).elements.prefix(count)).sorted()
    let training = try train(on: classes, progress: progress)
    let methods = OpenSetMethod.all(threshold: settings.openSetThreshold)
    return try methods.filter { $0.leastClasses <= count }.compactMap { method in
      // Some methods can't be fitted to a classifier that never gives a class its right label.
      guard let answer = try fitted(method, training) else { return nil }
      let (accuracy, auroc) = try measure(answer, known: classes)
      return Result(method: method.name, accuracy: accuracy, auroc: auroc)
    }
  }

  /// The curves, given what `results` gives of each subset.
  func points(
    _ results: (Subset) throws -> [Result]
  ) rethrows -> [OvergeneralizationReport.OpenSetPoint] {
    var points: [OvergeneralizationReport.OpenSetPoint] = []
    for count in classCounts {
      let all = try subsets(count).flatMap { try results($0) }
      for method in OpenSetMethod.all(threshold: settings.openSetThreshold) {
        let own = all.filter { $0.method == method.name }
        guard !own.isEmpty else { continue }
        let (accuracies, aurocs) = (own.map(\.accuracy), own.compactMap(\.auroc))
        points.append(
          OvergeneralizationReport.OpenSetPoint(
            method: method.name, classes: count, accuracy: mean(accuracies),
            leastAccuracy: accuracies.min()!, largestAccuracy: accuracies.max()!,
            auroc: aurocs.isEmpty ? nil : mean(aurocs), subsets: accuracies.count))
      }
    }
    return points
  }

  /// What a method answers with; nil when it can't be fitted to this training.
  private func fitted(_ method: OpenSetMethod, _ training: OpenSetTraining) throws -> OpenSetMethod.Answer? {
    do { return try method.answer(training) } catch is ClassifierScoreError { return nil } catch is TableError
    {
      return nil
    }
  }

  private func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

  private func train(
    on classes: [Int], progress: @escaping (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> OpenSetTraining {
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    func chosen(_ images: Tensor, _ labels: Indexes, atMost count: Int) -> (Tensor, Indexes) {
      let all = labels.elements
      let places = Array(all.indices.filter { numbers[all[$0]] != nil }.prefix(count))
      return (images.selecting(places), Indexes(places.map { numbers[all[$0]]! }))
    }
    let (images, labels) = chosen(data.images, data.labels, atMost: settings.openSetTrainingCount)
    let (heldOut, heldOutLabels) = chosen(data.heldOut, data.heldOutLabels, atMost: data.heldOut.exampleCount)
    let training = settings.training
    let shape = Array(images.shape.dropFirst())
    func trainer(_ role: String) -> Trainer {
      training.trainer(role: "\(role) \(classes)", epochs: settings.openSetEpochs)
    }
    func reporting(_ name: String) -> (TrainingProgress) throws -> Void {
      { step in
        try progress(
          .init(part: "open set, \(classes.count) classes: training \(name)", done: step.step, of: step.steps)
        )
      }
    }
    let plain = try ImageClassifier.train(
      ImageClassifier.unpaddedLayers(classes: classes.count, maps: training.maps, hidden: training.hidden),
      on: images, labels: labels, trainer: trainer("cnn"), progress: reporting("cnn")
    ).model
    let overcomplete = try CompetitiveOvercompleteClassifier.train(
      on: images, labels: labels, classes: classes.count, overcompleteness: training.overcompleteness,
      maps: training.maps, hidden: training.hidden, trainer: trainer("cool"),
      progress: reporting("cool")
    ).model
    let denoising = try DenoisingClassifier.train(
      training.architecture(shape, classes.count, .symmetric), on: images, labels: labels,
      settings: training.denoising(trainer("dae")), progress: reporting("dae")
    ).model
    return OpenSetTraining(
      images: images, labels: labels, heldOut: heldOut, heldOutLabels: heldOutLabels, plain: plain,
      overcomplete: overcomplete,
      scaled: try denoising.calibrated(settings, heldOut: heldOut, labels: heldOutLabels))
  }

  /// The share of test images that get their class, or are refused where it is unknown; and the score's AUROC.
  private func measure(
    _ answer: OpenSetMethod.Answer, known classes: [Int]
  ) throws -> (accuracy: Double, auroc: Double?) {
    let (labels, scores) = try answer(data.test)
    let truth = data.testLabels.elements
    let right = labels.indices.count { i in
      labels[i].map { classes[$0] == truth[i] } ?? !classes.contains(truth[i])
    }
    let unknown = truth.map { !classes.contains($0) }
    let accuracy = Double(right) / Double(labels.count)
    guard unknown.contains(true), unknown.contains(false) else { return (accuracy, nil) }
    return (accuracy, try ScoreRanking(scores, isOutOfDistribution: unknown).auroc)
  }
}
