import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files of a sweep.
///
///     settings.json          what all records agree in (`SweepSettings`)
///     NAME.json              a model's record (`SweepRecord`); written last, so that it is there only when all is
///     NAME.panel.json        its images (`ModelPanel`)
///     NAME.safetensors       the model
///     NAME.checkpoint        a training under way
///     NAME.1.claim           the worker that is at a model
///     plan-DIGEST.json       the models that workers have been given (`SweepPlan`)
///     models.jsonl           all records, one a line, by name
///
/// Every file is written beside and renamed. Results of several machines merge by putting their files into one directory, or by
/// concatenating their `models.jsonl` (what is in either counts, also for a sweep that goes on: a model is trained again when both
/// its files and its line are gone).
public struct SweepDirectory: Sendable, Hashable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// The path of one of the directory's files.
  public func file(_ name: String) -> String { path + "/" + name }

  /// `settings.json`; nil when there is none.
  /// - Throws: `SweepError.malformedFile`.
  public func settings() throws -> SweepSettings? {
    guard let bytes = try contents("settings.json") else { return nil }
    return try Self.decode(SweepSettings.self, bytes, file: file("settings.json"))
  }

  /// The records in `models.jsonl` and in models' own files, by name. A model that occurs twice, as after concatenation, is
  /// one when its records differ in nothing but time.
  /// - Parameter allowsNone: No records are none, and no error.
  /// - Throws: `SweepError` when there is none, one is damaged, two records of a model differ, or two models were measured
  ///   on other control sets.
  public func records(allowsNone: Bool = false) throws -> [SweepRecord] {
    var found = try gatheredRecords()
    found += try ownRecords(recordFiles()).map { ($0, file($0.name + ".json")) }
    guard let first = found.first else {
      guard allowsNone else { throw SweepError.noRecords(directory: self.path) }
      return []
    }
    if let other = found.first(where: { $0.record.controls != first.record.controls }) {
      throw SweepError.malformedFile(
        file: other.place, line: nil,
        reason: "its control sets are \(other.record.controls), "
          + "and those of \(first.place) \(first.record.controls)")
    }
    return try Self.merged(found)
  }

  /// The lines of `models.jsonl`, and where they stand.
  private func gatheredRecords() throws -> [(record: SweepRecord, place: String)] {
    let path = file("models.jsonl")
    guard let bytes = try contents("models.jsonl") else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().filter { !$1.isEmpty }.map { index, line in
      (
        try Self.decode(SweepRecord.self, Data(line), file: path, line: index + 1),
        "line \(index + 1) of \(path)"
      )
    }
  }

  /// The records in `models.jsonl` of models that are not among those of `files`, by name: from other directories, or laid there
  /// alone.
  private func gatheredRecords(without files: [String]) throws -> [SweepRecord] {
    let own = Set(files)
    return try Self.merged(gatheredRecords().filter { !own.contains($0.record.name + ".json") })
  }

  /// The records in `models.jsonl` of models without a file of their own here, by name.
  /// - Throws: `SweepError`, also when two of a model differ.
  func recordsWithoutFiles() throws -> [SweepRecord] { try gatheredRecords(without: recordFiles()) }

  /// The records in models' own files.
  private func ownRecords(_ files: [String]) throws -> [SweepRecord] {
    try files.map { try Self.decode(SweepRecord.self, contents($0) ?? Data(), file: file($0)) }
  }

  /// Records by name, each model once.
  static func merged(_ found: [(record: SweepRecord, place: String)]) throws(SweepError) -> [SweepRecord] {
    var places: [String: (record: SweepRecord, place: String)] = [:]
    for (record, place) in found {
      if let earlier = places[record.name] {
        guard earlier.record.isSame(as: record) else {
          throw .contradictingRecords(name: record.name, first: earlier.place, second: place)
        }
      } else {
        places[record.name] = (record, place)
      }
    }
    return places.values.map(\.record).sorted { $0.name < $1.name }
  }

  /// The images of a model. A record may name a file of its own folder only.
  /// - Throws: `SweepError`: `.fileOutside` for another place, `.unreadableFile` when there is none.
  public func panel(of record: SweepRecord) throws -> ModelPanel {
    let path = file(record.panel)
    guard !record.panel.isEmpty, !record.panel.contains("/"), record.panel != ".", record.panel != ".." else {
      throw SweepError.fileOutside(name: record.name, file: record.panel, directory: self.path)
    }
    guard FileManager.default.fileExists(atPath: path) else { throw SweepError.unreadableFile(path: path) }
    guard isInside(path, folder: self.path) else {
      throw SweepError.fileOutside(name: record.name, file: record.panel, directory: self.path)
    }
    guard let bytes = try contents(record.panel) else { throw SweepError.unreadableFile(path: path) }
    return try Self.decode(ModelPanel.self, bytes, file: path)
  }

  /// The record of a model that is finished; nil for one that is not.
  func record(named name: String) throws -> SweepRecord? {
    guard let bytes = try contents(name + ".json") else { return nil }
    return try Self.decode(SweepRecord.self, bytes, file: file(name + ".json"))
  }

  /// Writes one of the files as a whole.
  func write(_ value: some Encodable, to name: String, isPretty: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    try OutputPlace.write(encoder.encode(value), to: file(name))
  }

  /// Writes the settings where there are none.
  /// - Returns: What is there now: of workers that start together one comes first.
  func agree(on settings: SweepSettings) throws -> SweepSettings {
    if let stored = try self.settings() { return stored }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    try OutputPlace.writeFirst(encoder.encode(settings), to: file("settings.json"))
    return try self.settings() ?? settings
  }

  /// Writes a plan beside those of workers with other models.
  func write(_ plan: SweepPlan) throws {
    if try !names().contains(plan.fileName) { try write(plan, to: plan.fileName) }
  }

  /// What workers have been given, all together; nil where there is no plan.
  func plan() throws -> SweepPlan? {
    let plans = try names().filter(SweepPlan.isFile).compactMap { name in
      try contents(name).map { try Self.decode(SweepPlan.self, $0, file: file(name)) }
    }
    return plans.isEmpty ? nil : SweepPlan(plans)
  }

  /// Whether a model's record and all that it names are among the files of a sweep.
  static func isFinished(_ model: String, in files: Set<String>) -> Bool { files.contains(model + ".json") }

  /// Removes what is left of the work on models whose records are there: a kill may have come between the two.
  func removeRemains(of models: [String]) throws {
    let endings = [".json", ".panel.json", ".safetensors", ".checkpoint"]
    let own = Set(models.flatMap { model in endings.map { model + $0 } })
    let checkpoints = Set(models.map { $0 + ".checkpoint" })
    let finished = Set(models)
    for name in try names() {
      let isRemains =
        checkpoints.contains(name) || PartialFiles.base(of: name).map(own.contains) ?? false
        || ClaimFile(folder: path, name: name).map { finished.contains($0.task) } ?? false
      if isRemains { try remove(file(name)) }
    }
  }

  /// Gathers the records of all finished models, of this run, of earlier ones and of other shards at work in the directory, into
  /// `models.jsonl`, and keeps the lines of models without files. Done again while records appear, so that the last of several
  /// writers has seen them all.
  func gather() throws {
    var gathered: [String] = []
    while true {
      let names = try recordFiles()
      guard names != gathered else { return }
      try writeAll(ownRecords(names) + gatheredRecords(without: names))
      gathered = names
    }
  }

  /// Writes `models.jsonl` from records that may have no files of their own, in the order that `gather` has.
  func writeAll(_ records: [SweepRecord]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines: [UInt8] = []
    for record in records.sorted(by: { $0.name + ".json" < $1.name + ".json" }) {
      lines += try encoder.encode(record)
      lines.append(UInt8(ascii: "\n"))
    }
    try OutputPlace.write(lines, to: file("models.jsonl"))
  }

  /// The first of the files that a sweep makes; nil for a directory without any.
  /// - Parameter models: Only the files of these models count, where other shards may be at work; all when nil.
  func firstFileInUse(by models: [String]?) throws -> String? {
    let endings = [".json", ".jsonl", ".safetensors", ".checkpoint", ClaimFile.ending]
    let own = models.map { Set($0.flatMap { model in (endings + [".panel.json"]).map { model + $0 } }) }
    return try names().first { name in
      own.map { $0.contains(name) } ?? endings.contains { name.hasSuffix($0) }
    }
  }

  /// Removes what a killed run had begun to write of these models. What a run that is still at work writes stays.
  func removePartialFiles(of models: [String]) throws {
    let models = Set(models + ["settings", "models", "digit-classifier", "symbol-classifier"])
    let endings = [".json.", ".panel.json.", ".jsonl.", ".safetensors.", ".checkpoint."]
    for name in try names() where PartialFiles.isStale(name) {
      let isOurs = endings.contains { ending in
        name.firstRange(of: ending).map { models.contains(String(name[..<$0.lowerBound])) } ?? false
      }
      if isOurs { try remove(file(name)) }
    }
  }

  /// Removes a file that is there; another run may have done so at the same moment.
  func remove(_ path: String) throws {
    do {
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    } catch {
      if FileManager.default.fileExists(atPath: path) { throw error }
    }
  }

  /// Most bytes of one of the files: those of some hundred thousand records.
  private static let mostBytes = 1 << 30

  /// The bytes of one of the directory's files; nil when it is not there.
  private func contents(_ name: String) throws -> Data? {
    guard FileManager.default.fileExists(atPath: file(name)) else { return nil }
    return Data(try readFile(file(name), mostBytes: Self.mostBytes))
  }

  /// Names in the directory, sorted; none when it is not there.
  private func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// The names of models' records: of the JSON files, those that have a panel beside.
  private func recordFiles() throws -> [String] {
    let names = try names()
    let panels = Set(names.filter { $0.hasSuffix(".panel.json") })
    return names.filter { $0.hasSuffix(".json") && panels.contains($0.dropLast(5) + ".panel.json") }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: Data, file: String, line: Int? = nil
  ) throws(SweepError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: bytes)
    } catch let error as DecodingError {
      throw .malformedFile(file: file, line: line, reason: error.sentence)
    } catch {
      throw .malformedFile(file: file, line: line, reason: "\(error)")
    }
  }
}

extension SweepRecord {
  /// Whether both say the same of one model; times aside.
  func isSame(as other: SweepRecord) -> Bool {
    var copy = self
    (copy.trainSeconds, copy.evaluateSeconds) = (other.trainSeconds, other.evaluateSeconds)
    return copy == other
  }
}
