#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files under way: `NAME.MACHINE-PROCESS-NUMBER.partial` stands beside `NAME` until it is whole and renamed. One whose process
/// is gone was left by a kill; whether a process of another machine is gone can't be seen here, and its files stay.
package enum PartialFiles {
  /// A new name beside a file.
  static func name(beside path: String) -> String {
    "\(path).\(machine)-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).partial"
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

  /// Whether a name is that of a partial file whose process is known to be gone.
  package static func isStale(_ name: String) -> Bool { parts(of: name)?.owner.isKnownGone ?? false }

  /// This machine, as it stands in names.
  private static let machine = ProcessIdentity.thisMachine.prefix(8)

  private static func parts(of name: String) -> (base: String, owner: ProcessIdentity)? {
    guard name.hasSuffix(".partial") else { return nil }
    let rest = name.dropLast(".partial".count)
    guard let point = rest.lastIndex(of: ".") else { return nil }
    let numbers = rest[rest.index(after: point)...].split(separator: "-", omittingEmptySubsequences: false)
    guard let number = numbers.last, UInt32(number) != nil, (2...3).contains(numbers.count),
      let process = Int32(numbers[numbers.count - 2]), process > 0
    else { return nil }
    // Names of earlier releases do not tell the machine, and counted for this one.
    let isHere = numbers.count == 2 || numbers[0] == machine
    return (
      String(rest[..<point]),
      ProcessIdentity(machine: isHere ? ProcessIdentity.thisMachine : String(numbers[0]), process: process)
    )
  }
}
