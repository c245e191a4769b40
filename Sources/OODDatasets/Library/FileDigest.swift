/// A published checksum of a file, in lower-case hexadecimal digits.
public enum FileDigest: Sendable, Hashable, CustomStringConvertible {
  case sha256(String)
  /// For files whose publisher states nothing better. It finds damage, not malice.
  case md5(String)

  public var description: String {
    switch self {
    case .sha256(let digits): "sha256 \(digits)"
    case .md5(let digits): "md5 \(digits)"
    }
  }

  /// The digest of the same kind of a file's contents. Throws `DataError` when it can't be read.
  public func ofFile(_ path: String) throws -> FileDigest {
    let source = try FileSource.open(path)
    let stream = ByteRange(source)
    switch self {
    case .sha256:
      var hash = SHA256()
      try stream.forEachPiece { hash.update($0) }
      return .sha256(hash.finish())
    case .md5:
      var hash = MD5()
      try stream.forEachPiece { hash.update($0) }
      return .md5(hash.finish())
    }
  }

  /// All bytes of a source, piece by piece, as they are in the file.
  private struct ByteRange {
    private let source: any ByteSource
    init(_ source: any ByteSource) { self.source = source }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws {
      let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
      defer { piece.deallocate() }
      var offset = 0
      while offset < source.byteCount {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: piece[..<min(piece.count, source.byteCount - offset)])
        try source.read(at: offset, into: part)
        body(UnsafeRawBufferPointer(part))
        offset += part.count
      }
    }
  }
}
