import GenModels
import OODMetrics

/// The part of an overgeneralization experiment that trains on some classes and tests on all.
struct OpenSetPart {
  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings

  func run(
    progress: (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> [OvergeneralizationReport.OpenSetPoint] {
    let methods = OpenSetMethod.all(threshold: settings.openSetThreshold)
    var points: [OvergeneralizationReport.OpenSetPoint] = []
    let counts = Set(settings.openSetClasses.map { min($0, data.classCount) }).sorted()
    for (place, count) in counts.enumerated() {
      // With all classes there is one subset.
      let subsets = count == data.classCount ? 1 : settings.subsets
      let methods = methods.filter { $0.leastClasses <= count }
      var accuracies = methods.map { _ in [Double]() }
      var aurocs = accuracies
      for subset in 0..<subsets {
        try progress(
          .init(part: "open set, \(count) classes, subset \(subset + 1)", done: place, of: counts.count))
        var random = RandomGenerator(seed: settings.training.seed).split("subset").split(
          UInt64(count * 1000 + subset))
        let classes = Array(random.permutation(data.classCount).elements.prefix(count)).sorted()
        let training = try train(on: classes, subset: subset)
        for (number, method) in methods.enumerated() {
          // Some methods can't be fitted to a classifier that never gives a class its right label.
          guard let answer = try fitted(method, training) else { continue }
          let (accuracy, auroc) = try measure(answer, known: classes)
          accuracies[number].append(accuracy)
          if let auroc { aurocs[number].append(auroc) }
        }
      }
      for (number, method) in methods.enumerated() where !accuracies[number].isEmpty {
        points.append(
          OvergeneralizationReport.OpenSetPoint(
            method: method.name, classes: count, accuracy: mean(accuracies[number]),
            leastAccuracy: accuracies[number].min()!, largestAccuracy: accuracies[number].max()!,
            auroc: aurocs[number].isEmpty ? nil : mean(aurocs[number]), subsets: accuracies[number].count))
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

  private func train(on classes: [Int], subset: Int) throws -> OpenSetTraining {
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
    let plain = try ImageClassifier.train(
      ImageClassifier.unpaddedLayers(classes: classes.count, maps: training.maps, hidden: training.hidden),
      on: images, labels: labels, trainer: trainer("cnn")
    ).model
    let overcomplete = try CompetitiveOvercompleteClassifier.train(
      on: images, labels: labels, classes: classes.count, overcompleteness: training.overcompleteness,
      maps: training.maps, hidden: training.hidden, trainer: trainer("cool")
    ).model
    let denoising = try DenoisingClassifier.train(
      training.architecture(shape, classes.count, .symmetric), on: images, labels: labels,
      settings: training.denoising(trainer("dae"))
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
