import Foundation

/// Archives of several files, unpacked with the system's `tar`.
enum Archive {
  /// Unpacks a tar archive, compressed in any way that the system's `tar` knows, into a folder: beside first, and when all is
  /// there and nothing but files and folders, its entries move to their places. Throws `DownloadError`.
  static func unpack(_ path: String, into folder: String) async throws {
    let beside = path + ".unpacked"
    let files = FileManager.default
    func fault(_ message: String) -> DownloadError {
      DownloadError(reason: .file, address: path, message: message)
    }
    do {
      if files.fileExists(atPath: beside) { try files.removeItem(atPath: beside) }
      try files.createDirectory(atPath: beside, withIntermediateDirectories: true)
    } catch {
      throw fault("the folder \(beside) can't be made: \(error)")
    }
    defer { try? files.removeItem(atPath: beside) }
    try extract(path, into: beside)
    for name in try files.subpathsOfDirectory(atPath: beside) {
      let type = try files.attributesOfItem(atPath: "\(beside)/\(name)")[.type] as? FileAttributeType
      guard type == .typeRegular || type == .typeDirectory else {
        throw fault("it holds \(name), which is neither a file nor a folder; nothing was unpacked")
      }
    }
    do {
      for name in try files.contentsOfDirectory(atPath: beside) {
        let place = "\(folder)/\(name)"
        if files.fileExists(atPath: place) { try files.removeItem(atPath: place) }
        try files.moveItem(atPath: "\(beside)/\(name)", toPath: place)
      }
    } catch {
      throw fault("its files can't be moved to \(folder): \(error)")
    }
  }

  private static func extract(_ path: String, into folder: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-x", "--no-same-owner", "-f", path, "-C", folder]
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
