import Foundation
import OODExperiments
import Testing

@Suite("Sweep page")
struct SweepPageTests {
  private func withFixture(_ body: (SweepPageFixture) throws -> Void) throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    try body(fixture)
  }

  @Test("A directory becomes one file that fetches nothing")
  func wholePage() throws {
    try withFixture { fixture in
      let page = try SweepPage(directory: fixture.directory)
      #expect(page.records.count == SweepPageFixture.models.count)
      #expect(page.panels.count == page.records.count - 1, "The last model has no images.")
      #expect(page.settings == nil)
      let path = fixture.directory + "/index.html"
      try page.write(to: path)
      let html = try String(contentsOfFile: path, encoding: .utf8)
      #expect(html == page.html)
      // The one address is the name of SVG's elements, which nobody fetches.
      let addresses = html.split(separator: "http").dropFirst().map { $0.prefix { !"\"' ".contains($0) } }
      #expect(Set(addresses) == ["://www.w3.org/2000/svg"])
      for reference in ["<link", "<img", "<iframe", "@import", "src=", "fetch(", "XMLHttpRequest"] {
        #expect(!html.contains(reference), "\(reference)")
      }
      #expect(!html.contains(SweepPageFixture.hostileName))
    }
  }

  @Test("Without records there is no page")
  func noRecords() throws {
    #expect(throws: SweepPageError.noRecords) { try SweepPage(records: []) }
    let nowhere = NSTemporaryDirectory() + "/ood-no-such-sweep"
    #expect(throws: SweepError.noRecords(directory: nowhere)) { try SweepPage(directory: nowhere) }
    try withFixture { fixture in
      try fixture.write("\n", to: "models.jsonl")
      #expect(throws: SweepError.noRecords(directory: fixture.directory)) {
        try SweepPage(directory: fixture.directory)
      }
    }
  }

  @Test("A damaged line is named with its file and number")
  func damagedLine() throws {
    try withFixture { fixture in
      let path = fixture.directory + "/models.jsonl"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try fixture.write(text + "{\"name\": 3}\n", to: "models.jsonl")
      let error = #expect(throws: SweepError.self) { try SweepPage(directory: fixture.directory) }
      #expect("\(error!)".hasPrefix("\(path), line \(SweepPageFixture.models.count + 1) can't be understood"))
    }
  }

  @Test("Damaged images are not taken for missing ones")
  func damagedImages() throws {
    try withFixture { fixture in
      let file = SweepPageFixture.models[0].name + ".panel.json"
      try fixture.write("{\"width\": 28", to: file)
      let error = #expect(throws: SweepError.self) { try SweepPage(directory: fixture.directory) }
      #expect("\(error!)".contains(file))
    }
  }

  typealias Change = @Sendable (inout [String: Any]) -> Void

  /// Changes a key of the record's curves.
  private static func curves(_ key: String, _ value: some Sendable) -> Change {
    { record in
      var curves = record["curves"] as? [String: Any] ?? [:]
      curves[key] = value
      record["curves"] = curves
    }
  }

  /// What is wrong with the second of two records, and what the error has to say.
  static let contradictions: [(change: Change, sentence: String)] = [
    ({ $0["theta"] = 40 }, "θ of the first is 50.0, that of the second 40.0"),
    ({ $0["controls"] = ["symbols", "others"] }, "its control sets are [\"symbols\", \"others\"]"),
    ({ $0["auroc"] = [0.5] }, "auroc has 1 entries for 2 control sets"),
    ({ $0["name"] = SweepPageFixture.models[0].name }, "has two records that differ"),
    (curves("step", 1.5), "the step of curves of the first is 0.5, that of the second 1.5"),
    (curves("in", [1, 2]), "curves.in has 2 counts for 400 steps"),
    (curves("in", Array(repeating: 201, count: 401)), "fewer than 0 or more than 200 images"),
    (curves("controls", [[Int]]()), "curves.controls has 0 entries for 2 control sets"),
  ]

  @Test("Records that contradict themselves or each other", arguments: contradictions.indices)
  func contradiction(index: Int) throws {
    let (change, sentence) = Self.contradictions[index]
    try withFixture { fixture in
      let first = SweepPageFixture.record(SweepPageFixture.models[0])
      var second = SweepPageFixture.record(SweepPageFixture.models[1])
      change(&second)
      try fixture.write(
        [first, second].map(SweepPageFixture.json).joined(separator: "\n"), to: "models.jsonl")
      let error = #expect(throws: (any Error).self) { try SweepPage(directory: fixture.directory) }
      #expect("\(error!)".contains(sentence), "\(error!)")
    }
  }
}
