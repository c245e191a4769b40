import Foundation
import OODDatasets
import Testing

/// Where results go: through links, to pipes and devices, and never over them.
@Suite struct OutputPlaceTests {
  let folder = TemporaryFolder()

  private func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file(name))))
  }

  @Test("A symbolic link stays one, and what it leads to is replaced, there or not")
  func links() throws {
    try folder.write([1, 2, 3], to: "real")
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.file("first"), withDestinationPath: "real")
    try files.createSymbolicLink(atPath: folder.file("second"), withDestinationPath: folder.file("first"))
    try files.createSymbolicLink(atPath: folder.file("dangling"), withDestinationPath: "made")
    try OutputPlace.write([9], to: folder.file("second"))
    try OutputPlace.write([8], to: folder.file("dangling"))
    #expect(try read("real") == [9] && read("made") == [8])
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("second")) == folder.file("first"))
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("dangling")) == "made")
    try files.createSymbolicLink(atPath: folder.file("circle"), withDestinationPath: "circle")
    #expect(throws: DataError.self) { try OutputPlace.write([1], to: folder.file("circle")) }
  }

  @Test("A full device is an error, and stays a device")
  func fullDevice() throws {
    let error = try #require(throws: DataError.self) { try OutputPlace.write([1, 2], to: "/dev/full") }
    #expect(error.found.contains("No space left"))
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
    let saved = try #require(throws: DataError.self) {
      try OutputPlace("/dev/full").write(saving: { try OutputPlace.write([1, 2], to: $0) })
    }
    #expect(saved.found.contains("No space left"))
  }

  @Test("A pipe gets the bytes, and stays a pipe")
  func pipe() async throws {
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let contents = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let reader = Task.detached {
      try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd() ?? Data()
    }
    try OutputPlace.write(contents, to: path)
    #expect([UInt8](try await reader.value) == contents)
    #expect(try OutputPlace(path).kind == .stream)
  }

  @Test("What can't be written is known before it is")
  func requirements() throws {
    try folder.write([1], to: "file")
    for path in ["nowhere/x", "file/x"] {
      #expect(throws: DataError.self, "\(path)") { try OutputPlace(folder.file(path)).requireWritable() }
      #expect(throws: DataError.self, "\(path)") { try OutputPlace.write([1], to: folder.file(path)) }
    }
    #expect(throws: DataError.self) { try OutputPlace(folder.path) }
    try OutputPlace(folder.file("new")).requireWritable()
    try OutputPlace.requireWritable(folder: folder.file("a/b/c"))
    #expect(throws: DataError.self) { try OutputPlace.requireWritable(folder: folder.file("file/b")) }
  }

  @Test("A replaced file keeps who may read it")
  func permissions() throws {
    try folder.write([1], to: "private")
    chmod(folder.file("private"), 0o600)
    try OutputPlace.write([2], to: folder.file("private"))
    let mode =
      try FileManager.default.attributesOfItem(atPath: folder.file("private"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}
