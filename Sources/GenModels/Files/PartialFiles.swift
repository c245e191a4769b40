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
  package static func name(beside path: String, owner: ProcessIdentity = .current) -> String {
    "\(path).\(inName(owner.machine))-\(owner.process)-\(UInt32.random(in: 0...UInt32.max)).partial"
  }

  /// Removes what killed processes had begun to write of this file. Files of processes that run stay.
  package static func removeStale(beside path: String) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let base = slash.map { String(path[path.index(after: $0)...]) } ?? path
    removeStale(in: folder) { $0 == base }
  }

  /// Removes what killed processes had begun to write of a folder's files.
  /// - Parameter isWanted: Of the names of the files that were to be.
  package static func removeStale(in folder: String, where isWanted: (String) -> Bool = { _ in true }) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let base = base(of: name), isWanted(base), isStale(name) { unlink("\(folder)/\(name)") }
    }
  }

  /// The name of the file that a partial file will be; nil for other files.
  package static func base(of name: String) -> String? { parts(of: name)?.base }

  /// Whether a name is that of a partial file whose process is known to be gone.
  package static func isStale(_ name: String) -> Bool { parts(of: name)?.owner.isKnownGone ?? false }

  /// A machine as it stands in names.
  private static func inName(_ machine: String) -> Substring { machine.prefix(8) }

  private static func parts(of name: String) -> (base: String, owner: ProcessIdentity)? {
    guard name.hasSuffix(".partial") else { return nil }
    let rest = name.dropLast(".partial".count)
    guard let point = rest.lastIndex(of: ".") else { return nil }
    let numbers = rest[rest.index(after: point)...].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 3, UInt32(numbers[2]) != nil, let process = Int32(numbers[1]), process > 0 else {
      return nil
    }
    let here = ProcessIdentity.thisMachine
    let machine = numbers[0] == inName(here) ? here : String(numbers[0])
    return (String(rest[..<point]), ProcessIdentity(machine: machine, process: process))
  }
}
