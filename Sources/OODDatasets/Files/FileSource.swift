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

  /// Opens a file for reading; `-` is standard input. A pipe, a socket or a terminal is read into memory to its end.
  ///
  /// - Parameters:
  ///   - path: Of the file.
  ///   - mostBytes: Most bytes that are taken from what has no size of its own.
  /// - Throws: `DataError` for folders and devices (which have no end, or no meaning as data), for pipes that nobody writes to
  ///   within `patience` and for those that bring more than `mostBytes`.
  static func open(_ path: String, mostBytes: Int = InflationLimit.standard.byteCount) throws
    -> any ByteSource
  {
    let file = path == "-" ? "/dev/stdin" : path
    // Non-blocking, so that opening a pipe that nobody writes to does not wait.
    #if canImport(Darwin)
      let descriptor = Darwin.open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #elseif canImport(Musl)
      let descriptor = Musl.open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #else
      let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    #endif
    func fault(_ found: String) -> DataError {
      DataError(.inaccessible, in: path, expected: "a readable file", found: found)
    }
    guard descriptor >= 0 else { throw fault(systemMessage(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = errno
      close(descriptor)
      throw fault(systemMessage(error))
    }
    if status.st_mode & S_IFMT == S_IFREG {
      return FileSource(name: path, descriptor: descriptor, byteCount: Int(status.st_size))
    }
    defer { close(descriptor) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw DataError(.inaccessible, in: path, expected: "a file", found: "a directory")
    case S_IFCHR where isatty(descriptor) == 0, S_IFBLK:
      throw DataError(.inaccessible, in: path, expected: "a file or a pipe", found: "a device")
    default: return MemorySource(try drain(descriptor, path: path, mostBytes: mostBytes), name: path)
    }
  }

  /// Milliseconds that a pipe may be without anybody who writes to it, before its first byte.
  private static let patience: Int32 = 10_000

  /// Everything that a pipe brings.
  private static func drain(_ descriptor: Int32, path: String, mostBytes: Int) throws -> [UInt8] {
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
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if count > 0 {
        guard bytes.count + count <= mostBytes else {
          throw DataError(
            .tooLarge, in: path,
            expected: "at most \(mostBytes) bytes, the limit set, from what is no regular file",
            found: "more")
        }
        bytes.append(contentsOf: piece[..<count])
      } else if count == 0 {
        // The end; or, of a named pipe, nobody has opened it for writing yet.
        guard bytes.isEmpty, poll(&ready, 1, 0) == 0 else { return bytes }
        guard poll(&ready, 1, patience) != 0 else {
          throw DataError(
            .inaccessible, in: path, expected: "a program that writes to this pipe",
            found: "none in \(patience / 1000) seconds")
        }
      } else if errno == EAGAIN {
        // Somebody has, and is in no hurry.
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        throw DataError(
          .inaccessible, in: path, expected: "a readable file", found: systemMessage(errno))
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
