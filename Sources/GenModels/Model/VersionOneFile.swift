/// Reads the files that releases before the format's version 2 wrote: networks without a checksum, with the entries `model` and
/// `architecture`, and scorers with the entries `kind`, `version` and `settings`, the models inside them by prefix.
enum VersionOneFile {
  /// The archive in a file of version 1; nil when the file is of another version.
  static func archive(
    _ file: SafetensorsFile, catalogue: ModelCatalogue
  ) throws(ModelFileError) -> ModelArchive? {
    let metadata = file.metadata
    if metadata["checksum"] == nil { return try network(file, catalogue: catalogue) }
    guard metadata["format"] == nil, metadata["settings"] != nil else { return nil }
    guard let checksum = metadata["checksum"], checksum == file.versionOneChecksum else {
      throw .damaged
    }
    return try scorer(file, catalogue: catalogue)
  }

  private static func network(
    _ file: SafetensorsFile, catalogue: ModelCatalogue
  ) throws(ModelFileError) -> ModelArchive? {
    guard file.metadata["format"] == SafetensorsFile.formatName, file.metadata["format_version"] == "1"
    else { return nil }
    guard let kind = file.metadata["model"] else { throw .missingMetadata(key: "model") }
    guard let architecture = file.metadata["architecture"] else {
      throw .missingMetadata(key: "architecture")
    }
    var archive = ModelArchive(
      kind: kind, version: 1, configurationText: architecture, examples: nil, catalogue: catalogue)
    for name in file.names { archive.values[name] = file[name] }
    let known: Set = ["format", "format_version", "model", "architecture"]
    archive.notes = file.metadata.filter { !known.contains($0.key) }
    return archive
  }

  private static func scorer(
    _ file: SafetensorsFile, catalogue: ModelCatalogue
  ) throws(ModelFileError) -> ModelArchive {
    // A scorer inside another one repeats the outer one's entries, each prefix once: the deepest comes first.
    let prefixes = file.metadata.keys.filter {
      $0.hasSuffix("kind") && ($0 == "kind" || $0.hasSuffix("/kind"))
    }
    .map { String($0.dropLast("kind".count)) }
    let depths = prefixes.map { $0.utf8.count { $0 == UInt8(ascii: "/") } }
    guard (depths.max() ?? 0) < ModelArchive.greatestDepth else {
      throw .nestedTooDeeply(limit: ModelArchive.greatestDepth)
    }
    var archives: [String: ModelArchive] = [:]
    for prefix in prefixes {
      func entry(_ key: String) throws(ModelFileError) -> String {
        guard let text = file.metadata[prefix + key] else { throw .missingMetadata(key: prefix + key) }
        return text
      }
      let text = try entry("version")
      guard let version = Int(text) else {
        throw .malformed(reason: "the version \"\(text)\" is not a number")
      }
      archives[prefix] = ModelArchive(
        kind: try entry("kind"), version: version, configurationText: try entry("settings"), examples: nil,
        catalogue: catalogue)
    }
    for name in file.names {
      let parent = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
      archives[parent]?.values[String(name.dropFirst(parent.count))] = file[name]
    }
    for (_, prefix) in zip(depths, prefixes).sorted(by: { $0.0 > $1.0 }) where prefix != "" {
      let path = prefix.dropLast()
      let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      let part = archives[prefix]
      archives[parent]?.parts[String(path.dropFirst(parent.count))] = part
    }
    guard let root = archives[""] else { throw .missingMetadata(key: "kind") }
    return root
  }
}
