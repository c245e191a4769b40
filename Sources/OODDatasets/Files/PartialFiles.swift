#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files under way: `NAME.PROCESS-NUMBER.partial` stands beside `NAME` until it is whole and renamed. One whose process is gone
/// was left by a kill.
package enum PartialFiles {
  /// A new name beside a file.
  static func name(beside path: String) -> String {
    "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
  }

  /// Removes what killed processes had begun to write of this file. Files of processes that run stay.
  package static func removeStale(beside path: String) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let base = slash.map { String(path[path.index(after: $0)...]) } ?? path
    for name in Directory.names(in: folder) where self.base(of: name) == base && isStale(name) {
      unlink("\(folder)/\(name)")
    }
  }

  /// The name of the file that a partial file will be; nil for other files.
  package static func base(of name: String) -> String? { parts(of: name)?.base }

  /// Whether a name is that of a partial file whose process is gone. Processes are those of this machine.
  package static func isStale(_ name: String) -> Bool {
    guard let process = parts(of: name)?.process else { return false }
    return process != getpid() && kill(process, 0) != 0 && errno == ESRCH
  }

  private static func parts(of name: String) -> (base: String, process: Int32)? {
    guard name.hasSuffix(".partial") else { return nil }
    let rest = name.dropLast(".partial".count)
    guard let point = rest.lastIndex(of: ".") else { return nil }
    let numbers = rest[rest.index(after: point)...].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let process = Int32(numbers[0]), process > 0, UInt32(numbers[1]) != nil else {
      return nil
    }
    return (String(rest[..<point]), process)
  }
}
