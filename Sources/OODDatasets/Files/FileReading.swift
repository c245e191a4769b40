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
