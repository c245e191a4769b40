import Foundation
import Testing

/// A newcomer reads a module's page: what is not in one of its groups is hard to find.
@Suite struct LandingPageTests {
  @Test(
    "A module's page has every public type in a group, and no other names",
    arguments: ["GenModels", "OODMetrics", "OODDetectors", "OODDatasets", "OODExperiments", "OODLaws"])
  func pageIsComplete(module: String) throws {
    let sources = DocumentedBlock.package.appendingPathComponent("Sources/\(module)")
    var declared: Set<String> = []
    for file in FileManager.default.subpaths(atPath: sources.path) ?? [] where file.hasSuffix(".swift") {
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for match in text.matches(
        of: #/(?m)^public (?:indirect |final )?(?:struct|enum|class|protocol|actor|typealias) (\w+)/#)
      {
        declared.insert(String(match.1))
      }
    }
    #expect(declared.count > 30)
    let page = try String(
      contentsOf: sources.appendingPathComponent("\(module).docc/\(module).md"), encoding: .utf8)
    let topics = try #require(page.range(of: "## Topics"))
    let listed = page[topics.upperBound...].matches(of: #/(?m)^- ``(\w+)``/#).map { String($0.1) }
    #expect(declared.subtracting(listed).isEmpty, "\(declared.subtracting(listed).sorted()) are in no group.")
    #expect(Set(listed).count == listed.count, "A type stands in two groups.")
  }
}
