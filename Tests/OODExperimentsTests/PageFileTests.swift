import Foundation
import OODExperiments
import OODDatasets
import Testing

/// The scripts, styles and fixed parts of pages, as they stand in the source tree.
struct PageFolder {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources/OODExperiments/Pages").standardizedFileURL.path

  /// Paths below the folder with that ending, in order.
  static func files(_ ending: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix("." + ending) }.sorted()
  }

  static func text(_ file: String) throws -> String {
    try String(contentsOfFile: path + "/" + file, encoding: .utf8)
  }

  static let node: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    return ([environment["NODE"]].compactMap { $0 } + folders.map { $0 + "/node" })
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()
}

@Suite("Files of pages")
struct PageFileTests {
  @Test("Every file is in the library as it stands in the source tree, and on a page")
  func embedded() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let sweep = try SweepPage(directory: fixture.directory).html
    let pages = try [
      sweep, LikelihoodPageFixture().page.html, OutlierGenerationExperimentTests.result.get().page.html,
      OvergeneralizationPage(OvergeneralizationFixture.report.get()).html,
      DetectionPage(DetectionPageFixture.report()).html, DensityExperimentTests.result.get().page.html,
      DivergencesExperimentTests.brief.get().page.html,
      LikelihoodComparison([LikelihoodExperimentTests.experiment(.made).run()]).html,
    ]
    for (ending, count) in [("js", 20), ("css", 5), ("html", 2)] {
      let files = PageFolder.files(ending)
      #expect(files.count >= count, "\(PageFolder.path) has the files \(files)")
      for file in files {
        let text = try PageFolder.text(file)
        let uses = pages.map { $0.contains(text) }
        #expect(uses.contains(true), "\(file) is on no page, or the library has another text of it")
        if file.hasPrefix("Scripts/Charts/") { #expect(!uses.contains(false), "\(file) is for all pages") }
      }
    }
  }

  @Test("No script or style can end its own element, and every script is strict")
  func selfContained() throws {
    for file in PageFolder.files("js") + PageFolder.files("css") {
      let text = try PageFolder.text(file).lowercased()
      for part in ["</script", "<!--", "</style"] { #expect(!text.contains(part), "\(file) holds \(part)") }
      if file.hasSuffix(".js") { #expect(text.hasPrefix("\"use strict\";\n/**"), "\(file)") }
    }
  }

  @Test(
    "Every script is correct by itself",
    .enabled(if: PageFolder.node != nil, "node is not installed (in PATH, or its path in NODE)."),
    arguments: PageFolder.files("js"))
  func syntax(_ file: String) throws {
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(PageFolder.node))
    process.arguments = ["--check", PageFolder.path + "/" + file]
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
  }
}
