/// NumPy's archive of named arrays, `.npz`: a zip of `.npy` files, stored or deflated.
///
/// ```swift
/// let archive = try NumPyArchive("6_cardio.npz")
/// archive.names                              // ["X", "y"]
/// let x = try archive.array(named: "X").tensor()
/// ```
public struct NumPyArchive {
  private let archive: ZipArchive

  /// Opens an archive and reads its directory. Throws `DataError` when it can't be read or isn't right.
  public init(_ path: String, limit: InflationLimit = .standard) throws {
    archive = try ZipArchive(FileSource.open(path, mostBytes: limit.byteCount), limit: limit)
  }

  /// Opens an archive that is in memory. `name` stands in error messages.
  public init(bytes: [UInt8], name: String = "NumPy archive", limit: InflationLimit = .standard) throws {
    archive = try ZipArchive(MemorySource(bytes, name: name), limit: limit)
  }

  /// Names of the arrays, in the order of the archive.
  public var names: [String] {
    archive.members.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
  }

  /// Reads one array. Throws `DataError` when there is none of that name, or it isn't right.
  public func array(named name: String) throws -> NumericArray {
    guard let member = archive.members.first(where: { $0.name == name + ".npy" }) else {
      throw DataError(
        .notFound, in: archive.source.name, expected: "an array named '\(name)'",
        found: names.isEmpty ? "no arrays" : names.map { "'\($0)'" }.joined(separator: ", "))
    }
    return try NumPy.read(
      bytes: archive.read(member), name: "\(archive.source.name), member \(member.name)")
  }

  /// The bytes of an archive of these arrays.
  public static func bytes(of arrays: [(name: String, array: NumericArray)], compressed: Bool = true)
    -> [UInt8]
  {
    var writer = ZipWriter()
    for (name, array) in arrays {
      writer.add(NumPy.bytes(of: array), named: name + ".npy", compressed: compressed)
    }
    return writer.finish()
  }

  /// Writes an archive of these arrays. It appears whole or not at all. Throws `DataError` when it can't be
  /// written.
  public static func write(
    _ arrays: [(name: String, array: NumericArray)], to path: String, compressed: Bool = true
  ) throws {
    try OutputPlace.write(bytes(of: arrays, compressed: compressed), to: path)
  }
}
