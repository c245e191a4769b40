import Foundation
import GenModels
import Testing

/// A training in a process of its own (`TrainingProbe`), which can be killed.
private struct TrainingProcess {
  private let process = Process()
  private let output = Pipe()

  init(checkpoint: String, model: String, threads: Int = 2) throws {
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = tests.appendingPathComponent("TrainingProbe")
    process.arguments = [checkpoint, model]
    var environment = ProcessInfo.processInfo.environment
    environment["OOD_THREADS"] = "\(threads)"
    process.environment = environment
    process.standardOutput = output
    try process.run()
  }

  /// Kills the process with SIGKILL as soon as it has reported so many steps. Returns whether it was still training.
  func kill(afterSteps steps: Int) -> Bool {
    var seen = Data()
    while seen.filter({ $0 == UInt8(ascii: "\n") }).count < steps {
      let chunk = output.fileHandleForReading.availableData
      if chunk.isEmpty { break }
      seen += chunk
    }
    let wasTraining = process.isRunning
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return wasTraining && process.terminationReason == .uncaughtSignal
  }

  /// Waits for the end; returns the lines that were printed.
  func finish() throws -> [String] {
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

@Suite("Training as a process", .serialized)
struct TrainingProcessTests {
  @Test("kill -9 at any moment, then resume: the bits of a run that was left alone, for 1 and 2 threads")
  func killAndResume() throws {
    try withTemporaryFolder { folder in
      func path(_ name: String) -> String { "\(folder)/\(name).safetensors" }
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
      _ = try TrainingProcess(checkpoint: path("checkpoint"), model: path("whole")).finish()
      _ = try TrainingProcess(checkpoint: path("one-checkpoint"), model: path("one"), threads: 1).finish()
      #expect(try bytes("one") == bytes("whole"))

      // Killed four times on the way, at different steps, with either number of threads.
      for (round, steps) in [5, 14, 1, 11].enumerated() {
        let process = try TrainingProcess(
          checkpoint: path("killed-checkpoint"), model: path("killed"), threads: 1 + round % 2)
        #expect(process.kill(afterSteps: steps))
        #expect(!FileManager.default.fileExists(atPath: path("killed")))
      }
      let last = try TrainingProcess(checkpoint: path("killed-checkpoint"), model: path("killed")).finish()
      #expect(last.filter { $0.hasPrefix("step") }.count <= 64 - 31)
      #expect(try bytes("killed") == bytes("whole"))
      _ = try Sequential(contentsOf: path("killed"))
    }
  }

  @Test("After the first epoch no step asks the system for a large buffer, and memory is bounded")
  func memory() throws {
    try withTemporaryFolder { folder in
      let lines = try TrainingProcess(checkpoint: "\(folder)/c", model: "\(folder)/m", threads: 1).finish()
      func number(_ prefix: String) throws -> Int {
        let line = try #require(lines.first { $0.hasPrefix(prefix) })
        return try #require(Int(line.dropFirst(prefix.count)))
      }
      #expect(try number("fresh buffers ") <= 4)
      // Data 0.5 MB; the activations of 32 images with their gradients, some 6 MB.
      #expect(try number("peak bytes ") < 24_000_000)
    }
  }
}
