import Foundation
import GenModels
import Testing

/// What killed processes had begun to write.
@Suite struct PartialFilesTests {
  private let folder = NSTemporaryDirectory() + "/ood-partial-\(UUID().uuidString)"

  /// A process that was and is not.
  private func gone() throws -> ProcessIdentity {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    return ProcessIdentity(
      machine: ProcessIdentity.thisMachine, process: process.processIdentifier)
  }

  @Test(
    "What a killed process left beside a file goes; what a running one writes stays, and all of another machine"
  )
  func leftovers() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let gone = try gone()
    let parent = ProcessIdentity(machine: gone.machine, process: getppid())
    // The number of a process means nothing on another machine.
    let elsewhere = ProcessIdentity(machine: "0123abcd89abcdef", process: gone.process)
    let owners = [
      ("out.npy", gone), ("out.npy", parent), ("out.npy", .current), ("out.npy", elsewhere),
      ("other.npy", gone),
    ]
    let names = owners.map { PartialFiles.name(beside: $0, owner: $1) }
    let others = ["out.npy", "out.npy.partial", "out.npy.\(gone.process)-77.partial"]
    for name in names + others { try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    func left() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder)) }

    PartialFiles.removeStale(beside: folder + "/out.npy")
    #expect(try left() == Set(names[1...] + others))
    PartialFiles.removeStale(in: folder)
    #expect(try left() == Set(names[1...3] + others))
    #expect(PartialFiles.base(of: names[4]) == "other.npy" && PartialFiles.base(of: "out.npy.partial") == nil)
  }
}
