#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file, read at any place or written from its start, through the system's own calls.
final class SafetensorsStorage {
  let path: String
  private let descriptor: Int32
  /// Bytes of the file when it was opened for reading.
  let size: UInt64

  /// Most bytes that one system call moves (Linux stops just below 2³¹).
  private static let mostBytesPerCall = 1 << 30

  private init(path: String, descriptor: Int32, size: UInt64) {
    self.path = path
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  convenience init(readingFrom path: String) throws(SafetensorsError) {
    // Non-blocking, so that opening a pipe that nobody writes to does not wait.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last("open the file", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = SafetensorsError.last("ask for the file's size", path)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw SafetensorsError(file: path, field: "file", problem: .notARegularFile)
    }
    self.init(path: path, descriptor: descriptor, size: UInt64(status.st_size))
  }

  /// Fills `destination` with the bytes from `offset` on.
  func read(_ destination: UnsafeMutableRawBufferPointer, from offset: UInt64) throws(SafetensorsError) {
    var done = 0
    while done < destination.count {
      let wanted = min(destination.count - done, SafetensorsStorage.mostBytesPerCall)
      let count = pread(descriptor, destination.baseAddress! + done, wanted, off_t(offset) + off_t(done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .last("read the file", path) }
      guard count > 0 else {
        let found = offset + UInt64(done)
        throw SafetensorsError(
          file: path, field: "file",
          problem: .truncated(expected: offset + UInt64(destination.count), found: found))
      }
      done += count
    }
  }

  func write(_ source: UnsafeRawBufferPointer) throws(SafetensorsError) {
    var done = 0
    while done < source.count {
      let wanted = min(source.count - done, SafetensorsStorage.mostBytesPerCall)
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, source.baseAddress! + done, wanted)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, source.baseAddress! + done, wanted)
      #elseif canImport(Darwin)
        let count = Darwin.write(descriptor, source.baseAddress! + done, wanted)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .last("write the file", path) }
      done += count
    }
  }

  /// Writes a new file beside `path` with `body` and puts it in the place of `path` in one step.
  static func replace(
    _ path: String, _ body: (SafetensorsStorage) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    let beside = PartialFiles.name(beside: path)
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last("create the file \(beside)", path) }
    do throws(SafetensorsError) {
      let storage = SafetensorsStorage(path: path, descriptor: descriptor, size: 0)
      try body(storage)
      guard fsync(descriptor) == 0 else { throw SafetensorsError.last("flush the file \(beside)", path) }
      guard rename(beside, path) == 0 else { throw SafetensorsError.last("rename the file \(beside)", path) }
    } catch {
      unlink(beside)
      throw error
    }
    // The new name is on the disk once its directory is. Some file systems can't flush a directory; the file
    // is whole there all the same.
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let directoryDescriptor = open(directory, O_RDONLY | O_CLOEXEC)
    if directoryDescriptor >= 0 {
      fsync(directoryDescriptor)
      close(directoryDescriptor)
    }
  }
}

extension SafetensorsError {
  /// The reason the system gives for the call that failed last.
  fileprivate static func last(_ operation: String, _ path: String) -> SafetensorsError {
    SafetensorsError(
      file: path, field: "file",
      problem: .system(operation: operation, reason: String(cString: strerror(errno))))
  }
}
