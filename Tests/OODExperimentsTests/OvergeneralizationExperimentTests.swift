import Foundation
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics
import Testing

@Suite("Overgeneralization experiment", .serialized)
struct OvergeneralizationExperimentTests {
  private typealias Fixture = OvergeneralizationFixture

  @Test("The report has every part, and its numbers belong together")
  func report() throws {
    let report = try Fixture.report.get()
    let settings = Fixture.settings
    #expect(report.classifiers.map(\.name) == ["CNN", "COOL", "dAE symmetric", "dAE asymmetric"])
    for classifier in report.classifiers {
      #expect(classifier.accuracies.count == 3)
      #expect(
        classifier.accuracies.allSatisfy { $0.trials == 80 && $0.low <= $0.share && $0.share <= $0.high })
      // A higher threshold refuses more.
      #expect(
        zip(classifier.accuracies, classifier.accuracies.dropFirst()).allSatisfy {
          $0.successes >= $1.successes
        })
      #expect((classifier.confidence != nil) == classifier.name.hasPrefix("dAE"))
      #expect((classifier.residuals != nil) == classifier.name.hasPrefix("dAE"))
    }
    #expect(report.fooling.count == 4 * 3 * 2)
    for row in report.fooling {
      #expect(row.fooled.trials == 10 && row.unrecognizable.successes <= row.fooled.successes)
      #expect((row.meanSteps == nil) == (row.fooled.successes == 0))
      #expect(row.meanSteps.map { $0 <= Double(settings.stepLimit) } ?? true)
    }
    #expect(report.radiusAttacks.count == 4 * 2)
    for row in report.radiusAttacks {
      #expect(row.right.successes + row.wrong.successes + row.refused.successes == 10)
    }
    let fitted = report.scores.filter { !$0.about.hasPrefix("Could not be fitted") }
    #expect(fitted.count >= 7)
    #expect(fitted.allSatisfy { $0.comparisons.map(\.set) == [Fixture.symbols.name, "uniform noise"] })
    #expect(Set(report.openSet.map(\.classes)) == [2, 10])
    #expect(report.openSet.allSatisfy { ($0.auroc == nil) == ($0.classes == 10) })
    #expect(report.oneClass.allSatisfy { $0.aurocs.count == 2 })
    #expect(report.clutter.map(\.name).contains("masked"))
    #expect(report.rings.count == 6)
    #expect(report.pictures.count == 4 * 3)
    #expect(report.blackDistance > 3 && report.meanImageDistance > 3)
  }

  @Test(
    "A second run with the same settings takes everything from the folder, another seed makes everything anew"
  )
  func resumption() throws {
    let folder = NSTemporaryDirectory() + "/overgeneralization-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func bytes(_ report: OvergeneralizationReport) throws -> Data {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return try encoder.encode(report)
    }
    struct Stop: Error {}
    var parts: [String] = []
    // Interrupted in the middle.
    #expect(throws: Stop.self) {
      try Fixture.experiment(folder: folder).run {
        if $0.part == "scores" { throw Stop() }
      }
    }
    let second = try Fixture.experiment(folder: folder).run { parts.append($0.part) }
    #expect(!parts.contains { $0.hasPrefix("training") || $0.hasPrefix("fooling ") })
    #expect(try bytes(second) == bytes(Fixture.report.get()))
    parts = []
    var other = Fixture.settings
    other.training.seed = 1
    #expect(throws: Stop.self) {
      try Fixture.experiment(other, folder: folder).run {
        parts.append($0.part)
        if $0.part.hasPrefix("training cool") { throw Stop() }
      }
    }
    #expect(parts.contains("training cnn"))
  }

  @Test("What can't be run is refused in words before anything is trained")
  func refusals() throws {
    var settings = Fixture.settings
    settings.trainingCount = 500
    #expect(throws: ExperimentError.tooFewImages(set: Fixture.training.name, found: 400, needed: 580)) {
      try Fixture.experiment(settings)
    }
    for spoil in [
      { $0.thresholds = [1] }, { $0.training.overcompleteness = 0 }, { $0.radii = [0] }, { $0.stepLimit = 0 },
      { $0.training.noise = .nan }, { $0.openSetClasses = [0] }, { $0.clutterSize = 30 },
    ] as [(inout OvergeneralizationSettings) -> Void] {
      var wrong = Fixture.settings
      spoil(&wrong)
      #expect(throws: ExperimentError.self) { try Fixture.experiment(wrong) }
    }
    let unlabelled = Dataset(name: "bare", examples: Fixture.training.examples)
    #expect(throws: ExperimentError.noLabels(set: "bare")) {
      try OvergeneralizationExperiment(
        training: unlabelled, test: Fixture.test, controls: [], settings: Fixture.settings)
    }
    let gap = Fixture.training.excluding(classes: [3])
    var fewer = Fixture.settings
    fewer.trainingCount = 200
    #expect(throws: ExperimentError.emptyClass(set: gap.name, label: 3)) {
      try OvergeneralizationExperiment(training: gap, test: Fixture.test, controls: [], settings: fewer)
    }
    let bright = Dataset(
      name: "bright", examples: Fixture.symbols.examples * 2, labels: nil)
    #expect(throws: ExampleError.self) {
      try OvergeneralizationExperiment(
        training: Fixture.training, test: Fixture.test, controls: [bright], settings: Fixture.settings)
    }
  }

  @Test("A classifier that refuses: trained, saved, loaded, and asked about a digit, a symbol and noise")
  func usage() throws {
    let digits = SyntheticGlyphs.digits.examples(0..<2400, of: .train)
    var training = DenoisingTraining.standard
    training.trainer.epochs = 8
    let model = try DenoisingClassifier.train(
      .convolutional(exampleShape: [28, 28, 1], classes: 10, maps: 8, hidden: 100),
      on: digits.images.examples(0..<2000), labels: Indexes(Array(digits.labels.elements[..<2000])),
      settings: training
    ).model
    let confidence = try ReconstructionConfidence.calibrated(
      model, heldOut: digits.images.examples(2000..<2400))
    let path = NSTemporaryDirectory() + "/refusing-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ScaledClassifier(confidence).save(to: path)
    let loaded = try ScaledClassifier<DenoisingClassifier>(contentsOf: path, catalogue: .standard)
    var random = RandomGenerator(seed: 1)
    let test = SyntheticGlyphs.digits.examples(0..<100, of: .test)
    let answers = try loaded.labels(test.images, claimingAtLeast: 0.5)
    #expect(zip(answers, test.labels.elements).count { $0 == $1 } >= 70)  // digits: their class
    let symbols = try loaded.labels(
      SyntheticGlyphs.symbols.examples(0..<100, of: .test).images, claimingAtLeast: 0.5)
    #expect(symbols.count { $0 == nil } > answers.count { $0 == nil })  // symbols: refused more often
    #expect(
      try loaded.labels(random.uniform([20, 28, 28, 1]), claimingAtLeast: 0.9).allSatisfy { $0 == nil })
    #expect(try ModelCatalogue.standard.load(path) is ScaledClassifier<DenoisingClassifier>)
  }
}
