import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a path leads when something is written to it.
///
/// A regular file, or one that is not there yet, is written beside and renamed, so that whoever reads it finds the old contents
/// or the new ones; symbolic links on the way stay, and what they lead to is replaced. Everything else (a device, a pipe, an open
/// descriptor such as `/dev/stdout`) is written as it is, and never removed or replaced.
///
/// ```swift
/// let place = try OutputPlace("scores.npy")
/// try place.requireWritable()              // before the hours of work, not after
/// try place.write(NumPy.bytes(of: scores))
/// ```
public struct OutputPlace: Sendable, Hashable {
  /// What is at the end of the path.
  public enum Kind: Sendable, Hashable {
    /// A regular file, or none yet.
    case file
    /// Something else that is opened by its path: a device, a pipe.
    case stream
    /// A descriptor that is open already.
    case descriptor(Int32)
  }

  /// As it was given; it stands in errors.
  public let path: String
  /// The file that is written, links followed. The path itself for what is no file.
  public let target: String
  public let kind: Kind

  /// The program's standard output, called `-` in errors.
  public static let standardOutput = OutputPlace(path: "-", target: "-", kind: .descriptor(1))

  /// Looks at what the path leads to now.
  /// - Throws: `DataError` for a folder, for links that lead in a circle, and for what can't be looked at.
  public init(_ path: String) throws {
    if let descriptor = OutputPlace.descriptor(path) {
      self.init(path: path, target: path, kind: .descriptor(descriptor))
      return
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw DataError(
          .inaccessible, in: path, expected: "a file that can be written", found: "a folder")
      }
      self.init(path: path, target: path, kind: .stream)
      return
    }
    self.init(path: path, target: try OutputPlace.followingLinks(path), kind: .file)
  }

  private init(path: String, target: String, kind: Kind) {
    self.path = path
    self.target = target
    self.kind = kind
  }

  /// Whether the place is a file that can be replaced, and read again.
  public var isFile: Bool { kind == .file }

  /// Throws `DataError` when the place could not be written now: its folder is missing or closed to this user, the device is.
  public func requireWritable() throws {
    func refuse(_ expected: String, _ found: String) throws -> Never {
      throw DataError(.inaccessible, in: path, expected: expected, found: found)
    }
    switch kind {
    case .descriptor(let number):
      let flags = fcntl(number, F_GETFL)
      if flags < 0 { try refuse("an open descriptor", systemMessage(errno)) }
      if flags & O_ACCMODE == O_RDONLY {
        try refuse("a descriptor that is open for writing", "one for reading")
      }
    case .stream:
      if access(path, W_OK) != 0 { try refuse("something that can be written", systemMessage(errno)) }
    case .file:
      var status = stat()
      guard stat(folder, &status) == 0 else {
        try refuse("a file in a folder that is there", "\(folder): \(systemMessage(errno))")
      }
      if status.st_mode & S_IFMT != S_IFDIR {
        try refuse("a file in a folder", "\(folder), which is no folder")
      }
      if access(folder, W_OK | X_OK) != 0 {
        try refuse("a folder that files can be made in", "\(folder): \(systemMessage(errno))")
      }
    }
  }

  /// Writes `bytes`, all of them. Throws `DataError` when the place can't be written or is full.
  public func write(_ bytes: some Collection<UInt8>) throws {
    let bytes = ContiguousArray(bytes)
    switch kind {
    case .file: _ = try bytes.withUnsafeBytes { try replace(with: $0) }
    case .stream:
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw fault(errno) }
      let error = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
      let closing = close(descriptor) == 0 ? 0 : errno
      if error != 0 || closing != 0 { throw fault(error != 0 ? error : closing) }
    case .descriptor(let descriptor):
      let error = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
      if error != 0 { throw fault(error) }
    }
  }

  /// Writes `bytes` to the place that `path` leads to. Throws `DataError`.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    try OutputPlace(path).write(bytes)
  }

  /// Writes what `save` puts into the file whose path it gets: the place itself, or where that is no file, a temporary file that
  /// is copied to it.
  public func write(saving save: (_ path: String) throws -> Void) throws {
    guard kind != .file else { return try save(target) }
    let temporary =
      (Directory.environment("TMPDIR") ?? "/tmp") + "/ood-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { unlink(temporary) }
    try save(temporary)
    let source = try FileSource.open(temporary)
    try write(source.bytes(in: 0..<source.byteCount, of: "a file just written"))
  }

  /// Throws `DataError` when files could not be made in a folder now. It may be missing itself, if it can be made.
  public static func requireWritable(folder: String) throws {
    var existing = folder
    var status = stat()
    while stat(existing, &status) != 0 {
      while existing.count > 1, existing.hasSuffix("/") { existing.removeLast() }
      guard let slash = existing.lastIndex(of: "/") else {
        existing = "."
        break
      }
      existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
    }
    func refuse(_ found: String) -> DataError {
      DataError(
        .inaccessible, in: folder, expected: "a folder that files can be made in",
        found: "\(existing): \(found)")
    }
    guard stat(existing, &status) == 0 else { throw refuse(systemMessage(errno)) }
    if status.st_mode & S_IFMT != S_IFDIR { throw refuse("no folder") }
    if access(existing, W_OK | X_OK) != 0 { throw refuse(systemMessage(errno)) }
  }

  /// The folder that the file lies in.
  var folder: String {
    guard let slash = target.lastIndex(of: "/") else { return "." }
    return slash == target.startIndex ? "/" : String(target[..<slash])
  }

  private func fault(_ error: Int32) -> DataError {
    DataError(.inaccessible, in: path, expected: "a file that can be written", found: systemMessage(error))
  }

  /// Writes a file where there is none: of several who do so at the same time one comes first, and the others' bytes are dropped.
  /// - Returns: Whether these bytes are the ones.
  @discardableResult
  package static func writeFirst(_ bytes: some Collection<UInt8>, to path: String) throws -> Bool {
    let place = try OutputPlace(path)
    return try ContiguousArray(bytes).withUnsafeBytes { try place.replace(with: $0, isFirst: true) }
  }

  /// Writes beside and renames. Another process that tidies up what it takes for left over makes this start again.
  /// - Parameter isFirst: Leaves a file that is there.
  /// - Returns: Whether the file was written.
  private func replace(with bytes: UnsafeRawBufferPointer, isFirst: Bool = false) throws -> Bool {
    var attempts = 3
    while true {
      attempts -= 1
      let temporary = PartialFiles.name(beside: target)
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw fault(errno) }
      var status = stat()
      // A file that is replaced keeps who may read it.
      if stat(target, &status) == 0 { fchmod(descriptor, status.st_mode & 0o7777) }
      var error = writeAll(bytes, to: descriptor)
      if error == 0, fsync(descriptor) != 0 { error = errno }
      if close(descriptor) != 0, error == 0 { error = errno }
      if error == 0, isFirst {
        // A second name is given only where nobody has it. Not all file systems know second names.
        error = link(temporary, target) == 0 ? 0 : errno
        if error == 0 || error == EEXIST {
          unlink(temporary)
          return error == 0
        }
        if error != ENOENT { error = 0 }
      }
      if error == 0 {
        if rename(temporary, target) == 0 { return true }
        error = errno
      }
      unlink(temporary)
      guard error == ENOENT, attempts > 0 else { throw fault(error) }
    }
  }

  /// The number of an open descriptor that the path names: `/dev/stdout`, `/dev/fd/3`.
  private static func descriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
        return Int32(path.dropFirst(prefix.count))
      }
      return nil
    }
  }

  /// The path with the symbolic link at its end, and the one that it leads to, and so on, replaced by what they say.
  private static func followingLinks(_ path: String) throws -> String {
    var path = path
    for _ in 0..<40 {
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let length = readlink(path, &buffer, Int(PATH_MAX))
      guard length >= 0 else {
        throw DataError(
          .inaccessible, in: path, expected: "a link that can be read", found: systemMessage(errno))
      }
      let link = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if link.hasPrefix("/") {
        path = link
      } else {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        path = folder + link
      }
    }
    throw DataError(
      .inaccessible, in: path, expected: "a file", found: "symbolic links that lead in a circle")
  }
}
