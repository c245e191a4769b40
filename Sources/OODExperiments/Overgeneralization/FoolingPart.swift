import GenModels
import OODMetrics

/// The part of an overgeneralization experiment that tries to fool every classifier.
struct FoolingPart {
  let data: OvergeneralizationData
  let panel: OvergeneralizationPanel
  let settings: OvergeneralizationSettings

  struct Result: Codable, Sendable {
    var rows: [OvergeneralizationReport.Fooling]
    var picture: OvergeneralizationReport.FoolingPictures?
  }

  /// The paper's attack; a strong one; and the pixels themselves.
  private var attacks: [(name: String, attack: FoolingAttack)] {
    [
      (
        "generator, gradient descent",
        FoolingAttack(
          source: .generator, descent: .gradientDescent(rate: settings.descentRate),
          stepLimit: settings.stepLimit)
      ),
      (
        "generator, Adam, \(settings.starts) start\(settings.starts == 1 ? "" : "s")",
        FoolingAttack(
          source: .generator, descent: .adam(rate: settings.adamRate), stepLimit: settings.stepLimit,
          starts: settings.starts)
      ),
      (
        "pixels, Adam",
        FoolingAttack(source: .pixels, descent: .adam(rate: 0.01), stepLimit: settings.stepLimit)
      ),
    ]
  }

  /// An attack on a classifier.
  struct Trial: Sendable {
    let member, attack: Int
    var name: String { "fooling-\(member + 1)-\(attack + 1)" }
  }

  /// Each attack on each classifier.
  var trials: [Trial] {
    panel.members.indices.flatMap { member in
      attacks.indices.map { Trial(member: member, attack: $0) }
    }
  }

  /// The median distance of some test images from their nearest training image.
  func nearestDistanceOfTest() throws -> Double {
    let few = data.test.examples(0..<min(200, data.test.exampleCount))
    return median(try FoolingJudgement.nearestDistances(of: few, in: data.images)) ?? 0
  }

  /// What came of one trial.
  func result(
    of trial: Trial, progress: (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws -> Result {
    let classes = (0..<settings.trialsPerClass * data.classCount).map { $0 % data.classCount }
    let (member, (name, attack)) = (panel.members[trial.member], attacks[trial.attack])
    func run(_ classifier: some ClaimingClassifier) throws -> FoolingResult {
      try attack.run(
        on: classifier, classes: classes, thresholds: settings.thresholds, seed: settings.training.seed
      ) { done, count in
        try progress(.init(part: "fooling \(member.name), \(name)", done: done, of: count))
      }
    }
    let found = try run(member.classifier)
    return Result(
      rows: try settings.thresholds.map { try row(member.name, name, found, $0) },
      picture: picture("\(member.name), \(name)", found))
  }

  private func row(
    _ classifier: String, _ attack: String, _ found: FoolingResult, _ threshold: Double
  ) throws -> OvergeneralizationReport.Fooling {
    let rate = found.rate(at: threshold)
    var unrecognizable = 0
    var nearest: Double?
    if let (images, wanted) = found.foolingImages(at: threshold) {
      let judgement = try FoolingJudgement(
        of: images, wanted: wanted, judges: panel.judges, training: data.images)
      unrecognizable = judgement.unrecognizableCount
      nearest = median(judgement.nearestDistances)
    }
    return OvergeneralizationReport.Fooling(
      classifier: classifier, attack: attack, threshold: threshold,
      fooled: try .init(rate.successes, of: rate.trials), meanSteps: found.meanSteps(to: threshold),
      unrecognizable: try .init(unrecognizable, of: rate.trials), nearestDistance: nearest)
  }

  /// The images that first reached the first threshold, one a class; where none did, those that came nearest.
  private func picture(
    _ title: String, _ found: FoolingResult
  ) -> OvergeneralizationReport.FoolingPictures? {
    let first = Array(found.trials.prefix(data.classCount))
    let images = first.compactMap { $0.images[0] ?? $0.bestImage }
    guard let shape = images.first?.shape, shape.rank == 3 else { return nil }
    let fooled = first.count { $0.images[0] != nil }
    let all = Tensor.concatenate(images.map { $0.reshaped(Shape([1] + Array(shape))) }, axis: 0)
    return OvergeneralizationReport.FoolingPictures(
      title: "\(title): \(fooled) of \(images.count) fooled at \(settings.thresholds[0])", width: shape[1],
      height: shape[0], strip: ImageStrip(all))
  }

  private func median(_ numbers: [Double]) -> Double? {
    numbers.isEmpty ? nil : Quantiles.median(sorted: numbers.sorted())
  }
}
