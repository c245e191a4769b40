/// What a file holds of a model: its kind and version, its configuration, the shape of an example, its arrays, and the models inside
/// it.
///
/// In the `.safetensors` file the metadata have the entries `format` ("swift-ood"), `format_version` ("2") and `checksum`, and for
/// the model `kind`, `version`, `configuration` (JSON) and `examples` (JSON); arrays stand under their names. What belongs to a
/// model inside another one has that one's name and a slash in front: `scorer/kind`, `scorer/means`. Notes are entries whose name
/// begins with `note.`. The checksum covers everything
/// else in the file. Reading takes time linear in the file's size.
public struct ModelArchive: Sendable {
  /// The name of the kind of model.
  public let kind: String
  /// The version of the kind that the model was written in.
  public let version: Int
  /// Where the kinds of parts, layers and bijections are looked up.
  public internal(set) var catalogue: ModelCatalogue
  var configurationText: String
  /// Absent in files of version 1.
  var examples: ExampleDescription?
  var values: [String: SafetensorsFile.Value] = [:]
  var parts: [String: ModelArchive] = [:]
  /// Free text by name that stands in the file beside the model: how it was trained, say.
  public var notes: [String: String] = [:]
  /// The model that was made from this archive already.
  var loaded: (any Model)?

  /// What a file says of one example.
  struct ExampleDescription: Codable, Equatable {
    var shape: [Int]
    var columns: [String]?
  }

  init(
    kind: String, version: Int, configurationText: String, examples: ExampleDescription?,
    catalogue: ModelCatalogue
  ) {
    self.kind = kind
    self.version = version
    self.configurationText = configurationText
    self.examples = examples
    self.catalogue = catalogue
  }

  /// The archive of a model.
  public init(_ model: some Model) throws {
    self.init(
      kind: type(of: model).kind, version: type(of: model).version,
      configurationText: try JSONText.encode(model.configuration),
      examples: ExampleDescription(shape: Array(model.exampleShape), columns: model.columnNames),
      catalogue: .empty)
    try model.encode(to: &self)
  }
}

// MARK: Writing

extension ModelArchive {
  /// The names of a table's columns, in order, where the model was fitted to a table that had them. Traps when set to another number
  /// of names than an example has numbers.
  public var columnNames: [String]? {
    get { examples?.columns }
    set {
      guard var described = examples else { return }
      let columns = described.shape.reduce(1, *)
      precondition(
        (newValue?.count ?? columns) == columns,
        "A model of \(columns) columns can't have \(newValue?.count ?? 0) column names.")
      described.columns = newValue
      examples = described
    }
  }

  /// The array of that name. Names have no slash.
  public subscript(name: String) -> SafetensorsFile.Value? {
    get { values[name] }
    set {
      precondition(
        !name.contains("/"), "The array name \(name) has a slash, which sets apart a model's parts.")
      values[name] = newValue
    }
  }

  /// Writes a model that belongs to this one. Names have no slash.
  public mutating func setPart(_ name: String, _ model: any Model) throws {
    precondition(!name.contains("/"), "The name \(name) has a slash, which sets apart a model's parts.")
    parts[name] = try model.archive()
  }
}

// MARK: Reading

extension ModelArchive {
  /// The model in this archive, of its real type, looked up in the catalogue.
  public func model() throws -> any Model { try loaded ?? catalogue.load(self) }

  /// The same archive, read with another catalogue.
  func with(_ catalogue: ModelCatalogue) -> ModelArchive {
    var archive = self
    archive.catalogue = catalogue
    archive.parts = parts.mapValues { $0.with(catalogue) }
    return archive
  }

  /// The configuration.
  public func configuration<Configuration: Decodable>(
    as type: Configuration.Type
  ) throws(ModelFileError) -> Configuration {
    try JSONText.decode(type, from: configurationText, catalogue: catalogue)
  }

  /// The archive of a model that belongs to this one.
  public func part(_ name: String) throws(ModelFileError) -> ModelArchive {
    guard let part = parts[name] else { throw .missingMetadata(key: name + "/kind") }
    return part
  }

  /// A model that belongs to this one, of a known type.
  public func part<Part: Model>(_ name: String, as type: Part.Type) throws -> Part {
    try Part(decoding: part(name))
  }

  /// The names of the models that belong to this one, in order.
  public var partNames: [String] { parts.keys.sorted() }

  /// The names of the arrays, in order.
  public var names: [String] { values.keys.sorted() }

  /// Throws when the file says another shape of an example than the model that was made from it has.
  func requireSameExamples(as model: some Model) throws(ModelFileError) {
    guard let examples else { return }
    if let names = examples.columns, names.count != model.exampleShape.elementCount {
      throw .malformed(
        reason: "it has \(names.count) column names, and takes \(model.exampleShape.elementCount) columns")
    }
    guard examples.shape != Array(model.exampleShape) else { return }
    throw .malformed(
      reason:
        "it is said to take examples of shape \(examples.shape), and its arrays make a model for \(model.exampleShape)"
    )
  }
}

// MARK: Reading what a catalogue decides

extension ModelArchive {
  /// Loads a model that belongs to this one, of its real type, as something that it must be able to do. `part(_:as:)` finds it from
  /// then on without loading it again.
  ///
  /// ```swift
  /// func load<Scorer: OODScorer & Model>(_: Scorer) throws -> any Model { try Detector<Scorer>(decoding: archive) }
  /// return try load(archive.load("scorer", as: (any OODScorer & Model).self, called: "a scorer"))
  /// ```
  ///
  /// - Throws: `ModelFileError.unexpectedModel` when the model can't do it; what loading it throws.
  public mutating func load<Capability>(
    _ name: String, as type: Capability.Type, called description: String
  ) throws -> Capability {
    let archive = try part(name)
    let model = try archive.model()
    guard let part = model as? Capability else {
      throw ModelFileError.unexpectedModel(found: archive.kind, expected: description)
    }
    parts[name]!.loaded = model
    return part
  }
}
