extension SafetensorsFile {
  /// What this library writes in the metadata entry `format`.
  static let formatName = "swift-ood"
  /// The version of the format that this release writes; it reads all up to it.
  static let formatVersion = 2

  private static let nameKey = "format"
  private static let versionKey = "format_version"
  private static let checksumKey = "checksum"

  /// The metadata entries of the seal.
  static let sealKeys: Set = [nameKey, versionKey, checksumKey]

  /// Writes format, version and the checksum of everything else into the metadata.
  package mutating func seal() {
    metadata[Self.nameKey] = Self.formatName
    metadata[Self.versionKey] = "\(Self.formatVersion)"
    metadata[Self.checksumKey] = sealChecksum
  }

  /// Throws unless the file has a seal of a version up to this release's, and the contents that were sealed.
  func requireSeal() throws(ModelFileError) {
    guard metadata[Self.nameKey] == Self.formatName else { throw .missingMetadata(key: Self.nameKey) }
    guard let version = metadata[Self.versionKey] else { throw .missingMetadata(key: Self.versionKey) }
    guard version == "\(Self.formatVersion)" else {
      throw .unknownFormatVersion(found: version, newest: Self.formatVersion)
    }
    guard let checksum = metadata[Self.checksumKey] else { throw .missingMetadata(key: Self.checksumKey) }
    guard checksum == sealChecksum else { throw .damaged }
  }

  // The version's name is hashed first, so that no other version's checksum is taken for this one's.
  private var sealChecksum: String { checksum(seed: "\(Self.formatName) \(Self.formatVersion)") }

  /// The checksum of scorers' files of version 1.
  package var versionOneChecksum: String { checksum(seed: nil) }
}
