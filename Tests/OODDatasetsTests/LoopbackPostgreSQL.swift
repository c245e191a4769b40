import Foundation

/// A PostgreSQL server of the test's own, on a free port of this machine's loopback, with its data in a temporary folder.
final class LoopbackPostgreSQL {
  /// As `postgres:` takes it.
  let address: String
  private let folder: String
  private let programs: String
  private let isAdministrator = getuid() == 0
  private let server = Process()

  /// The folder of the server's programs; nil where it is not installed. The server refuses to run as the administrator, so that the
  /// user `postgres`, which its package makes, is needed there.
  static let programs: String? = {
    let folders =
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
      + ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).sorted()
      .reversed()
      .map { "/usr/lib/postgresql/\($0)/bin" }
    return folders.first { folder in
      ["initdb", "postgres", "psql"].allSatisfy {
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
    // Not by pg_ctl: a server that goes into the background keeps what waits for its starter waiting.
    prepare(
      server, "postgres",
      [
        "-D", folder, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
        "unix_socket_directories=\(folder)", "-c", "fsync=off",
      ])
    try server.run()
    for _ in 0..<300 where server.isRunning {
      if (try? execute("SELECT 1")) != nil { return }
      Thread.sleep(forTimeInterval: 0.1)
    }
    throw Failure(program: "postgres", status: -1)
  }

  deinit {
    if server.isRunning { server.terminate() }
    server.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs statements on the server.
  func execute(_ statements: String) throws {
    let program =
      FileManager.default.isExecutableFile(atPath: programs + "/psql") ? programs + "/psql" : "/usr/bin/psql"
    try start(program, ["-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statements])
  }

  private func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    prepare(process, program, arguments)
    try finish(process, program)
  }

  /// One of the server's programs, as a user that it runs as.
  private func prepare(_ process: Process, _ program: String, _ arguments: [String]) {
    if isAdministrator {
      prepare(
        process, path: "/usr/sbin/runuser",
        ["-u", "postgres", "--", programs + "/" + program] + arguments)
    } else {
      prepare(process, path: programs + "/" + program, arguments)
    }
  }

  private struct Failure: Error { let program: String, status: Int32 }

  private func start(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    prepare(process, path: program, arguments)
    try finish(process, program)
  }

  private func prepare(_ process: Process, path: String, _ arguments: [String]) {
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
  }

  private func finish(_ process: Process, _ program: String) throws {
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(program: program, status: process.terminationStatus)
    }
  }
}
