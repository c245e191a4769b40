#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Calls `body` with a path at which no file is, and removes what it leaves there.
func withTemporaryFile<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.path + "/ood-" + UUID().uuidString + ".safetensors"
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
