#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process and the machine that its number counts on, so that others know where the number means anything.
package struct ProcessIdentity: Codable, Hashable, Sendable {
  /// 16 hexadecimal digits: one start of one system, and on Linux one space of process numbers (a container has its own).
  package let machine: String
  package let process: Int32

  package init(machine: String, process: Int32) {
    self.machine = machine
    self.process = process
  }

  /// This process. A fork is another one.
  package static var current: ProcessIdentity { ProcessIdentity(machine: thisMachine, process: getpid()) }

  /// Whether the process is known to be gone: its number counts here, and nobody has it. A number that was given out again, and
  /// a process of another machine, are not known to be gone.
  package var isKnownGone: Bool {
    machine == Self.thisMachine && process != getpid() && kill(process, 0) != 0 && errno == ESRCH
  }

  /// The name of this machine for people.
  package static let hostName: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  package static let thisMachine: String = {
    #if canImport(Darwin)
      let start = system("kern.bootsessionuuid")
      let space = ""
    #else
      let start = contents("/proc/sys/kernel/random/boot_id")
      // Device and number of the space of process numbers.
      var status = stat()
      let space = stat("/proc/self/ns/pid", &status) == 0 ? "\(status.st_dev) \(status.st_ino)" : ""
    #endif
    // FNV-1a.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in Array(hostName.utf8) + [0] + start + [0] + Array(space.utf8) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }()

  #if canImport(Darwin)
    private static func system(_ name: String) -> [UInt8] {
      var size = 0
      guard sysctlbyname(name, nil, &size, nil, 0) == 0 else { return [] }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return [] }
      return Array(bytes[..<size])
    }
  #else
    /// The first bytes of a file of the system; none where it can't be read.
    private static func contents(_ path: String) -> [UInt8] {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return [] }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 256)
      return Array(bytes[..<max(0, read(descriptor, &bytes, bytes.count))])
    }
  #endif
}
