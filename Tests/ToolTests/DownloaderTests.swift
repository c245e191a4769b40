import Foundation
import OODDatasets
import Synchronization
import Testing

import ood

/// Downloads from a server on this machine: whole, cut, wrong, missing, overloaded.
@Suite struct DownloaderTests {
  let folder = ToolRun.temporaryFolder()
  static let contents: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
  /// The contents' SHA-256, by the code that NIST's vectors test.
  static let digest: FileDigest = {
    var hash = SHA256()
    contents.withUnsafeBytes { hash.update($0) }
    return .sha256(hash.finish())
  }()

  func set(_ names: [String] = ["data.bin"], at address: String = "http://127.0.0.1:1") -> KnownSet {
    KnownSet(
      name: "trial", summary: "", licence: "", home: "",
      files: names.map { KnownSet.File($0, at: "\(address)/\($0)", DownloaderTests.digest) })
  }

  func downloader(_ server: LoopbackServer?) -> Downloader {
    Downloader(directory: folder, mirror: server?.address, attempts: 3, pause: 0.01)
  }

  func file(_ name: String) -> String { folder + "/trial/" + name }

  func read(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  @Test func aWholeFile() async throws {
    let server = LoopbackServer(LoopbackServer.files(["/data.bin": DownloaderTests.contents]))
    let last = Mutex((0, 0))
    var plain = Downloader(directory: folder, attempts: 3, pause: 0.01)
    plain.progress = { _, received, total in last.withLock { $0 = (received, total ?? 0) } }
    #expect(try await plain.fetch(set(at: server.address)) == [file("data.bin")])
    #expect(try read("data.bin") == DownloaderTests.contents)
    #expect(!exists("data.bin.part"))
    #expect(last.withLock { $0 } == (300_000, 300_000))
    // What is there is not fetched again.
    #expect(try await plain.fetch(set(at: server.address)) == [])
    #expect(server.requests.count == 1)
  }

  @Test func theMirrorStandsInForThePublisher() async throws {
    let server = LoopbackServer(
      LoopbackServer.files(["/trial/a": DownloaderTests.contents, "/trial/b": DownloaderTests.contents]))
    #expect(try await downloader(server).fetch(set(["a", "b"])).count == 2)
    #expect(server.requests.map(\.path) == ["/trial/a", "/trial/b"])
  }

  @Test func aConnectionThatBreaksIsResumed() async throws {
    let whole = LoopbackServer.files(["/trial/data.bin": DownloaderTests.contents])
    let server = LoopbackServer { request in
      var response = whole(request)
      // Three connections break; the fourth is let through.
      if (request.firstByte ?? 0) < 200_000 { response.cutAfter = 70_000 }
      return response
    }
    _ = try await downloader(server).fetch(set())
    #expect(try read("data.bin") == DownloaderTests.contents)
    #expect(server.requests.count >= 3)
    #expect(server.requests[0].firstByte == nil)
    for (earlier, later) in zip(server.requests, server.requests.dropFirst()) {
      #expect((earlier.firstByte ?? 0) < (later.firstByte ?? 0))
    }
  }

  @Test func anotherRunGoesOnWhereThisOneStopped() async throws {
    let server = LoopbackServer(LoopbackServer.files(["/trial/data.bin": DownloaderTests.contents]))
    try FileManager.default.createDirectory(atPath: folder + "/trial", withIntermediateDirectories: true)
    try Data(DownloaderTests.contents.prefix(123_456)).write(to: URL(fileURLWithPath: file("data.bin.part")))
    _ = try await downloader(server).fetch(set())
    #expect(server.requests.map(\.firstByte) == [123_456])
    #expect(try read("data.bin") == DownloaderTests.contents)
  }

  @Test func aServerWithoutRangesStartsAgain() async throws {
    let server = LoopbackServer { _ in LoopbackServer.Response(body: DownloaderTests.contents) }
    try FileManager.default.createDirectory(atPath: folder + "/trial", withIntermediateDirectories: true)
    try Data(DownloaderTests.contents.prefix(1000)).write(to: URL(fileURLWithPath: file("data.bin.part")))
    _ = try await downloader(server).fetch(set())
    #expect(try read("data.bin") == DownloaderTests.contents)
  }

  @Test(arguments: [500, 300_000, 400_000]) func leftoversOfAnotherFileAreThrownAway(length: Int) async throws
  {
    let server = LoopbackServer(LoopbackServer.files(["/trial/data.bin": DownloaderTests.contents]))
    try FileManager.default.createDirectory(atPath: folder + "/trial", withIntermediateDirectories: true)
    try Data(repeating: 7, count: length).write(to: URL(fileURLWithPath: file("data.bin.part")))
    _ = try await downloader(server).fetch(set())
    #expect(try read("data.bin") == DownloaderTests.contents)
  }

  @Test func wrongBytesAreNotKept() async throws {
    var wrong = DownloaderTests.contents
    wrong[1234] ^= 1
    let server = LoopbackServer(LoopbackServer.files(["/trial/data.bin": wrong]))
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(set()) }
    #expect(error?.reason == .checksum)
    #expect(!exists("data.bin") && !exists("data.bin.part"))
    #expect(server.requests.count == 1)
  }

