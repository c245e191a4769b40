/// Where data sets are looked up by name, and how they are loaded.
///
/// A data directory has a folder for each set, and in it, for each part, `PART-images-idx3-ubyte[.gz]` with
/// `PART-labels-idx1-ubyte[.gz]`, or `PART.npz`, or strokes; `classes.txt` names the classes (a line each:
/// label, tab, name). Any folder laid out like this is found, not only the known sets.
///
/// ```swift
/// let library = DataLibrary()
/// let digits = try library.load("mnist:test[0..<1000]")
/// ```
public struct DataLibrary: Sendable {
  /// The data directories, in the order in which they are searched.
  public let directories: [String]

  /// Bounds what a compressed file may inflate to, and what a pipe may bring. Pictures have a bound of their own
  /// (`PNG.standardLimit`).
  public var limit = InflationLimit.standard

  /// Looks in `dataDirectory` (what a user gave with `--data-dir`), then in `$OOD_DATA`, then in the user's
  /// cache.
  public init(dataDirectory: String? = nil) {
    let given = dataDirectory.map { [$0] } ?? []
    let environment = Directory.environment("OOD_DATA").map { [$0] } ?? []
    directories = given + environment + [DataLibrary.cacheDirectory]
  }

  /// Looks in these directories only.
  public init(directories: [String]) { self.directories = directories }

  /// Where downloads go unless the user says otherwise: `$XDG_CACHE_HOME/swift-ood`, or `~/.cache/swift-ood`,
  /// or on Apple systems `~/Library/Caches/swift-ood`.
  public static var cacheDirectory: String {
    if let cache = Directory.environment("XDG_CACHE_HOME") { return cache + "/swift-ood" }
    let home = Directory.environment("HOME") ?? "."
    #if canImport(Darwin)
      return home + "/Library/Caches/swift-ood"
    #else
      return home + "/.cache/swift-ood"
    #endif
  }

  /// All sets that are there, in the order of the directories; a set in an earlier directory hides one of its
  /// name in a later.
  public var storedSets: [StoredSet] {
    var sets: [StoredSet] = []
    for directory in directories {
      for name in Directory.names(in: directory) where !sets.contains(where: { $0.name == name }) {
        if let set = StoredSet(name, in: directory), !set.parts.isEmpty { sets.append(set) }
      }
    }
    return sets
  }

  /// A set by name, from the first directory that has a part of that name, or else from the first that has
  /// the set.
  func storedSet(_ name: String, withPart part: String) -> StoredSet? {
    let sets = directories.compactMap { StoredSet(name, in: $0) }.filter { !$0.parts.isEmpty }
    return sets.first { $0.part(part) != nil } ?? sets.first
  }
}
