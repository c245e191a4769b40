import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Testing

@Suite("Experiment on divergences", .serialized) struct DivergencesExperimentTests {
  static func settings() -> DivergencesSettings {
    var settings = DivergencesSettings.quick
    settings.trainingCount = 60
    settings.testCount = 30
    settings.epochs = 1
    settings.toyEpochs = 12
    settings.toyCount = 300
    settings.steps = 1
    settings.hiddenChannels = 4
    settings.discriminatorChannels = 2
    return settings
  }

  static func experiment(
    _ settings: DivergencesSettings = settings(), folder: String? = nil
  ) throws -> DivergencesExperiment {
    try DivergencesExperiment(
      training: Dataset("synthetic-digits:train[0..<60]"), test: Dataset("synthetic-digits:test[0..<30]"),
      controls: [Dataset("synthetic-symbols:test[0..<30]")], settings: settings, folder: folder)
  }

  /// Trained for a moment, for its page.
  static let brief = Result {
    var settings = Self.settings()
    settings.toyEpochs = 1
    return try experiment(settings).run()
  }

  @Test("Every criterion in the plane and on images, kept in a folder, and the page")
  func run() throws {
    let folder = NSTemporaryDirectory() + "/divergences-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try Self.experiment(folder: folder).run()
    let report = result.report
    #expect(report.toys.map(\.rows.count) == [6, 6] && report.images.count == 7)
    for toy in report.toys {
      // Both divergences are sums of estimates of positive numbers; the truth tells the foreign sets.
      #expect(
        toy.rows.allSatisfy { $0.forward > -0.05 && $0.jensenShannon > -0.05 && $0.jensenShannon < 0.75 })
      #expect(toy.truth.allSatisfy { $0 > 0.9 })
    }
    // Maximum likelihood is best in its own divergence.
    let gaussian = report.toys[0].rows
    #expect(gaussian.dropFirst().allSatisfy { $0.forward > gaussian[0].forward - 0.02 })
    #expect(report.verdicts.count == 1 && report.verdicts[0].contains("maximum likelihood has the AUROC"))
    #expect(result.page.html.contains("id=\"verdicts\""))

    // What was kept is not trained again, and gives the same page.
    let again = try Self.experiment(folder: folder).run { step in Issue.record("\(step) is done again") }
    #expect(again.page.html == result.page.html)
    // Models alone are measured again; the seconds of their training are not known.
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("found-") {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    var measured = try Self.experiment(folder: folder).run { step in
      if case .training(let what, _) = step { Issue.record("\(what) is trained again") }
    }.report
    #expect(measured.images.dropFirst().allSatisfy { $0.seconds == nil })
    measured.images = zip(measured.images, report.images).map { kept, first in
      var kept = kept
      kept.seconds = first.seconds
      return kept
    }
    #expect(measured.images == report.images)
    var other = Self.settings()
    other.seed = 1
    #expect(throws: ExperimentError.self) { try Self.experiment(other, folder: folder).run() }
  }

  @Test("A verdict asks for more than maximum likelihood and more than no training")
  func verdicts() {
    func row(_ name: String, _ auroc: Double) -> DivergencesReport.ImageRow {
      let interval = DivergencesReport.Interval(auroc: auroc, low: auroc - 0.01, high: auroc + 0.01)
      return .init(
        name: name, about: "", bitsPerDimension: 1, slicedWasserstein: 1, likelihood: [interval],
        typicality: [interval], parameterCount: 1, seconds: 1)
    }
    func verdict(_ untrained: Double, _ likelihood: Double, _ other: Double) -> String {
      DivergencesReport(
        settings: .quick, trainingSet: "a", testSet: "b", controls: ["c"], toys: [],
        images: [
          row("untrained", untrained), row("Kullback-Leibler", likelihood), row("Wasserstein", other),
        ]
      ).verdicts[0]
    }
    #expect(verdict(0.5, 0.6, 0.9).hasPrefix("The conjecture is confirmed"))
    #expect(verdict(0.95, 0.6, 0.9).hasPrefix("The conjecture is not confirmed"))
    #expect(verdict(0.5, 0.6, 0.55).hasPrefix("The conjecture is refuted"))
    #expect(verdict(0.5, 0.51, 0.505).hasPrefix("The question stays open"))
    #expect(verdict(0.5, 0.6, 0.9).contains("0.600") && verdict(0.5, 0.05, 0.9).contains("0.050"))
  }

  @Test("Settings and sets that make no sense are refused")
  func refusals() throws {
    for change in [
      { (s: inout DivergencesSettings) in s.epochs = 0 }, { $0.toyCount = 3 }, { $0.trainingCount = 1000 },
    ] {
      var settings = Self.settings()
      change(&settings)
      #expect(throws: ExperimentError.self) { try Self.experiment(settings) }
    }
  }
}