  @Test func aFileOfTheUserIsNotReplaced() async throws {
    let server = LoopbackServer(LoopbackServer.files(["/trial/data.bin": DownloaderTests.contents]))
    try FileManager.default.createDirectory(atPath: folder + "/trial", withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: file("data.bin")))
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(set()) }
    #expect(error?.reason == .checksum)
    #expect(try read("data.bin") == [1, 2, 3])
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [(404, 1), (403, 1), (503, 3)]) func errorsOfTheServer(status: Int, requests: Int)
    async throws
  {
    let server = LoopbackServer { _ in LoopbackServer.Response(status: status, body: Array("sorry".utf8)) }
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(set()) }
    #expect(error?.reason == .status(status))
    #expect(server.requests.count == requests)
    #expect(!exists("data.bin"))
  }

  @Test func aServerThatAlwaysBreaksAtTheSamePlaceIsGivenUp() async throws {
    let server = LoopbackServer { _ in LoopbackServer.Response(body: DownloaderTests.contents, cutAfter: 0) }
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(set()) }
    #expect(error?.reason == .connection)
    #expect(server.requests.count == 3)
  }

  @Test func noServerAtAll() async throws {
    let error = await #expect(throws: DownloadError.self) { try await downloader(nil).fetch(set()) }
    #expect(error?.reason == .connection)
  }

  @Test func archivesAreUnpacked() async throws {
    let inside = folder + "/inside.txt"
    try Data("hello".utf8).write(to: URL(fileURLWithPath: inside))
    let archive = folder + "/files.tar"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "-c", "-f", archive, "-C", folder, "inside.txt"]
    try process.run()
    process.waitUntilExit()
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: archive)))
    let digest = try FileDigest.md5("").ofFile(archive)
    let server = LoopbackServer(
      LoopbackServer.files(["/trial/files.tar": bytes, "/trial/bad.tar": [1, 2, 3]]))
    let good = KnownSet(
      name: "trial", summary: "", licence: "", home: "",
      files: [KnownSet.File("files.tar", at: "", digest, isArchive: true)])
    _ = try await downloader(server).fetch(good)
    #expect(try read("inside.txt") == Array("hello".utf8))
    let bad = KnownSet(
      name: "trial", summary: "", licence: "", home: "",
      files: [KnownSet.File("bad.tar", at: "", .md5("5289df737df57326fcdd22597afb1fac"), isArchive: true)])
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(bad) }
    #expect(error?.reason == .file)
  }

  @Test("Only https, but for this machine; also where a server sends on to")
  func addresses() async throws {
    for address in ["http://example.org", "ftp://example.org", "file:///etc"] {
      let plain = Downloader(directory: folder, attempts: 1, pause: 0.01)
      let error = await #expect(throws: DownloadError.self) { try await plain.fetch(set(at: address)) }
      #expect(error?.reason == .address, "\(address)")
    }
    for file in KnownSet.all.flatMap(\.files) {
      #expect(file.address.hasPrefix("https://"), "\(file.address)")
    }
    let away = LoopbackServer { _ in
      LoopbackServer.Response(status: 302, headers: ["Location: http://example.org/data.bin"])
    }
    let error = await #expect(throws: DownloadError.self) { try await downloader(away).fetch(set()) }
    #expect(error?.reason == .address, "\(String(describing: error))")
    #expect(away.requests.count == 1 && !exists("data.bin"))

    let whole = LoopbackServer(LoopbackServer.files(["/there": DownloaderTests.contents]))
    let here = LoopbackServer { _ in
      LoopbackServer.Response(status: 302, headers: ["Location: \(whole.address)/there"])
    }
    #expect(try await downloader(here).fetch(set()).count == 1)
  }

  @Test("A file that turns out larger than it may be is not taken")
  func sizes() async throws {
    let server = LoopbackServer(LoopbackServer.files(["/trial/data.bin": DownloaderTests.contents]))
    let small = KnownSet(
      name: "trial", summary: "", licence: "", home: "",
      files: [
        KnownSet.File(
          "data.bin", at: "", DownloaderTests.digest, mostBytes: DownloaderTests.contents.count - 1)
      ])
    let error = await #expect(throws: DownloadError.self) { try await downloader(server).fetch(small) }
    #expect(error?.reason == .size, "\(String(describing: error))")
    #expect(!exists("data.bin"))
    let exact = KnownSet(
      name: "trial", summary: "", licence: "", home: "",
      files: [
        KnownSet.File("data.bin", at: "", DownloaderTests.digest, mostBytes: DownloaderTests.contents.count)
      ])
    #expect(try await downloader(server).fetch(exact).count == 1)
  }

  /// A tar archive of what a shell command makes in a folder, and its digest.
  private func archive(_ command: String) throws -> (bytes: [UInt8], digest: FileDigest) {
    let source = ToolRun.temporaryFolder()
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "cd '\(source)' && mkdir in && cd in && \(command) && tar -cf ../a.tar *"]
    try shell.run()
    shell.waitUntilExit()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: source + "/a.tar")))
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return (bytes, .sha256(hash.finish()))
  }

  @Test("An archive is unpacked before it gets its name, and holds files and folders only")
  func archives() async throws {
    func set(_ digest: FileDigest) -> KnownSet {
      KnownSet(
        name: "trial", summary: "", licence: "", home: "",
        files: [KnownSet.File("a.tar", at: "", digest, isArchive: true)])
    }
    let links = try archive("ln -s /etc/hostname link && echo 1 > b")
    let bad = LoopbackServer(LoopbackServer.files(["/trial/a.tar": links.bytes]))
    let error = await #expect(throws: DownloadError.self) {
      try await downloader(bad).fetch(set(links.digest))
    }
    #expect(error?.reason == .file)
    #expect(!exists("a.tar") && !exists("b") && !exists("link"))

    let good = try archive("mkdir d && echo 1 > d/x && echo 2 > y")
    let server = LoopbackServer(LoopbackServer.files(["/trial/a.tar": good.bytes]))
    // What an earlier attempt left half unpacked.
    try FileManager.default.createDirectory(
      atPath: file("a.tar.part.unpacked/d"), withIntermediateDirectories: true)
    try? FileManager.default.removeItem(atPath: file("a.tar.part"))
    #expect(try await downloader(server).fetch(set(good.digest)).count == 1)
    #expect(
      exists("a.tar") && exists("d/x") && exists("y") && !exists("a.tar.part")
        && !exists("a.tar.part.unpacked"))
  }
}
