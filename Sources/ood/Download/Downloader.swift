import Foundation
import OODDatasets

/// Brings the files of a published data set into a data directory: resumed where an earlier attempt stopped,
/// checked, and put in place in one step.
package struct Downloader: Sendable {
  /// The data directory.
  package let directory: String
  /// Stands in for the publishers' servers when set: `MIRROR/SET/FILE` is fetched then. From `$OOD_MIRROR`.
  package let mirror: String?
  /// Attempts for each file while connections break or servers are overloaded.
  package var attempts: Int
  /// Seconds before the second attempt; it doubles for each further one.
  package var pause: Double
  /// Told what happens: file, bytes so far, bytes in all.
  package var progress: @Sendable (_ file: String, _ received: Int, _ total: Int?) -> Void

  package init(
    directory: String, mirror: String? = nil, attempts: Int = 5, pause: Double = 1,
    progress: @escaping @Sendable (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
  ) {
    self.directory = directory
    self.mirror = mirror
    self.attempts = attempts
    self.pause = pause
    self.progress = progress
  }

  /// Fetches all files of a set that are not there yet. Returns the paths of those that were fetched. Throws
  /// `DownloadError`.
  package func fetch(_ set: KnownSet) async throws -> [String] {
    let folder = directory + "/" + set.name
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DownloadError(
        reason: .file, address: set.home, message: "the folder \(folder) can't be made: \(error)")
    }
    var fetched: [String] = []
    for file in set.files {
      let path = folder + "/" + file.name
      if try isHere(file, path: path) { continue }
      let address = mirror.map { "\($0)/\(set.name)/\(file.name)" } ?? file.address
      let partial = path + ".part"
      try await receive(address, file, into: partial, reportedAs: path)
      // The archive gets its name last: where it is, all that was in it is.
      if file.isArchive { try await Archive.unpack(partial, into: folder) }
      guard rename(partial, path) == 0 else {
        throw DownloadError(
          reason: .file, address: address, message: "\(partial) can't be renamed to \(path)")
      }
      fetched.append(path)
    }
    return fetched
  }

  /// Whether a file is there with the published checksum. One with another checksum is an error: it is not
  /// ours to replace.
  private func isHere(_ file: KnownSet.File, path: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let found = try file.digest.ofFile(path)
    guard found == file.digest else {
      throw DownloadError(
        reason: .checksum, address: file.address,
        message:
          "\(path) is there already with \(found), and the published file has \(file.digest); remove it to download it anew"
      )
    }
    return true
  }

  /// Fetches one file beside its place and checks it.
  private func receive(
    _ address: String, _ file: KnownSet.File, into partial: String, reportedAs path: String
  ) async throws {
    let digest = file.digest
    let wasResumed = FileManager.default.fileExists(atPath: partial)
    if wasResumed, size(partial) > file.mostBytes { try? FileManager.default.removeItem(atPath: partial) }
    try await transfer(address, to: partial, mostBytes: file.mostBytes, reportedAs: path)
    if try digest.ofFile(partial) != digest {
      // What an earlier attempt left may be of another file. Without that, the server has the wrong bytes.
      let first = try digest.ofFile(partial)
      try? FileManager.default.removeItem(atPath: partial)
      if wasResumed { try await transfer(address, to: partial, mostBytes: file.mostBytes, reportedAs: path) }
      guard wasResumed, try digest.ofFile(partial) == digest else {
        let found = wasResumed ? try digest.ofFile(partial) : first
        try? FileManager.default.removeItem(atPath: partial)
        throw DownloadError(
          reason: .checksum, address: address,
          message: "the bytes received have \(found), and the published file has \(digest); nothing was kept")
      }
    }
  }

  /// Goes on until the file is complete or attempts without a single new byte have run out.
  private func transfer(
    _ address: String, to partial: String, mostBytes: Int, reportedAs path: String
  ) async throws {
    var failures = 0
    while true {
      let before = size(partial)
      do {
        return try await Transfer.run(address, to: partial, mostBytes: mostBytes) { progress(path, $0, $1) }
      } catch let error as DownloadError {
        failures = size(partial) > before ? 1 : failures + 1
        guard error.isPassing, failures < attempts else { throw error }
        try await Task.sleep(for: .seconds(pause * Double(1 << (failures - 1))))
      }
    }
  }

  private func size(_ path: String) -> Int {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
  }
}
