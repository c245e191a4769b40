import Foundation
import OODExperiments
import Testing

/// The page of a run over a table in a browser, held against its report.
@Suite(
  "Detection page in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct DetectionPageTests {
  private static let script = """
    said.rows = [...document.querySelectorAll("#top-rows tr")].map(row => [...row.children].map(cell => cell.textContent));
    said.title = document.querySelector("h1").textContent;
    said.summary = document.getElementById("summary").textContent;
    said.words = document.getElementById("ranking-words").textContent;
    said.shown = [...document.querySelectorAll("section")].filter(section => section.checkVisibility()).map(section => section.id);
    said.lines = document.querySelectorAll("path.line").length;
    said.points = document.querySelectorAll("#pair circle.point").length;
    said.uprights = document.querySelectorAll("#scores line.upright").length;
    """

  @Test("It says what the report holds, row by row")
  func words() throws {
    let report = try DetectionPageFixture.report()
    let said = try PageBrowser.run(DetectionPage(report).html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["title"] as? String == "hbos <b>", "Names are text and no markup.")
    let rows = try #require(said["rows"] as? [[String]])
    #expect(rows.count == 20 && rows[0][0] == report.top[0].id && rows[0][1] == "\(report.top[0].row)")
    #expect(rows.map { $0[3] } == report.top.map { String(format: "%.4f", $0.pValue!) })
    #expect(rows.map { $0[4] } == report.top.map { $0.isOutOfDistribution! ? "yes" : "no" })
    #expect(rows[3][5] == report.top[3].reasons.joined(separator: "; "))
    #expect((said["summary"] as? String)?.contains("\(report.flaggedRows!) rows are flagged") == true)
    #expect((said["words"] as? String)?.contains(String(format: "%.4f", report.ranking!.auroc)) == true)
    #expect((said["shown"] as? [String])?.count == 5)
    #expect(said["lines"] as? Int == 3 && said["points"] as? Int == 300 && said["uprights"] as? Int == 1)
  }

  @Test("What a run does not have is not shown")
  func absences() throws {
    var report = try DetectionReport(
      scores: [1, 2, 3, .infinity], truth: nil, calibration: nil, pValues: nil)
    report.method = "knn"
    report.scoredSet = "csv:new.csv"
    report.top = [
      .init(row: 3, id: nil, score: .infinity, pValue: nil, isOutOfDistribution: nil, reasons: [])
    ]
    let said = try PageBrowser.run(DetectionPage(report).html, Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["shown"] as? [String] == ["scores-section", "top-section"])
    #expect((said["rows"] as? [[String]])?.first?.first == "3")
  }
}
