import GenModels
import OODMetrics

/// Accuracy, attacks within a radius, and scores of the trained classifiers.
struct OvergeneralizationMeasurement {
  typealias Report = OvergeneralizationReport

  let data: OvergeneralizationData
  let panel: OvergeneralizationPanel
  let settings: OvergeneralizationSettings

  // MARK: Accuracy and the collapse gate

  func classifiers() throws -> [Report.Classifier] {
    try panel.members.map { member in
      let accuracies = try ([0] + settings.thresholds).map { threshold in
        let found = try member.classifier.labels(data.test, claimingAtLeast: threshold)
        return try Report.Proportion(zip(found, data.testLabels.elements).count { $0 == $1 }, of: found.count)
      }
      return Report.Classifier(
        name: member.name, about: member.about, parameterCount: member.parameterCount, accuracies: accuracies,
        confidence: member.scaled?.confidence.settings,
        residuals: try member.scaled.map { try residuals($0.base) },
        curvedUpwards: try member.scaled.map { try curvedUpwards($0.confidence) })
    }
  }

  private func residuals(_ model: DenoisingClassifier) throws -> [Double] {
    let sorted = try model.reconstructionError(data.test, norm: .l2).elements.map(Double.init).sorted()
    return [0.01, 0.5, 0.99].map { Quantiles.interpolated(sorted: sorted, level: $0) }
  }

  /// γ > 0 among a few images of every set, by the exact trace.
  private func curvedUpwards(
    _ confidence: ReconstructionConfidence<DenoisingClassifier>
  ) throws -> Report.Proportion {
    let sets = [data.test] + data.controls.map(\.images)
    let curvatures = try sets.flatMap { try confidence.curvature($0.examples(0..<min(16, $0.exampleCount))) }
    return try Report.Proportion(curvatures.count { $0 > 0 }, of: curvatures.count)
  }

  // MARK: Attacks within a radius

  func radiusAttacks() throws -> [Report.RadiusAttack] {
    let count = min(settings.attackedCount, data.test.exampleCount)
    let x = data.test.examples(0..<count)
    let labels = Indexes(Array(data.testLabels.elements[..<count]))
    let threshold = settings.thresholds[0]
    var rows: [Report.RadiusAttack] = []
    for member in panel.members {
      func row(_ name: String, _ radius: Double, _ attacked: Tensor) throws {
        let found = try member.classifier.labels(attacked, claimingAtLeast: threshold)
        let right = zip(found, labels.elements).count { $0 == $1 }
        let refused = found.count { $0 == nil }
        rows.append(
          Report.RadiusAttack(
            classifier: member.name, attack: name, radius: radius, right: try .init(right, of: count),
            wrong: try .init(count - right - refused, of: count), refused: try .init(refused, of: count)))
      }
      for radius in settings.radii {
        for (name, attack) in [
          ("fast gradient sign", ProjectedGradientAttack.fastGradientSign(radius: radius)),
          ("projected gradient, 20 steps", ProjectedGradientAttack(radius: radius, steps: 20)),
        ] {
          func run(_ classifier: some ClaimingClassifier) throws -> Tensor {
            try attack.run(on: classifier, x, labels: labels, seed: settings.training.seed)
          }
          try row(name, radius, run(member.classifier))
        }
      }
    }
    return rows
  }

  // MARK: Scores

  /// One score: how to compute it and what it is.
  private struct Entry {
    let name, about: String
    /// Nil for a score that could not be fitted.
    let score: ((Tensor) throws -> [Double])?
  }

  func scores() throws -> [Report.Score] {
    let own = data.test.examples(0..<min(data.test.exampleCount, settings.controlCount))
    return try entries().map { entry in
      guard let score = entry.score else {
        return Report.Score(name: entry.name, about: entry.about, comparisons: [])
      }
      let inside = try score(own)
      let comparisons = try data.controls.map { control in
        let ranking = try ScoreRanking(
          inDistribution: inside, outOfDistribution: try score(control.images))
        let interval = try ranking.delongAUROC().interval
        return Report.Comparison(
          set: control.name, auroc: ranking.auroc, low: interval.lowerBound, high: interval.upperBound)
      }
      return Report.Score(name: entry.name, about: entry.about, comparisons: comparisons)
    }
  }

  private func entries() throws -> [Entry] {
    var entries: [Entry] = []
    func add(_ name: String, _ about: String, _ scorer: some OODScorer<Tensor>) {
      entries.append(Entry(name: name, about: about, score: { try scorer.score($0) }))
    }
    func add(claimsOf classifier: some ClaimingClassifier, _ name: String, _ about: String) {
      entries.append(
        Entry(name: name, about: about) {
          try classifier.logClaims(checking: $0).maximum(axis: 1).elements.map { -Double($0) }
        })
    }
    add(claimsOf: panel.overcomplete, "COOL", "−ln of the largest claim.")
    add("dAE, confidence", "−ln c̃: the reconstruction alone.", panel.symmetric.confidence)
    add("dAE, scaled outputs", "−ln max ỹ: confidence and class together.", panel.symmetric)
    add(claimsOf: panel.symmetric.base, "dAE, softmax alone", "−ln max y of the same network, not scaled.")
    add("dAE asymmetric, confidence", "−ln c̃ of the simpler decoder.", panel.asymmetric.confidence)
    add(
      "untrained, confidence",
      "−ln c̃ of the same network before training: what the architecture does by itself.",
      try ReconstructionConfidence(panel.untrained, settings: panel.symmetric.confidence.settings))
    entries.append(
      Entry(name: "ink alone", about: "The sum of all pixels, without any model.") { x in
        x.flattened().sum(axes: [1]).elements.map(Double.init)
      })
    return entries + (try postHocEntries())
  }

  /// Every score of a classifier that the catalogue knows, of the plain one, fitted to training images where it is fitted.
  private func postHocEntries() throws -> [Entry] {
    let count = min(data.images.exampleCount, settings.fittingCount)
    let images = data.images.examples(0..<count)
    let labels = Indexes(Array(data.labels.elements[..<count]))
    func entry<Scorer: PostHocScorer>(_ type: Scorer.Type) throws -> Entry {
      let isFitted = type.fitting != .nothing
      let scorer = try type.fitted(
        to: AnyClassifier(panel.plain), settings: type.defaultSettings, examples: isFitted ? images : nil,
        labels: type.fitting == .labelledExamples ? labels : nil)
      return Entry(name: "CNN, \(type.kind)", about: "\(type.summary).", score: { try scorer.score($0) })
    }
    // The overcomplete classifier has a network of its own above.
    let types = ModelCatalogue.standard.types.sorted { $0.key < $1.key }
      .compactMap { $0.value as? any PostHocScorer.Type }.filter { $0.kind != COOL.kind }
    return try types.map { type in
      do { return try entry(type) } catch let error as ClassifierScoreError {
        // A class that is never classified rightly, say: the score does not exist, and the others do.
        return Entry(name: "CNN, \(type.kind)", about: "Could not be fitted: \(error)", score: nil)
      }
    }
  }
}
