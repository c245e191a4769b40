import Foundation

/// Archives of several files, unpacked with the system's `tar`.
enum Archive {
  /// Unpacks a tar archive, compressed in any way that the system's `tar` knows, into a folder. Throws
  /// `DownloadError`.
  static func unpack(_ path: String, into folder: String) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-x", "-f", path, "-C", folder]
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw DownloadError(reason: .file, address: path, message: "tar can't be started: \(error)")
    }
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw DownloadError(
        reason: .file, address: path,
        message: "tar can't unpack it: \(message.trimmingCharacters(in: .whitespacesAndNewlines))")
    }
  }
}
