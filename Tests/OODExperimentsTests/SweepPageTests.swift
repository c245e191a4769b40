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

  /// Records that contradict themselves or each other, and what the error has to say.
  static let contradictions: [(String, [String: Any], String)] = {
    var curves = SweepPageFixture.record(SweepPageFixture.models[1])["curves"] as! [String: Any]
    var (short, large, coarse) = (curves, curves, curves)
    short["in"] = [1, 2]
    large["in"] = Array(repeating: SweepPageFixture.testCount + 1, count: SweepPageFixture.steps + 1)
    coarse["step"] = 1.5
    curves["controls"] = [[Int]]()
    return [
      ("theta", ["theta": 40], "θ of the first is 50.0, that of the second 40.0"),
      ("control sets", ["controls": ["symbols", "others"]], "the list of control sets"),
      ("step", ["curves": coarse], "the step of curves of the first is 0.5, that of the second 1.5"),
      ("short curve", ["curves": short], "curves.in has 2 counts for 400 steps"),
      ("large count", ["curves": large], "fewer than 0 or more than 200 images"),
      ("no control curves", ["curves": curves], "curves.controls has 0 entries for 2 control sets"),
      ("one area", ["auroc": [0.5]], "auroc has 1 entries for 2 control sets"),
    ]
  }()

  @Test("Records that contradict themselves or each other", arguments: contradictions.indices)
  func contradiction(index: Int) throws {
    let (_, changes, sentence) = Self.contradictions[index]
    try withFixture { fixture in
      let first = SweepPageFixture.record(SweepPageFixture.models[0])
      let second = SweepPageFixture.record(SweepPageFixture.models[1]).merging(changes) { $1 }
      try fixture.write(
        [first, second].map(SweepPageFixture.json).joined(separator: "\n"), to: "models.jsonl")
      let error = #expect(throws: SweepPageError.self) { try SweepPage(directory: fixture.directory) }
      #expect("\(error!)".contains(sentence), "\(error!)")
    }
  }
}
