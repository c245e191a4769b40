import Foundation

/// A PostgreSQL server of the test's own, on a free port of this machine's loopback, with its data in a temporary folder.
final class LoopbackPostgreSQL {
  /// As `postgres:` takes it.
  let address: String
  private let folder: String
  private let programs: String
  private let isAdministrator = getuid() == 0

  /// The folder of the server's programs; nil where it is not installed. The server refuses to run as the administrator, so that the
  /// user `postgres`, which its package makes, is needed there.
  static let programs: String? = {
    let folders =
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
      + ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).sorted()
      .reversed()
      .map { "/usr/lib/postgresql/\($0)/bin" }
    return folders.first { folder in
      ["initdb", "pg_ctl", "psql"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: folder + "/" + $0)
          || $0 == "psql" && FileManager.default.isExecutableFile(atPath: "/usr/bin/psql")
      }
    }
  }()

  init(programs: String) throws {
    self.programs = programs
    folder = "/tmp/ood-postgresql-\(UUID().uuidString)"
    let port = 49_152 + Int.random(in: 0..<16_000)
    address = "host=127.0.0.1 port=\(port) user=ood dbname=postgres"
    try run("initdb", "-D", folder, "--no-sync", "-A", "trust", "-U", "ood")
    let settings =
      "-p \(port) -c listen_addresses=127.0.0.1 -c unix_socket_directories=\(folder) -c fsync=off"
    try run("pg_ctl", "-D", folder, "-w", "-o", settings, "-l", folder + "/log", "start")
  }

  deinit {
    try? run("pg_ctl", "-D", folder, "-m", "immediate", "stop")
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs statements on the server.
  func execute(_ statements: String) throws {
    let program =
      FileManager.default.isExecutableFile(atPath: programs + "/psql") ? programs + "/psql" : "/usr/bin/psql"
    try start(program, ["-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statements])
  }

  private func run(_ program: String, _ arguments: String...) throws {
    if isAdministrator {
      try start("/usr/sbin/runuser", ["-u", "postgres", "--", programs + "/" + program] + arguments)
    } else {
      try start(programs + "/" + program, arguments)
    }
  }

  private struct Failure: Error { let program: String, status: Int32 }

  private func start(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(program: program, status: process.terminationStatus)
    }
  }
}
