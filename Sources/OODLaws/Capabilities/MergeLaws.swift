import GenModels
import OODDetectors

/// The laws of detectors that are fitted by parts: however the parts are merged, the detector is that of all rows in one pass; parts that
/// don't go together are refused with `MergeError`, and what some of the parts make is no detector.
public enum MergeLaws {
  /// - Parameters:
  ///   - type: The detector.
  ///   - tables: The rows of the parts, at least three.
  ///   - settings: Those of all parts.
  ///   - others: Other settings, with which parts don't merge; nil for a method that has none.
  ///   - fresh: Rows to score.
  ///   - tolerance: How far a score may be from that of one pass, and between ways to merge: 0 for the same bits, else relative to
  ///     max(1, |score|).
  ///   - onePass: The detector of all parts, given their rows.
  public static func violations<Base: MergeableDetector>(
    of type: Base.Type, on tables: [Matrix], settings: Base.PartSettings, others: Base.PartSettings?,
    scoring fresh: Matrix, tolerance: Double, onePass: ([Matrix]) throws -> Base
  ) -> [LawViolation] {
    var findings = Findings()
    let tried = "\(Base.kind) in \(tables.count) parts"
    findings.attempt("merging: the detector of all rows", tried: tried) { findings in
      let trial = try MergeTrial(of: type, tables, settings)
      let expected = try onePass(tables).score(fresh)
      for (way, merged) in try trial.ways() {
        let scores = try merged.detector().score(fresh)
        findings.require(
          expected.isSame(as: scores, tolerance: tolerance), "merging: the detector of all rows",
          tried: "\(tried), \(way)", found: scores.summary, expected: expected.summary)
      }
      try trial.commutes(&findings)
      try trial.files(&findings)
      try trial.refusals(&findings, others: others)
    }
    let spoiled = tables[0].replacing(example: 0, feature: 0, with: .infinity)
    for (name, wrong) in [
      ("infinity", spoiled), ("no rows", Matrix(rows: 0, columns: tables[0].columns, elements: [])),
    ] {
      findings.requireError("merging: what can't be fitted to is refused", tried: name, TableError.self) {
        _ = try DetectorPart<Base>(of: wrong, shard: Shard(1, of: 2)!, settings: settings)
      }
    }
    return findings.violations
  }
}

/// The parts of one detector.
private struct MergeTrial<Base: MergeableDetector> {
  let settings: Base.PartSettings
  let tables: [Matrix]
  let parts: [DetectorPart<Base>]

  init(of type: Base.Type, _ tables: [Matrix], _ settings: Base.PartSettings) throws {
    self.settings = settings
    self.tables = tables
    parts = try tables.enumerated().map { i, table in
      try DetectorPart<Base>(of: table, shard: Shard(i + 1, of: tables.count)!, settings: settings)
    }
  }

  /// Ways to put all parts together.
  func ways() throws -> [(String, DetectorPart<Base>)] {
    let last = parts.count - 1
    return [
      ("in order", try DetectorPart.merging(parts)),
      ("backwards", try DetectorPart.merging(parts.reversed())),
      (
        "the last two first",
        try parts[0..<last - 1].reduce(parts[last - 1].merging(parts[last])) { try $0.merging($1) }
      ),
      ("from the last", try parts[..<last].reversed().reduce(parts[last]) { try $0.merging($1) }),
    ]
  }

  private func bytes(_ part: some Model) throws -> [UInt8] { try part.safetensors().bytes() }

  /// Which of two parts is asked makes no difference, nor the order in which a list of them is given, nor the number of threads.
  func commutes(_ findings: inout Findings) throws {
    let law = "merging: the order of parts makes no difference to the bit"
    findings.require(
      try bytes(parts[0].merging(parts[1])) == bytes(parts[1].merging(parts[0])), law, tried: "two parts",
      found: "other bytes", expected: "the same")
    findings.require(
      try bytes(DetectorPart.merging(parts)) == bytes(DetectorPart.merging(parts.reversed())), law,
      tried: "a list of all", found: "other bytes", expected: "the same")
    func merged(_ threads: Int) throws -> [UInt8] {
      try Parallelism.withThreads(threads) {
        try bytes(DetectorPart.merging(MergeTrial(of: Base.self, tables, settings).parts))
      }
    }
    findings.require(
      try merged(1) == merged(5), "merging: the number of threads makes no difference",
      tried: "one thread and five", found: "other bytes", expected: "the same")
  }

  /// A part is read from its file as it was, by a catalogue that knows the detector.
  func files(_ findings: inout Findings) throws {
    let catalogue = ModelCatalogue.detectors.adding(Base.self)
    let loaded = try parts.map { try catalogue.model(from: $0.archive()) }
    let same = loaded.compactMap { $0 as? DetectorPart<Base> }
    guard same.count == parts.count else {
      return findings.add(
        "merging: parts are read again", tried: Base.kind, found: "\(Swift.type(of: loaded[0]))",
        expected: "\(DetectorPart<Base>.self)")
    }
    findings.require(
      try bytes(DetectorPart.merging(same)) == bytes(DetectorPart.merging(parts)),
      "merging: parts are read again", tried: "all of them, merged", found: "other bytes",
      expected: "the same")
  }

  func refusals(_ findings: inout Findings, others: Base.PartSettings?) throws {
    let law = "merging: what does not go together is refused"
    func refuses(_ tried: String, _ body: () throws -> Void) {
      findings.requireError(law, tried: tried, MergeError.self, body)
    }
    refuses("one part twice") { _ = try parts[0].merging(parts[0]) }
    let both = try parts[0].merging(parts[1])
    refuses("a part that is in the other") { _ = try both.merging(parts[1]) }
    refuses("a detector of some parts") { _ = try both.detector() }
    refuses("a part of another division") {
      _ = try parts[0].merging(
        DetectorPart(of: tables[1], shard: Shard(2, of: tables.count + 1)!, settings: settings))
    }
    refuses("other names of columns") {
      var named = parts[1]
      named.columnNames = (0..<tables[1].columns).map { "column \($0)" }
      _ = try parts[0].merging(named)
    }
    if let others {
      refuses("other settings") {
        _ = try parts[0].merging(
          DetectorPart(of: tables[1], shard: Shard(2, of: tables.count)!, settings: others))
      }
    }
  }
}

extension Findings {
  /// Requires that something throws an error of a type.
  fileprivate mutating func requireError<Expected: Error>(
    _ law: String, tried: String, _ type: Expected.Type, _ body: () throws -> Void
  ) {
    var found = "no error"
    do { try body() } catch {
      if error is Expected { return }
      found = "the error \"\(error)\" of type \(Swift.type(of: error))"
    }
    add(law, tried: tried, found: found, expected: "\(type)")
  }
}
