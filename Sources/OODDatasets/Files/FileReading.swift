#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a whole file, which may be a pipe.
///
/// - Parameters:
///   - path: Of the file.
///   - mostBytes: Larger files are refused, so that an endless device can't take the memory.
/// - Throws: `DataError` when it can't be read or is larger.
package func readFile(_ path: String, mostBytes: Int) throws -> [UInt8] {
  let source = try FileSource.open(path, mostBytes: mostBytes)
  guard source.byteCount <= mostBytes else {
    throw DataError(
      .tooLarge, in: path, expected: "at most \(mostBytes) bytes", found: "a file of \(source.byteCount)")
  }
  return try source.bytes(in: 0..<source.byteCount, of: "the file")
}

/// Whether a file, links followed, lies in a folder or below.
package func isInside(_ path: String, folder: String) -> Bool {
  func resolved(_ path: String) -> String? {
    guard let name = realpath(path, nil) else { return nil }
    defer { free(name) }
    return String(cString: name)
  }
  guard let path = resolved(path), let folder = resolved(folder) else { return false }
  return path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
}
