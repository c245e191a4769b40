import CKernels
import Foundation
import Testing

/// How many processors there are for this process.
@Suite struct ProcessorTests {
  private let folder = NSTemporaryDirectory() + "ood-processors-\(UUID().uuidString)"

  private func write(_ text: String, _ path: String) throws {
    let url = URL(fileURLWithPath: folder + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func quota() -> Int32 { ood_quota_processors(folder + "/groups", folder + "/fs") }

  @Test func quotasOfVersion2() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write("0::/a/b\n", "groups")
    #expect(quota() == 0)
    try write("max 100000\n", "fs/a/b/cpu.max")
    #expect(quota() == 0)
    try write("350000 100000\n", "fs/a/b/cpu.max")
    #expect(quota() == 4)
    // A group around it may allow less, and so may the root that a container sees.
    try write("200000 100000\n", "fs/a/cpu.max")
    #expect(quota() == 2)
    try write("50000 100000\n", "fs/cpu.max")
    #expect(quota() == 1)
    try write("0::/elsewhere\n", "groups")
    #expect(quota() == 1)
    try write("nothing\n0:\n::::\n", "groups")
    #expect(quota() <= 1)
  }

  @Test func quotasOfVersion1() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write("4:memory:/x\n3:cpu,cpuacct:/x/y\n", "groups")
    try write("-1\n", "fs/cpu,cpuacct/cpu.cfs_quota_us")
    try write("100000\n", "fs/cpu,cpuacct/cpu.cfs_period_us")
    #expect(quota() == 0)
    try write("250000\n", "fs/cpu,cpuacct/x/y/cpu.cfs_quota_us")
    try write("100000\n", "fs/cpu,cpuacct/x/y/cpu.cfs_period_us")
    #expect(quota() == 3)
    try write("3:cpuset:/x/y\n", "groups")
    #expect(quota() == 0)
    #expect(ood_quota_processors(folder + "/none", folder) == 0)
  }

  @Test func thereIsOneAtLeast() {
    #expect(ood_usable_processors() >= 1)
    #expect(Int(ood_usable_processors()) <= ProcessInfo.processInfo.processorCount)
  }

  #if os(Linux)
    /// A process that may use one processor counts one, however many the machine has.
    @Test func affinityCounts() async {
      await #expect(processExitsWith: .success) {
        // The C library declares these for GNU sources only.
        typealias Affinity = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32
        func function(_ name: String) -> Affinity { unsafeBitCast(dlsym(nil, name)!, to: Affinity.self) }
        var mask = [UInt8](repeating: 0, count: 128)
        precondition(function("sched_getaffinity")(0, 128, &mask) == 0)
        let byte = mask.firstIndex { $0 != 0 }!
        let kept = UInt8(1) << UInt8(mask[byte].trailingZeroBitCount)
        for i in mask.indices { mask[i] = i == byte ? kept : 0 }
        precondition(function("sched_setaffinity")(0, 128, &mask) == 0)
        precondition(ood_usable_processors() == 1)
      }
    }
  #endif
}
