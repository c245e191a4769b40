import GenModels

/// A scorer that can be written to a file and read again: it then gives the same scores, to the bit.
///
/// A conforming type writes its settings as a `Codable` value and its arrays by name, and reads them again:
///
///     extension Centroid: SavableScorer {
///       public static let kind = "centroid"
///       struct Settings: Codable { var exponent: Double }
///
///       public func encode(to archive: inout ScorerArchive) throws {
///         try archive.setSettings(Settings(exponent: exponent))
///         archive["centre"] = .float64(centre, shape: [centre.count])
///       }
///
///       public init(from archive: ScorerArchive) throws {
///         exponent = try archive.settings(as: Settings.self).exponent
///         centre = try archive.finiteDoubles("centre")
///       }
///     }
public protocol SavableScorer<Examples>: OODScorer {
  /// The name of the kind of scorer in a file, in lower case with hyphens: "isolation-forest". Never changed:
  /// saved files hold it.
  static var kind: String { get }

  /// The version of what `encode` writes. `init(from:)` reads this one and all older ones
  /// (`archive.version`); newer ones are refused before it is called.
  static var formatVersion: Int { get }

  /// Writes settings and arrays.
  func encode(to archive: inout ScorerArchive) throws

  /// The scorer that `encode` wrote. The file may hold anything: what it says is checked before it is used.
  init(from archive: ScorerArchive) throws

  /// What a file holds of the scorer: its kind and version, and what `encode` writes. Only a wrapper that
  /// stands for another scorer in files has one of its own.
  func archive() throws -> ScorerArchive

  /// The scorer in an archive, once its kind and version are seen to be this type's. Only a wrapper that
  /// stands for other scorers in files has one of its own.
  init(decoding archive: ScorerArchive) throws
}

extension SavableScorer {
  public static var formatVersion: Int { 1 }

  /// Writes the scorer to a `.safetensors` file. Whoever reads `path`, even after a crash, finds the old file
  /// or the new one.
  public func save(to path: String) throws {
    try archive().file().write(to: path)
  }

  /// Reads a scorer of this type from a file.
  /// - Throws: `SafetensorsError` when the file can't be read; `ModelFileError` when it holds another kind of
  ///   scorer, is damaged, or was written by a newer release.
  public init(contentsOf path: String) throws {
    try self.init(decoding: ScorerArchive(SafetensorsFile(contentsOf: path)))
  }

  public func archive() throws -> ScorerArchive { try ScorerArchive(self) }

  public init(decoding archive: ScorerArchive) throws {
    guard archive.kind == Self.kind else {
      throw ModelFileError.unexpectedModel(found: archive.kind, expected: Self.kind)
    }
    guard archive.version >= 1, archive.version <= Self.formatVersion else {
      throw ModelFileError.unknownFormatVersion(found: "\(archive.version)", newest: Self.formatVersion)
    }
    try self.init(from: archive)
  }
}
