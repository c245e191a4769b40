import Foundation
import GenModels
import Testing

@Suite("The version")
struct VersionTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  private func text(_ file: String) throws -> String {
    try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
  }

  @Test("The tool says it, and the changes, the citation and the README's dependency have the same one")
  func everywhere() throws {
    let number = LibraryVersion.number
    let run = try ToolRun("--version")
    #expect(run.status == 0 && run.output == number + "\n")
    #expect(number.split(separator: ".").count == 3 && number.split(separator: ".").allSatisfy { Int($0) != nil })
    #expect(try text("CHANGELOG.md").contains("\n## \(number)"))
    #expect(try text("CITATION.cff").contains("\nversion: \(number)\n"))
    #expect(try text("README.md").contains("from: \"\(number)\""))
  }
}
