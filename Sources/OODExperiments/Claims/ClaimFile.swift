import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a claim, `TASK.GENERATION.claim`.
///
/// Generations count up from 1, and the highest is the one that holds. A file is made exclusively (`O_EXCL`), so that of several who
/// want to follow a dead owner one succeeds; it is never replaced, and it goes only once the task's result is there. So no number comes
/// twice while a task is to be done, and nobody takes away a claim that has just been made.
struct ClaimFile: Hashable, Sendable {
  let folder: String
  let task: String
  let generation: Int

  static let ending = ".claim"

  var path: String { "\(folder)/\(task).\(generation)\(Self.ending)" }

  /// The next one's, which somebody makes who takes this one's owner for dead.
  var next: ClaimFile { ClaimFile(folder: folder, task: task, generation: generation + 1) }

  init(folder: String, task: String, generation: Int) {
    self.folder = folder
    self.task = task
    self.generation = generation
  }

  /// The claim that a file of the folder is; nil for other files.
  init?(folder: String, name: String) {
    guard name.hasSuffix(Self.ending) else { return nil }
    let rest = name.dropLast(Self.ending.count)
    guard let point = rest.lastIndex(of: "."), point != rest.startIndex,
      let generation = Int(rest[rest.index(after: point)...]), generation >= 1, generation < .max
    else { return nil }
    self.init(folder: folder, task: String(rest[..<point]), generation: generation)
  }

  var exists: Bool { access(path, F_OK) == 0 }

  /// Makes the file.
  /// - Returns: Whether it was made; false where somebody else had.
  func create(_ note: ClaimNote) throws -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      guard errno != EEXIST else { return false }
      throw DataError(
        .inaccessible, in: path, expected: "a file that can be made", found: systemMessage(errno))
    }
    let error = try write(note, to: descriptor)
    guard error == 0 else {
      unlink(path)
      throw DataError(
        .inaccessible, in: path, expected: "a file that can be written", found: systemMessage(error))
    }
    return true
  }

  /// Writes over what the file says, in its place: a file that was renamed into it might be looked up by its old name for a while.
  /// - Returns: False where it is not there any more or can't be written now.
  func update(_ note: ClaimNote) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    return (try? write(note, to: descriptor)) == 0
  }

  /// What the file says, as bytes; nil when it is gone.
  func bytes() -> [UInt8]? { try? readFile(path, mostBytes: 1 << 20) }

  /// nil for a file that is being written: it is somebody's.
  static func note(_ bytes: [UInt8]) -> ClaimNote? {
    try? JSONDecoder().decode(ClaimNote.self, from: Data(bytes))
  }

  func remove() { unlink(path) }

  private func write(_ note: ClaimNote, to descriptor: Int32) throws -> Int32 {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = Array(try encoder.encode(note))
    bytes.append(UInt8(ascii: "\n"))
    var error = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    if error == 0, ftruncate(descriptor, off_t(bytes.count)) != 0 { error = errno }
    if close(descriptor) != 0, error == 0 { error = errno }
    return error
  }
}
