import Foundation
import Testing

/// `ood report`, run as a program. What the page does in a browser is tested where the page is made.
@Suite struct ReportCommandTests {
  /// A sweep of one untrained model, without classifiers, in seconds.
  private func withSweep(_ body: (String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let grid = folder + "/grid.json"
    try Data(#"{"recipe": "fast", "models": [{"layers": 1, "maps": 2, "bottleneck": 2, "epochs": 0}]}"#.utf8)
      .write(to: URL(fileURLWithPath: grid))
    let sweep = try ToolRun(
      "sweep", grid, "--data", "synthetic-digits:train[0..<32]", "--test", "synthetic-digits:test[0..<16]",
      "--control", "synthetic-symbols:test[0..<16]", "--no-classifiers", "--generate", "4", "--out",
      folder + "/sweep")
    #expect(sweep.status == 0, "\(sweep.errors)")
    try body(folder + "/sweep")
  }

  @Test func aSweepBecomesAPage() throws {
    try withSweep { directory in
      let report = try ToolRun("report", directory)
      #expect(report.status == 0, "\(report.errors)")
      #expect(report.output == "\(directory)/index.html\n")
      let html = try String(contentsOfFile: directory + "/index.html", encoding: .utf8)
      #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</html>\n"))
      #expect(html.contains("id=\"images-0\""))
      let elsewhere = try ToolRun("report", directory, "--out", directory + "/page.html")
      #expect(elsewhere.output == "\(directory)/page.html\n")
      #expect(try String(contentsOfFile: directory + "/page.html", encoding: .utf8) == html)
    }
  }

  @Test(
    "A record that names a file elsewhere is refused, and so is a link that leads out",
    arguments: [
      "../../../../etc/hostname", "/etc/hostname", "..", "sub/x.panel.json", "",
    ])
  func filesElsewhere(panel: String) throws {
    try withSweep { directory in
      let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      let own = try #require(files.first { $0.hasSuffix(".panel.json") })
      for name in files where name.hasSuffix(".json") || name.hasSuffix(".jsonl") {
        let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        try Data(text.replacing("\"panel\":\"\(own)\"", with: "\"panel\":\"\(panel)\"").utf8)
          .write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
      }
      let report = try ToolRun("report", directory)
      #expect(
        report.status == 1 && report.errors.contains("does not lie in"), "\(report.status) \(report.errors)")
    }
    try withSweep { directory in
      let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      let own = directory + "/" + (try #require(files.first { $0.hasSuffix(".panel.json") }))
      try FileManager.default.moveItem(atPath: own, toPath: directory + "/../outside.json")
      try FileManager.default.createSymbolicLink(atPath: own, withDestinationPath: "../outside.json")
      let report = try ToolRun("report", directory)
      #expect(
        report.status == 1 && report.errors.contains("does not lie in"), "\(report.status) \(report.errors)")
    }
  }

  @Test func failures() throws {
    let nowhere = try ToolRun("report", "/no/such/sweep")
    #expect(nowhere.status == 1 && nowhere.output.isEmpty)
    #expect(nowhere.errors.contains("/no/such/sweep holds no results of a sweep"), "\(nowhere.errors)")
    #expect(try ToolRun("report").status == 64)
    try withSweep { directory in
      let file = directory + "/models.jsonl"
      let damaged = try String(contentsOfFile: file, encoding: .utf8) + "{\"name\":\n"
      try Data(damaged.utf8).write(to: URL(fileURLWithPath: file))
      let report = try ToolRun("report", directory)
      #expect(report.status == 1 && report.errors.contains("models.jsonl, line 2"), "\(report.errors)")
    }
  }
}
