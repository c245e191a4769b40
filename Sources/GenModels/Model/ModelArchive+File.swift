extension ModelArchive {
  /// The entries of a model in the metadata of a file.
  private enum Key {
    static let kind = "kind"
    static let version = "version"
    static let configuration = "configuration"
    static let examples = "examples"
    static let note = "note."
  }

  /// Models inside models that a file may have, from the outermost to the innermost.
  public static let greatestDepth = 16

  /// The archive in a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - catalogue: Where the kinds of parts, layers and bijections are looked up.
  /// - Throws: `SafetensorsError` when the file can't be read; `ModelFileError` when it holds no model, was changed after it was
  ///   written, or is newer.
  public init(contentsOf path: String, catalogue: ModelCatalogue = .generative) throws {
    try self.init(SafetensorsFile(contentsOf: path), catalogue: catalogue)
  }

  /// The `.safetensors` file.
  public func file() throws -> SafetensorsFile {
    var file = SafetensorsFile()
    try write(to: &file, prefix: "", depth: 1)
    file.seal()
    return file
  }

  private func write(to file: inout SafetensorsFile, prefix: String, depth: Int) throws {
    guard depth <= Self.greatestDepth else {
      throw ModelFileError.nestedTooDeeply(limit: Self.greatestDepth)
    }
    file.metadata[prefix + Key.kind] = kind
    file.metadata[prefix + Key.version] = "\(version)"
    file.metadata[prefix + Key.configuration] = configurationText
    if let examples { file.metadata[prefix + Key.examples] = try JSONText.encode(examples) }
    for (name, text) in notes { file.metadata[prefix + Key.note + name] = text }
    for (name, value) in values { file[prefix + name] = value }
    for (name, part) in parts { try part.write(to: &file, prefix: prefix + name + "/", depth: depth + 1) }
  }

  /// The archive in a `.safetensors` file, of this format's version or an older one.
  ///
  /// - Parameters:
  ///   - file: The contents of the file.
  ///   - catalogue: Where the kinds of parts, layers and bijections are looked up.
  /// - Throws: `ModelFileError` when the file holds no model, was changed after it was written, or is newer.
  public init(_ file: SafetensorsFile, catalogue: ModelCatalogue) throws(ModelFileError) {
    if let old = try VersionOneFile.archive(file, catalogue: catalogue) {
      self = old
      return
    }
    try file.requireSeal()
    var root = Node()
    for (key, text) in file.metadata where !SafetensorsFile.sealKeys.contains(key) {
      try root.insert(key) { $0.metadata[$1] = text }
    }
    for name in file.names { try root.insert(name) { $0.values[$1] = file[name]! } }
    try self.init(root, path: "", catalogue: catalogue)
  }

  private init(_ node: Node, path: String, catalogue: ModelCatalogue) throws(ModelFileError) {
    func entry(_ key: String) throws(ModelFileError) -> String {
      guard let text = node.metadata[key] else { throw .missingMetadata(key: path + key) }
      return text
    }
    let versionText = try entry(Key.version)
    guard let version = Int(versionText) else {
      throw .malformed(reason: "the version \"\(versionText)\" is not a number")
    }
    let examples = try JSONText.decode(
      ExampleDescription.self, from: entry(Key.examples), catalogue: catalogue)
    self.init(
      kind: try entry(Key.kind), version: version, configurationText: try entry(Key.configuration),
      examples: examples, catalogue: catalogue)
    values = node.values
    for (key, text) in node.metadata where key.hasPrefix(Key.note) {
      notes[String(key.dropFirst(Key.note.count))] = text
    }
    for (name, part) in node.parts {
      parts[name] = try ModelArchive(part, path: path + name + "/", catalogue: catalogue)
    }
  }

  /// A model of a file, before it is read: entries and arrays sorted by the slashes in their names.
  private struct Node {
    var metadata: [String: String] = [:]
    var values: [String: SafetensorsFile.Value] = [:]
    var parts: [String: Node] = [:]

    mutating func insert(
      _ name: String, _ add: (inout Node, String) -> Void
    ) throws(ModelFileError) {
      let path = name.split(separator: "/", omittingEmptySubsequences: false)
      guard path.count <= ModelArchive.greatestDepth else {
        throw .nestedTooDeeply(limit: ModelArchive.greatestDepth)
      }
      insert(path[...], add)
    }

    private mutating func insert(_ path: ArraySlice<Substring>, _ add: (inout Node, String) -> Void) {
      guard path.count > 1 else { return add(&self, String(path.first ?? "")) }
      parts[String(path.first!), default: Node()].insert(path.dropFirst(), add)
    }
  }
}
