#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One look at a folder: its files, and the claims among them.
struct ClaimView: Sendable {
  let names: Set<String>
  /// By task, from the first to the one that holds.
  let claims: [String: [ClaimFile]]

  init(_ folder: String) throws {
    names =
      FileManager.default.fileExists(atPath: folder)
      ? Set(try FileManager.default.contentsOfDirectory(atPath: folder)) : []
    claims = Dictionary(
      grouping: names.compactMap { ClaimFile(folder: folder, name: $0) }, by: \.task
    ).mapValues { $0.sorted { $0.generation < $1.generation } }
  }

  /// Removes the claims of a task whose result is there.
  func removeClaims(of task: String) { for file in claims[task] ?? [] { file.remove() } }
}
