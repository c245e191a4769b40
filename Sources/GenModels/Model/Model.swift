/// Anything that is trained or fitted: networks, densities, scorers, preparations, detectors. A model is saved as one file, and
/// loaded again without knowing its type.
///
/// ```swift
/// try model.save(to: "model.safetensors")
/// let same = try IsolationForest(contentsOf: "model.safetensors")       // of a known type
/// let any = try ModelCatalogue.standard.load("model.safetensors")       // of any; its real type comes back
/// ```
///
/// A type that conforms has a name in files (`kind`), a configuration (anything Codable: an architecture or settings), and writes
/// its arrays and the models inside it to an archive. What it reads comes from outside: `init(from:)` checks everything before it is
/// used. Networks conform to `Network`, which does all this by the names of their parameters.
public protocol Model: Sendable {
  /// The name of this kind of model in files. It never changes.
  static var kind: String { get }

  /// The version of the configuration and arrays that this release writes; all up to it are read. 1 unless said.
  static var version: Int { get }

  /// What the model is, besides its arrays and parts: an architecture, or settings.
  associatedtype Configuration: Codable & Sendable

  var configuration: Configuration { get }

  /// The shape of one example, without the axis that counts them; for a table, `[columns]`.
  var exampleShape: Shape { get }

  /// The names of a table's columns, in order, where the model was fitted to a table that had them.
  var columnNames: [String]? { get }

  /// What a table's columns hold, where the model was fitted to a table with times or categories.
  var columnKinds: [ColumnKind]? { get }

  /// What a table's columns usually hold, where the model knows.
  var columnRanges: [ColumnRange]? { get }

  /// Writes arrays and parts; the configuration is there already.
  func encode(to archive: inout ModelArchive) throws

  /// The model that `encode` wrote. The archive may hold anything: what it says is checked before it is used.
  init(from archive: ModelArchive) throws

  /// What a file holds of the model. Only a wrapper that stands for another model in files has one of its own.
  func archive() throws -> ModelArchive

  /// The model in an archive, once its kind and version are seen to be this type's. Only a wrapper that stands for other models in
  /// files has one of its own.
  init(decoding archive: ModelArchive) throws
}

/// The configuration of models that have none.
public struct EmptyConfiguration: Codable, Sendable, Hashable {
  public init() {}
}

extension Model where Configuration == EmptyConfiguration {
  public var configuration: EmptyConfiguration { EmptyConfiguration() }
}

extension Model {
  public static var version: Int { 1 }

  public var columnNames: [String]? { nil }

  public var columnKinds: [ColumnKind]? { nil }

  public var columnRanges: [ColumnRange]? { nil }

  /// Writes the model to a `.safetensors` file. Whoever reads `path`, even after a crash, finds the old file or the new one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - notes: Free text by name that stands in the file beside the model; `ModelArchive.notes` has it again.
  public func save(to path: String, notes: [String: String] = [:]) throws {
    var archive = try archive()
    archive.notes.merge(notes) { $1 }
    try archive.file().write(to: path)
  }

  /// The model as the contents of a file.
  public func safetensors() throws -> SafetensorsFile { try archive().file() }

  /// The model of this type in the contents of a file; see `init(contentsOf:catalogue:)`.
  public init(safetensors file: SafetensorsFile, catalogue: ModelCatalogue = .generative) throws {
    try self.init(decoding: ModelArchive(file, catalogue: catalogue))
  }

  /// Reads a model of this type from a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - catalogue: Where layers, bijections and models inside the model are looked up. Add your own kinds to it.
  /// - Throws: `SafetensorsError` when the file can't be read; `ModelFileError` when it holds another kind of model, is damaged, or was
  ///   written by a newer release.
  public init(contentsOf path: String, catalogue: ModelCatalogue = .generative) throws {
    try self.init(decoding: ModelArchive(contentsOf: path, catalogue: catalogue))
  }

  public func archive() throws -> ModelArchive { try ModelArchive(self) }

  public init(decoding archive: ModelArchive) throws {
    if let loaded = archive.loaded as? Self {
      self = loaded
      return
    }
    guard archive.kind == Self.kind else {
      throw ModelFileError.unexpectedModel(found: archive.kind, expected: Self.kind)
    }
    guard archive.version >= 1, archive.version <= Self.version else {
      throw ModelFileError.unknownFormatVersion(found: "\(archive.version)", newest: Self.version)
    }
    try self.init(from: archive)
    try archive.requireSameExamples(as: self)
  }
}
