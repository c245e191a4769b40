import Foundation
import OODExperiments
import Testing

/// The records in `Docs/sweeps`, of the paper's 187 models: what `Docs/reproduction.md` says of them, and their page.
@Suite("The committed sweep of the paper's grid")
struct CommittedSweepTests {
  private static let sweeps = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Docs/sweeps").standardized.path
  private static let directory = sweeps + "/mnist-stretched"

  @Test("Every model of the grid is there once, trained for three epochs")
  func models() throws {
    let records = try SweepDirectory(Self.directory).records()
    let grid = try SweepGrid.paper().with(maps: 32).with(recipe: .fast).training(epochs: 3)
    #expect(Set(records.map(\.configuration)) == Set(grid.points) && records.count == grid.points.count)
    #expect(records.allSatisfy { $0.epochsDone == 3 })
  }

  @Test("Correlations, the best model and the lower envelope are what the page of figures says")
  func findings() throws {
    let rates = [0.9645, 0.9754, 0.9841, 0.9972, 0.9999]
    let findings = SweepFindings.all(
      try SweepDirectory(Self.directory).records(), leastORRAt: rates)
    func rounded(_ value: Double?) -> Double { ((value ?? .nan) * 1000).rounded() / 1000 }
    #expect(findings.map { rounded($0.irrOrrCorrelation) } == [0.774, 0.754, 0.883])
    #expect(findings.map { rounded($0.objectnessDeltaCorrelation) } == [0.308, 0.33, 0.228])
    #expect(findings.map { rounded($0.best.delta) } == [0.85, 0.85, 0.729])
    #expect(findings[0].leastORR.map { rounded($0?.orr) } == [0.121, 0.146, 0.188, 0.371, 0.651])
    #expect(findings[1].leastORR.map { rounded($0?.orr) } == [0.11, 0.124, 0.149, 0.325, 0.583])
    #expect(findings[2].leastORR.map { rounded($0?.orr) } == [0.175, 0.224, 0.268, 0.509, 0.813])
  }

  @Test(
    "What is said of parts of the grid: correlations without some models, IRR at L = 3, reconstructions that look like digits"
  )
  func parts() throws {
    let records = try SweepDirectory(Self.directory).records()
    func rounded(_ value: Double?) -> Double { ((value ?? .nan) * 1000).rounded() / 1000 }
    let deep = records.filter { $0.configuration.layers > 1 }
    #expect(deep.count == 158)
    #expect(SweepFindings.all(deep).map { rounded($0.irrOrrCorrelation) } == [0.702, 0.68, 0.829])
    let reconstructing = records.filter { $0.irr.estimate > 0.5 }
    #expect(reconstructing.count == 137)
    #expect(
      SweepFindings.all(reconstructing).map { rounded($0.objectnessDeltaCorrelation) } == [
        0.049, 0.059, -0.019,
      ])

    let three = records.filter {
      let model = $0.configuration
      return model.layers == 3 && model.channelSparsity == 0 && model.corruption == 0
        && model.channelStride == nil
    }.sorted { $0.configuration.bottleneck > $1.configuration.bottleneck }
    #expect(three.map { rounded($0.irr.estimate) } == [1, 1, 0.998, 0.982, 0.712, 0.075, 0])

    func digitLike(_ chosen: (SweepRecord) -> Bool) -> [Double] {
      records.filter(chosen).compactMap { $0.lookLikeDomain[0] }.map { ($0 * 100).rounded() }.sorted()
    }
    let selective = digitLike { $0.delta[0].estimate > 0.75 }
    #expect(selective.count == 13 && selective[6] == 75)
    #expect(selective.first == 61 && selective.last == 91)
    let unselective = digitLike { $0.orr[0].estimate > 0.95 }
    #expect(unselective.count == 24 && unselective.first == 4 && unselective.last == 40)
  }

  @Test("With 128 maps the best model reaches the published Δ with the official weights too")
  func wide() throws {
    let records = try SweepDirectory(Self.sweeps + "/mnist-stretched-128").records()
    let findings = SweepFindings.all(records)
    #expect(records.allSatisfy { $0.configuration.maps == 128 })
    #expect(findings.map { ($0.best.delta * 1000).rounded() } == [861, 854, 723])
    #expect(Set(findings.map(\.best.name)).count == 1 && findings[1].best.irr > 0.92)
  }

  @Test(
    "The page shows the authors' points where they can be compared: θ = 50, symbols of HWRT",
    .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
  func page() throws {
    let said = try PageBrowser.run(
      SweepPage(directory: Self.directory).html,
      """
      const note = name => said[name] = {
        marks: document.querySelectorAll("#rates .mark").length,
        explained: document.getElementById("published-note").hidden ? "" : document.getElementById("published-note").textContent,
        summary: document.getElementById("summary").textContent };
      const select = value => setControl(value);
      const slide = value => {
        const slider = document.getElementById("theta");
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      };
      note("start"); select("2"); note("other symbols"); select("mean"); note("mean"); select("1"); note("weighted");
      slide(40); note("other threshold");
      """)
    #expect(said["errors"] as? [String] == [])
    func at(_ moment: String) -> [String: Any] { said[moment] as? [String: Any] ?? [:] }
    for (moment, count) in [
      ("start", 5), ("weighted", 5), ("other symbols", 0), ("mean", 0), ("other threshold", 0),
    ] {
      #expect(at(moment)["marks"] as? Int == count, "\(moment)")
      let explained = at(moment)["explained"] as? String ?? "nothing"
      #expect(
        count == 0 ? explained.isEmpty : explained.contains("0.110 at IRR 0.9645"), "\(moment): \(explained)")
    }
    #expect((at("start")["summary"] as? String)?.contains("IRR and ORR correlate by 0.77") == true)
  }
}
