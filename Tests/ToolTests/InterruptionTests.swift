import Foundation
import GenModels
import Testing

/// Signals while a model is trained: the step is finished, the checkpoint written, the command told that goes on.
@Suite("Interruption", .serialized) struct InterruptionTests {
  private let folder = ToolRun.temporaryFolder()

  /// A run that gets a signal once `path` is there, or after a while.
  private func interrupted(_ arguments: [String], by signal: Int32, after seconds: Double) throws -> (
    Process, String
  ) {
    let process = Process()
    process.executableURL = ToolRun.tool
    process.arguments = arguments
    let errors = folder + "/err-\(UInt32.random(in: 0...1 << 30))"
    try Data().write(to: URL(fileURLWithPath: errors))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // Training has begun when the first epoch is told of.
    let deadline = Date().addingTimeInterval(60)
    while process.isRunning, Date() < deadline,
      try !String(contentsOfFile: errors, encoding: .utf8).contains("epoch 1 of")
    { usleep(5000) }
    usleep(useconds_t(seconds * 1e6))
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return (process, try String(contentsOfFile: errors, encoding: .utf8))
  }

  @Test("A training that is interrupted goes on to the same bits", arguments: [SIGINT, SIGTERM, SIGUSR1])
  func training(signal: Int32) throws {
    func arguments(_ name: String) -> [String] {
      [
        "train", "realnvp", "--data", "two-moons:20000", "--epochs", "8", "--batch", "256", "--couplings",
        "4", "--hidden",
        "32", "--seed", "5", "--out", folder + "/" + name,
      ]
    }
    let (process, errors) = try interrupted(arguments("a"), by: signal, after: 0.05)
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
    #expect(errors.contains("--resume") && errors.contains("a.checkpoint"), "\(errors)")
    #expect(FileManager.default.fileExists(atPath: folder + "/a.checkpoint"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/a"))
    let resumed = try ToolRun(arguments: arguments("a") + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try ToolRun(arguments: arguments("b")).status == 0)
    #expect(
      FileManager.default.contents(atPath: folder + "/a")
        == FileManager.default.contents(atPath: folder + "/b"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!left.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".checkpoint") }, "\(left)")
  }

  @Test("A sweep that is interrupted says how it goes on")
  func sweep() throws {
    let grid = folder + "/grid.json"
    try Data(
      #"{"recipe": "fast", "models": [{"layers": 1, "maps": 4, "bottleneck": 2, "epochs": 100000}, {"layers": 1, "maps": 4, "bottleneck": 4, "epochs": 100000}]}"#
        .utf8
    ).write(to: URL(fileURLWithPath: grid))
    let (process, errors) = try interrupted(
      [
        "sweep", grid, "--data", "synthetic-digits:train[0..<256]", "--test", "synthetic-digits:test[0..<8]",
        "--control",
        "synthetic-symbols:test[0..<8]", "--no-classifiers", "--generate", "2", "--out", folder + "/sweep",
        "--jobs", "2",
      ], by: SIGINT, after: 0)
    #expect(process.terminationReason == .uncaughtSignal && errors.contains("--resume"), "\(errors)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/sweep")
    #expect(
      files.contains { $0.hasSuffix(".checkpoint") } && !files.contains { $0.hasSuffix(".partial") },
      "\(files)")
  }

  @Test("Leftovers of a killed run beside the model and its checkpoint are gone at the next start")
  func leftovers() throws {
    let gone = Process()
    gone.executableURL = URL(fileURLWithPath: "/bin/sh")
    gone.arguments = ["-c", "exit 0"]
    try gone.run()
    gone.waitUntilExit()
    let owner = ProcessIdentity(machine: ProcessIdentity.thisMachine, process: gone.processIdentifier)
    for name in ["m", "m.checkpoint"] {
      let left = PartialFiles.name(beside: "\(folder)/\(name)", owner: owner)
      try Data([1]).write(to: URL(fileURLWithPath: left))
    }
    let run = try ToolRun(
      "train", "realnvp", "--data", "two-moons:50", "--epochs", "1", "--couplings", "2", "--hidden", "4",
      "--out",
      folder + "/m")
    #expect(run.status == 0, "\(run.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!left.contains { $0.hasSuffix(".partial") }, "\(left)")
  }
}
