import GenModels

/// What a file holds of a scorer: its kind, the format's version, its settings, its arrays, and the scorers
/// inside it.
///
/// In the `.safetensors` file, the metadata have the entries `kind`, `version`, `settings` (JSON) and
/// `checksum`; arrays stand under their names. What belongs to a scorer inside another one has that one's
/// name and a slash in front: `scorer/kind`, `scorer/means`.
public struct ScorerArchive: Sendable {
  /// The name of the kind of scorer.
  public let kind: String
  /// The version of the format that the scorer was written in.
  public let version: Int
  private var settings: String
  private var values: [String: SafetensorsFile.Value] = [:]
  private var parts: [String: ScorerArchive] = [:]

  /// The archive of a scorer.
  public init(_ scorer: some SavableScorer) throws {
    self.init(kind: type(of: scorer).kind, version: type(of: scorer).formatVersion)
    try scorer.encode(to: &self)
  }

  private init(kind: String, version: Int, settings: String = "{}") {
    self.kind = kind
    self.version = version
    self.settings = settings
  }
}

// MARK: Writing

extension ScorerArchive {
  /// Writes the settings: anything whose JSON is an object. Numbers must be finite.
  public mutating func setSettings(_ settings: some Encodable) throws {
    self.settings = try SettingsText.encode(settings)
  }

  /// The array of that name. Names have no slash.
  public subscript(name: String) -> SafetensorsFile.Value? {
    get { values[name] }
    set {
      precondition(
        !name.contains("/"), "The array name \(name) has a slash, which sets apart a scorer's parts.")
      values[name] = newValue
    }
  }

  /// Writes a scorer that belongs to this one. Names have no slash.
  public mutating func setPart(_ name: String, _ scorer: some SavableScorer) throws {
    precondition(!name.contains("/"), "The name \(name) has a slash, which sets apart a scorer's parts.")
    parts[name] = try scorer.archive()
  }

  /// The `.safetensors` file.
  public func file() -> SafetensorsFile {
    var file = SafetensorsFile()
    write(to: &file, prefix: "")
    file.metadata["checksum"] = file.checksum
    return file
  }

  private func write(to file: inout SafetensorsFile, prefix: String) {
    file.metadata[prefix + "kind"] = kind
    file.metadata[prefix + "version"] = "\(version)"
    file.metadata[prefix + "settings"] = settings
    for (name, value) in values { file[prefix + name] = value }
    for (name, part) in parts { part.write(to: &file, prefix: prefix + name + "/") }
  }
}

// MARK: Reading

extension ScorerArchive {
  /// The archive in a `.safetensors` file.
  /// - Throws: `ModelFileError` when the file holds no scorer, or was changed after it was written.
  public init(_ file: SafetensorsFile) throws(ModelFileError) {
    guard let checksum = file.metadata["checksum"] else {
      throw ModelFileError.missingMetadata(key: "checksum")
    }
    guard checksum == file.checksum else {
      throw ModelFileError.malformedArchitecture(
        reason:
          "the checksum of the contents is \(file.checksum), and the file says \(checksum): it is damaged")
    }
    var rest: [String: SafetensorsFile.Value] = [:]
    for name in file.names { rest[name] = file[name]! }
    try self.init(metadata: file.metadata, values: rest, prefix: "")
  }

  private init(
    metadata: [String: String], values: [String: SafetensorsFile.Value], prefix: String
  ) throws(ModelFileError) {
    func entry(_ key: String) throws(ModelFileError) -> String {
      guard let text = metadata[prefix + key] else { throw .missingMetadata(key: prefix + key) }
      return text
    }
    let versionText = try entry("version")
    guard let version = Int(versionText) else {
      throw .malformedArchitecture(reason: "the version \"\(versionText)\" is not a number")
    }
    self.init(kind: try entry("kind"), version: version, settings: try entry("settings"))
    for (name, value) in values where name.hasPrefix(prefix) {
      let local = name.dropFirst(prefix.count)
      if !local.contains("/") { self.values[String(local)] = value }
    }
    for key in metadata.keys where key.hasPrefix(prefix) {
      let local = key.dropFirst(prefix.count)
      guard local.hasSuffix("/kind") else { continue }
      let name = local.dropLast("/kind".count)
      guard !name.isEmpty, !name.contains("/") else { continue }
      parts[String(name)] = try ScorerArchive(
        metadata: metadata, values: values, prefix: prefix + name + "/")
    }
  }

  /// The settings.
  public func settings<Settings: Decodable>(as type: Settings.Type) throws(ModelFileError) -> Settings {
    try SettingsText.decode(type, from: settings)
  }

  /// The archive of a scorer that belongs to this one.
  public func part(_ name: String) throws(ModelFileError) -> ScorerArchive {
    guard let part = parts[name] else { throw .missingMetadata(key: name + "/kind") }
    return part
  }

  /// The array of that name, any doubles.
  /// - Throws: `SafetensorsError` when it is missing, has another type, or another shape than `shape`.
  public func doubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    try lone(name).doubles(name, shape: shape)
  }

  /// The array of that name.
  /// - Throws: As `doubles`, and `ModelFileError` when a number is NaN or infinite.
  public func finiteDoubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    let numbers = try doubles(name, shape: shape)
    if let position = numbers.firstIndex(where: { !$0.isFinite }) {
      throw ModelFileError.notFinite(name: name, position: position)
    }
    return numbers
  }

  /// The array of that name.
  /// - Throws: As `finiteDoubles`, and `ModelFileError` when a number is not above 0.
  public func positiveDoubles(_ name: String, shape: Shape? = nil) throws -> [Double] {
    let numbers = try finiteDoubles(name, shape: shape)
    if let position = numbers.firstIndex(where: { $0 <= 0 }) {
      throw ModelFileError.malformedArchitecture(
        reason: "\(name) has \(numbers[position]) at position \(position), where a positive number belongs")
    }
    return numbers
  }

  /// The integers of that name, of type `I32` or another integer type up to `I64`.
  /// - Throws: `SafetensorsError` when it is missing, has another type, or another shape than `shape`.
  public func integers(_ name: String, shape: Shape? = nil) throws -> [Int] {
    try lone(name).integers(name, shape: shape)
  }

  /// The shape of the array of that name, with that many axes.
  public func shape(_ name: String, rank: Int) throws(ModelFileError) -> Shape {
    let wanted = Shape(Array(repeating: 0, count: rank))
    guard let value = values[name] else { throw .missingTensor(name: name, shape: wanted) }
    guard value.shape.rank == rank else {
      throw .unexpectedShape(name: name, found: value.shape, expected: wanted)
    }
    return value.shape
  }

  /// A file with that array only, for its typed readers.
  private func lone(_ name: String) -> SafetensorsFile {
    var file = SafetensorsFile()
    file[name] = values[name]
    return file
  }
}
