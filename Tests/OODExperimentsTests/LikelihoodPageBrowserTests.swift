import Foundation
import OODExperiments
import Testing

/// The likelihood page in a browser, held against the report that it was made of.
@Suite(
  "Likelihood page in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct LikelihoodPageBrowserTests {
  private typealias Fixture = LikelihoodPageFixture

  private static let script = """
    const text = id => document.getElementById(id)?.textContent ?? null;
    const rows = id => [...document.querySelectorAll(`#${id}-rows tr`)].map(row => [...row.children].map(cell => cell.textContent));
    const heads = id => [...document.querySelectorAll(`#${id} th[scope=colgroup]`)].map(head => head.textContent);
    said.title = document.title;
    said.family = text("family");
    said.settings = text("settings");
    said.named = [...document.querySelectorAll("[data-test-set]")].map(node => node.textContent);
    said.findings = [...document.querySelectorAll("#findings li")].map(item => item.textContent);
    for (const id of ["densities", "scores", "batches", "trainings"]) said[id] = rows(id);
    said.groups = { scores: heads("scores"), batches: heads("batches") };
    said.columns = [...document.querySelectorAll("#densities-head th")].map(head => head.textContent);
    said.legend = [...document.querySelectorAll("#density-legend .key")].map(key => key.textContent);
    said.figures = [...document.querySelectorAll("figure")].map(figure => ({
      text: figure.querySelector("figcaption").textContent, tiles: figure.querySelectorAll(".tile").length,
      polygons: [...figure.querySelectorAll("polygon")].map(polygon => polygon.getAttribute("points")) }));
    said.ticks = [...document.querySelectorAll("#density .x-tick")].map(tick => tick.textContent);
    said.bold = document.querySelectorAll("td b, th b, li b, svg b").length;
    said.bars = [...document.querySelectorAll("#scores-rows tr:first-child .bar-fill")].map(bar => bar.style.width);
    document.getElementById("scores-sort-auroc-1").click();
    said.sorted = rows("scores").map(row => row[0]);
    const reader = document.querySelector("#density [role=slider]");
    if (reader) {
      reader.focus();
      reader.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true, cancelable: true }));
      said.bin = reader.getAttribute("aria-valuetext");
    }
    said.sections = [...document.querySelectorAll("h2")].map(head => head.textContent);
    """

  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value).replacing("-", with: "−")
  }

  @Test("Words and tables say what the report holds")
  func words() throws {
    let page = try Fixture().page
    let report = page.report
    let said = try PageBrowser.run(page.html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["title"] as? String == "Likelihood as an out-of-distribution score: \(Fixture.hostileName)")
    #expect(said["family"] as? String == "Glow, trained on 300 images of \(Fixture.hostileName).")
    #expect(
      said["settings"] as? String
        == "Seed \(UInt64.max), 3 epochs, batches of 32, learning rate 0.001, mutation rate 0.25.")
    #expect(said["named"] as? [String] == ["own:test", "own:test"])
    #expect(said["bold"] as? Int == 0, "Names are text and no markup.")

    // The best score by Swift: of several, the first; without the baselines.
    let learned = report.scores.filter {
      !["log-density, untrained", "compressed length alone"].contains($0.name)
    }
    let findings = report.sets.dropFirst().enumerated().map { number, set in
      let best = learned.max { $0.comparisons[number].auroc < $1.comparisons[number].auroc }!
      return "\(set.name): AUROC of −ln p \(fixed(report.scores[0].comparisons[number].auroc, 3)); "
        + "best score \(best.name) with \(fixed(best.comparisons[number].auroc, 3))."
    }
    #expect(said["findings"] as? [String] == findings)
    #expect(findings[0].contains("best score ratio with 0.700"))

    #expect(
      said["columns"] as? [String] == [
        "test set", "images", "model, bits per dimension", "deflate", "png", "lzma",
      ])
    #expect(
      said["densities"] as? [[String]]
        == report.sets.map { [$0.name, "40", fixed($0.bitsPerDimension, 2), "1.97", "2.26", "–"] })
    let scores = report.scores.map { score in
      [score.name]
        + score.comparisons.flatMap {
          [fixed($0.auroc, 4), "\(fixed($0.low, 3)) to \(fixed($0.high, 3))", "0.125"]
        }
    }
    #expect(said["scores"] as? [[String]] == scores)
    let groups = said["groups"] as? [String: [String]]
    #expect(groups?["scores"] == [""] + Fixture.sets.dropFirst())
    #expect(groups?["batches"] == [""] + Fixture.sets)
    #expect(
      said["batches"] as? [[String]] == [
        ["typicality", "2", "0.050", "0.875", "0.9375", "0.500", "0.2500"],
        ["batch-norm", "10", "–", "–", "1.0000", "–", "0.5000"],
      ])
    #expect(
      said["trainings"] as? [[String]] == [
        ["model", "1,234,567", "−1234.6", "12.3"], ["background", "–", "–", "kept"],
      ])
    #expect(said["bars"] as? [String] == ["6.13%", "99.21%"])
    let falling = report.scores.enumerated().sorted {
      ($1.element.comparisons[1].auroc, $0.offset) < ($0.element.comparisons[1].auroc, $1.offset)
    }
    #expect(said["sorted"] as? [String] == falling.map(\.element.name))
  }

  @Test("Every score has its histogram, whose heights are the shares of each set, and pictures are all there")
  func drawings() throws {
    let said = try PageBrowser.run(Fixture().page.html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["legend"] as? [String] == Fixture.sets)
    let figures = try #require(said["figures"] as? [[String: Any]])
    let charts = figures.filter { ($0["tiles"] as? Int) == 0 }
    #expect(charts.count == Fixture.scores.count)
    #expect(figures.filter { ($0["tiles"] as? Int) != 0 }.map { $0["tiles"] as? Int } == [40, 20, 19, 18])
    let outside = "Beyond the frame: \(Fixture.hostileName) 5."
    for (score, chart) in zip(Fixture.scores, charts) {
      #expect(chart["text"] as? String == "\(score.name) What \(score.name) is. \(outside)")
      let polygons = try #require(chart["polygons"] as? [String])
      #expect(polygons.count == 3)
      let heights = polygons.map { polygon -> [Double] in
        let points = polygon.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
        return stride(from: 1, to: points.count - 1, by: 2).map { points[0][1] - points[$0][1] }
      }
      let shares = Fixture.counts.indices.map { set in
        let total = Fixture.counts[set].reduce(Fixture.below[set] + Fixture.above[set], +)
        return Fixture.counts[set].map { Double($0) / Double(total) }
      }
      let (tallest, largest) = (heights.flatMap { $0 }.max()!, shares.flatMap { $0 }.max()!)
      for (found, expected) in zip(heights.flatMap { $0 }, shares.flatMap { $0 }) {
        #expect(abs(found / tallest - expected / largest) < 1e-3)
      }
    }
    #expect(said["ticks"] as? [String] == ["−1000", "−900", "−800", "−700", "−600", "−500", "−400"])
    #expect(
      said["bin"] as? String
        == "−1000 to −900: own:test 0.0%, \(Fixture.hostileName) 16.0%, \(Fixture.sets[2]) 0.0%")
  }

  @Test("What a report does not have is not shown")
  func absences() throws {
    let said = try PageBrowser.run(
      Fixture(withDensity: false, withBatches: false).page.html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["findings"] as? [String] == [])
    let sections = said["sections"] as? [String]
    #expect(sections == ["AUROC of every score", "Histograms of the other scores", "Pictures", "The models"])
    #expect((said["figures"] as? [Any])?.count == Fixture.scores.count - 1 + 4)
  }
}
