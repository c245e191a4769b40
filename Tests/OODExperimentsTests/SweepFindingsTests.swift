import OODExperiments
import Testing

@Suite("Findings and table of a sweep")
struct SweepFindingsTests {
  /// Records with these rates against the fixture's two control sets, and objectness.
  private func records(_ values: [(irr: Double, orr: [Double], objectness: Double?)]) throws -> [SweepRecord]
  {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let known = try SweepDirectory(fixture.directory).records()
    return values.enumerated().map { position, value in
      var record = known[position % known.count]
      record.name = "model \(position)"
      record.irr.estimate = value.irr
      for (set, orr) in value.orr.enumerated() {
        record.orr[set].estimate = orr
        record.delta[set].estimate = value.irr - orr
      }
      record.objectness = value.objectness
      return record
    }
  }

  @Test("IRR and ORR that rise together, the best model, and those that no other beats in both")
  func findings() throws {
    let findings = SweepFindings.all(
      try records([
        (0.9, [0.3, 0.9], 4), (0.5, [0.1, 0.5], 2), (0.9, [0.2, 0.9], 3), (0.7, [0.2, 0.7], nil),
        (0.4, [0.4, 0.4], 8), (1, [0.6, 1], 1),
      ]))
    #expect(findings.map(\.control) == SweepPageFixture.controls)
    #expect(findings[0].best.name == "model 2" && abs(findings[0].best.delta - 0.7) < 1e-12)
    #expect(findings[0].envelope.map(\.name) == ["model 1", "model 2", "model 5"])
    #expect(findings[0].envelope.map(\.irr) == [0.5, 0.9, 1])
    // Every model lies on the diagonal: one for each IRR, the first by name.
    #expect(findings[1].irrOrrCorrelation == 1)
    #expect(findings[1].best.name == "model 0")
    #expect(findings[1].envelope.map(\.name) == ["model 4", "model 1", "model 3", "model 0", "model 5"])
    #expect(findings[1].objectnessDeltaCorrelation == nil, "Δ is 0 for all.")
    // Of Δ .6, .4, .7, 0, .4 and objectness 4, 2, 3, 8, 1: means .42 and 3.6; −1.86 / √(.288 · 29.2).
    let correlation = try #require(findings[0].objectnessDeltaCorrelation)
    #expect(abs(correlation + 1.86 / (0.288 * 29.2).squareRoot()) < 1e-12)
  }

  @Test("The least ORR at an IRR, over models and thresholds")
  func leastORR() throws {
    var known = try records([(0.9, [0.3, 0.4], nil), (0.8, [0.3, 0.4], nil)])
    let grid = SweepCurves.Grid(step: 10, steps: 4)
    // Counted below 0, 10, 20, 30, 40. The first has IRR .5 from 20 on, the second from 10 on, with more of the control set.
    known[0].curves = SweepCurves(grid: grid, inClass: [12, 18, 25, 35], controls: [[15, 33], [1, 1]])
    known[1].curves = SweepCurves(grid: grid, inClass: [1, 2, 3, 45], controls: [[5, 6], [11, 12]])
    for position in known.indices {
      known[position].irr.trials = 4
      for set in 0..<2 { known[position].orr[set].trials = 2 }
    }
    let findings = SweepFindings.all(known, leastORRAt: [0.5, 0.75, 1])
    #expect(findings[0].leastORR.map { $0?.name } == ["model 0", "model 0", "model 0"])
    #expect(findings[0].leastORR.map { $0?.theta } == [20, 30, 40])
    #expect(findings[0].leastORR.map { $0?.orr } == [0.5, 0.5, 1])
    #expect(findings[1].leastORR.map { $0?.name } == ["model 1", "model 1", "model 0"])
    #expect(findings[1].leastORR.map { $0?.delta } == [0.75, 0.75, 0])
  }

  @Test("One model, and none, have no correlation")
  func few() throws {
    #expect(SweepFindings.all([]).isEmpty)
    let alone = SweepFindings.all(try records([(0.9, [0.3, 0.4], 4)]))
    #expect(alone.map(\.irrOrrCorrelation) == [nil, nil])
    #expect(alone.map(\.envelope.count) == [1, 1])
  }

  @Test("The order of records decides nothing")
  func order() throws {
    let values = (0..<7).map { (k: Int) -> (irr: Double, orr: [Double], objectness: Double?) in
      let orr = [Double(k % 3) / 3, Double(k) / 7]
      return (Double(k % 4) / 4, orr, Double(k))
    }
    let known = try records(values)
    #expect(SweepFindings.all(known) == SweepFindings.all(known.reversed()))
  }

  @Test("The table has a field for each column, and nothing where nothing is known")
  func table() throws {
    let table = SweepTable(try records([(0.9, [0.3, 0.4], nil), (0.5, [0.1, 0.2], 2.5)]))
    #expect(table.rows.allSatisfy { $0.count == table.header.count })
    #expect(Set(table.header).count == table.header.count)
    func column(_ name: String) throws -> [String] {
      let index = try #require(table.header.firstIndex(of: name))
      return table.rows.map { $0[index] }
    }
    #expect(try column("name") == ["model 0", "model 1"])
    #expect(try column("irr") == ["0.9", "0.5"])
    #expect(try column("orr \(SweepPageFixture.controls[1])") == ["0.4", "0.2"])
    #expect(try column("seed") == ["\(UInt64.max)", "\(UInt64.max)"])
    #expect(try column("objectness") == ["", "2.5"])
    #expect(try column("look_like_domain \(SweepPageFixture.controls[1])") == ["", ""])
  }
}
