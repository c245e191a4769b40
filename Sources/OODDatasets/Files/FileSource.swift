#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file on disk as a source.
final class FileSource: ByteSource {
  let name: String
  let byteCount: Int
  private let descriptor: Int32

  private init(name: String, descriptor: Int32, byteCount: Int) {
    self.name = name
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  deinit { close(descriptor) }

  /// Opens a file for reading. What is not a regular file (a pipe, a terminal) is read into memory to its
  /// end.
  static func open(_ path: String) throws -> any ByteSource {
    func fault() -> DataError {
      DataError(.inaccessible, in: path, expected: "a readable file", found: String(cString: strerror(errno)))
    }
    #if canImport(Darwin)
      let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC)
    #elseif canImport(Musl)
      let descriptor = Musl.open(path, O_RDONLY | O_CLOEXEC)
    #else
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    #endif
    guard descriptor >= 0 else { throw fault() }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = fault()
      close(descriptor)
      throw error
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      return FileSource(name: path, descriptor: descriptor, byteCount: Int(status.st_size))
    case S_IFDIR:
      close(descriptor)
      throw DataError(.inaccessible, in: path, expected: "a file", found: "a directory")
    default:
      defer { close(descriptor) }
      var bytes: [UInt8] = []
      let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { piece.deallocate() }
      while true {
        #if canImport(Darwin)
          let count = Darwin.read(descriptor, piece.baseAddress, piece.count)
        #elseif canImport(Musl)
          let count = Musl.read(descriptor, piece.baseAddress, piece.count)
        #else
          let count = Glibc.read(descriptor, piece.baseAddress, piece.count)
        #endif
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw fault() }
        if count == 0 { return MemorySource(bytes, name: path) }
        bytes.append(contentsOf: piece[..<count])
      }
    }
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw DataError(
          .inaccessible, in: name, at: .byte(offset + done), expected: "readable data",
          found: String(cString: strerror(errno)))
      }
      guard count > 0 else {
        throw DataError(
          .truncated, in: name, at: .byte(offset + done),
          expected: "\(byteCount) bytes, the file's size when opened",
          found: "its end: the file has been cut since")
      }
      done += count
    }
  }
}
