import Foundation
import OODExperiments
import Testing

/// The overgeneralization page in a browser, held against the report that it was made of.
@Suite(
  "Overgeneralization page in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct OvergeneralizationPageTests {
  private static let script = """
    const rows = id => [...document.querySelectorAll(`#${id}-rows tr`)].map(row => [...row.children].map(cell => cell.textContent));
    said.title = document.title;
    for (const id of ["accuracy", "fooling", "radius", "scores", "open", "one-class", "clutter"]) said[id] = rows(id);
    said.findings = [...document.querySelectorAll("#findings li")].map(item => item.textContent);
    said.gate = document.getElementById("gate").textContent;
    said.sections = [...document.querySelectorAll("h2")].map(head => head.textContent);
    said.tiles = [...document.querySelectorAll("#pictures-shown figure")].map(figure => figure.querySelectorAll(".tile").length);
    said.rings = document.querySelectorAll("#rings .tile").length;
    said.lines = ["accuracy-curves", "open-accuracy", "open-auroc"].map(id => document.querySelectorAll(`#${id} path.line`).length);
    said.bold = document.querySelectorAll("td b, th b, li b").length;
    """

  private func percent(_ share: Double) -> String { String(format: "%.1f%%", (1000 * share).rounded() / 10) }

  @Test("Tables, findings and pictures say what the report holds")
  func words() throws {
    var report = try OvergeneralizationFixture.report.get()
    report.trainingSet = "</script><b>signs</b>"
    let said = try PageBrowser.run(OvergeneralizationPage(report).html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["title"] as? String == "Overgeneralization: </script><b>signs</b>")
    #expect(said["bold"] as? Int == 0, "Names are text and no markup.")
    let accuracy = try #require(said["accuracy"] as? [[String]])
    #expect(
      accuracy.map { Array($0.prefix(4)) }
        == report.classifiers.map { [$0.name] + $0.accuracies.map { percent($0.share) } })
    let fooling = try #require(said["fooling"] as? [[String]])
    #expect(
      fooling.map { [$0[0], $0[1], $0[2], $0[3], $0[5]] }
        == report.fooling.map {
          [
            $0.classifier, $0.attack, "\($0.threshold)", percent($0.fooled.share),
            percent($0.unrecognizable.share),
          ]
        })
    // The accuracy and the residual stand beside each rate.
    for (row, shown) in zip(report.fooling, fooling) {
      let classifier = try #require(report.classifiers.first { $0.name == row.classifier })
      let place = 1 + report.settings.thresholds.firstIndex(of: row.threshold)!
      #expect(shown[7] == percent(classifier.accuracies[place].share))
      #expect((shown[8] == "–") == (classifier.residuals == nil))
    }
    for (id, scores) in [("scores", report.scores), ("clutter", report.clutter)] {
      #expect(
        said[id] as? [[String]]
          == scores.map { score in
            let aurocs = score.comparisons.map { String(format: "%.4f", $0.auroc) }
            return [score.name] + (aurocs.isEmpty ? scores[0].comparisons.map { _ in "–" } : aurocs)
          })
    }
    #expect((said["open"] as? [[String]])?.count == report.openSet.count)
    #expect((said["radius"] as? [[String]])?.count == report.radiusAttacks.count)
    let means = (said["one-class"] as? [[String]])?.map { $0[1] }
    #expect(means == report.oneClass.map(\.mean).sorted(by: >).map { String(format: "%.4f", $0) })
    #expect((said["findings"] as? [String])?.count == 4)
    #expect(said["tiles"] as? [Int] == Array(repeating: 10, count: 12))
    #expect(said["rings"] as? Int == 6)
    let methods = Set(report.openSet.map(\.method)).count
    #expect(said["lines"] as? [Int] == [4, methods, methods])
    #expect((said["sections"] as? [String])?.count == 9)
  }

  @Test("A collapsed decoder is named, and what a report does not have is not shown")
  func absences() throws {
    var report = try OvergeneralizationFixture.report.get()
    report.classifiers[2].residuals = [1, report.blackDistance, 20]
    report.classifiers[3].residuals = [0.1, 0.2, 0.3]
    report.openSet = []
    report.oneClass = []
    report.radiusAttacks = []
    report.clutter = []
    let said = try PageBrowser.run(OvergeneralizationPage(report).html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect((said["gate"] as? String)?.contains("The decoder of dAE symmetric has collapsed") == true)
    let accuracy = try #require(said["accuracy"] as? [[String]])
    #expect(accuracy.map { $0[5] } == ["–", "–", "collapsed", "alive"])
    #expect((said["sections"] as? [String])?.count == 5)
  }
}
