import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Testing

@Suite("Outlier generation experiment", .serialized) struct OutlierGenerationExperimentTests {
  static func settings() -> OutlierGenerationSettings {
    var settings = OutlierGenerationSettings.quick
    settings.trainingCount = 120
    settings.testCount = 40
    settings.outlierCount = 60
    settings.couplings = 1
    settings.hiddenChannels = 4
    settings.flowEpochs = 1
    settings.maps = 4
    settings.classifierEpochs = 1
    settings.discriminatorFactors = [2]
    settings.batchSize = 30
    return settings
  }

  static func experiment(
    _ settings: OutlierGenerationSettings = settings(), folder: String? = nil
  ) throws -> OutlierGenerationExperiment {
    try OutlierGenerationExperiment(
      training: Dataset("synthetic-digits:train[0..<120]"), test: Dataset("synthetic-digits:test[0..<40]"),
      controls: [Dataset("synthetic-symbols:test[0..<40]")],
      exposure: Dataset("synthetic-symbols:train[0..<60]"),
      settings: settings, folder: folder)
  }

  /// One run for all tests that look at what comes out.
  static let result = Result { try experiment().run() }

  @Test("A row for each method with intervals over the repetitions, gains against no outliers, and laws kept")
  func report() throws {
    let report = try Self.result.get().report
    #expect(report.classifiers.first?.name == "none" && report.classifiers.last?.name == "real outliers")
    #expect(report.classifiers.count == 11 && report.discriminators.count == 1)
    for row in report.classifiers + report.discriminators {
      #expect((0...1).contains(row.accuracy.mean) && row.sets.count == 1)
      #expect(
        row.sets[0].auroc.low <= row.sets[0].auroc.mean && row.sets[0].auroc.mean <= row.sets[0].auroc.high)
    }
    #expect(report.classifiers[0].sets[0].gain == nil && report.classifiers[1].sets[0].gain != nil)
    let gain = try #require(report.classifiers[1].sets[0].gain)
    let difference = report.classifiers[1].sets[0].auroc.mean - report.classifiers[0].sets[0].auroc.mean
    #expect(abs(gain.mean - difference) < 1e-12)
    #expect(report.radii.dimensions == 784 && abs(report.radii.mean - 27.991) < 1e-3)
    #expect(report.classDistances.count == 10 && report.classDistances[0][1] == report.classDistances[1][0])
    #expect(report.archetypes.nullspaceLeak < 1e-5)
    #expect(report.archetypes.reconstructionErrorWithNullspace <= report.archetypes.reconstructionError)
  }

  @Test("A run that was stopped goes on from what is there, to the same report")
  func resumed() throws {
    let folder = NSTemporaryDirectory() + "/ood-outliers-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    struct Stop: Error {}
    var trained: [String] = []
    #expect(throws: Stop.self) {
      try Self.experiment(folder: folder).run { progress in
        guard case .training(let what, _) = progress else { return }
        if trained.last != what { trained.append(what) }
        if what == "mixup, 1 of 2" { throw Stop() }
      }
    }
    #expect(trained.contains("flow") && trained.contains("none, 2 of 2"))
    var again: Set<String> = []
    let report = try Self.experiment(folder: folder).run { progress in
      if case .training(let what, _) = progress { again.insert(what) }
    }.report
    #expect(!again.contains("flow") && !again.contains("none, 2 of 2") && again.contains("mixup, 1 of 2"))
    #expect(try report == Self.result.get().report)
    var other = Self.settings()
    other.factor = 3
    #expect(throws: ExperimentError.self) {
      try Self.experiment(other, folder: folder).run()
    }
  }

  @Test("An interval is Student's, by published bounds")
  func interval() {
    // t(0.975) of 1 and 4 degrees of freedom is 12.706 and 2.776.
    let two = RepeatedMean([0, 2])
    #expect(abs(two.high - 1 - 12.706) < 1e-3)
    let five = RepeatedMean([1, 2, 3, 4, 5])
    #expect(abs(five.high - 3 - 2.7764 * (2.5 / 5).squareRoot()) < 1e-3 && five.mean == 3)
    #expect(RepeatedMean([-1, 1]).holdsZero && !RepeatedMean([5, 5.1]).holdsZero)
  }

  @Test("Sets that don't fit are refused in a sentence")
  func refusals() throws {
    let digits = try Dataset("synthetic-digits:train[0..<120]")
    let test = try Dataset("synthetic-digits:test[0..<40]")
    #expect(throws: ExperimentError.self) {
      try OutlierGenerationExperiment(
        training: digits, test: test, controls: [], settings: Self.settings())
    }
    var settings = Self.settings()
    settings.testCount = 41
    #expect(throws: ExperimentError.tooFewImages(set: test.name, found: 40, needed: 41)) {
      try OutlierGenerationExperiment(training: digits, test: test, controls: [test], settings: settings)
    }
    settings.repetitions = 1
    #expect(settings.problem?.contains("repetitions") == true)
  }

  @Test(
    "The page says what the report holds",
    .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
  func page() throws {
    let result = try Self.result.get()
    let said = try PageBrowser.run(
      result.page.html,
      """
      const rows = id => [...document.querySelectorAll(`#${id}-rows tr`)].map(row => [...row.children].map(cell => cell.textContent));
      for (const id of ["classifiers", "discriminators", "radii-table", "archetypes-table", "distances"]) said[id] = rows(id);
      said.findings = [...document.querySelectorAll("#findings li")].map(item => item.textContent);
      said.tiles = Object.fromEntries(["toys", "radii-pictures", "archetypes", "methods"].map(id =>
        [id, document.querySelectorAll(`#${id} .tile`).length]));
      """)
    #expect(said["errors"] as? [String] == [])
    let rows = try #require(said["classifiers"] as? [[String]])
    #expect(rows.map { $0[0] } == result.report.classifiers.map(\.name))
    for (row, found) in zip(rows, result.report.classifiers) {
      #expect(row[1] == String(format: "%.4f", found.accuracy.mean))
      #expect(row[2] == String(format: "%.3f", found.sets[0].auroc.mean))
      #expect(row[3] == String(format: "%.3f", found.sets[0].averagePrecision.mean))
    }
    #expect((said["findings"] as? [String])?.count == 1)
    #expect((said["distances"] as? [[String]])?.count == 10)
    let tiles = try #require(said["tiles"] as? [String: Int])
    #expect(tiles["toys"] == 5 && tiles["radii-pictures"] == 90 && tiles["methods"] == 180)
  }
}
