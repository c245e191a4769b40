import Foundation
import OODDatasets
import Testing

/// Inputs without an end or without a size, and files that inflate beyond what was allowed.
@Suite struct InputLimitTests {
  let folder = TemporaryFolder()

  @Test("Devices are refused by every reader", arguments: ["/dev/zero", "/dev/null", "/dev/urandom"])
  func devices(path: String) {
    #expect(throws: DataError.self) { try NumPy.read(path) }
    #expect(throws: DataError.self) { try NumPyArchive(path) }
    #expect(throws: DataError.self) { try IDX.read(path) }
    #expect(throws: DataError.self) { try CSVTable(path) }
    #expect(throws: DataError.self) { try PNG.read(path) }
    #expect(throws: DataError.self) { try StrokeLines.read(path) }
    #expect(throws: DataError.self) { try FileDigest.sha256("").ofFile(path) }
  }

  /// A pipe that `bytes` go through, in small pieces.
  private func withPipe(_ bytes: [UInt8], pause: useconds_t = 0, _ body: (String) throws -> Void) throws {
    let path = folder.file("pipe-\(UInt32.random(in: 0...UInt32.max))")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread {
      guard let file = fopen(path, "w") else { return }
      usleep(pause)
      _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
      fclose(file)
    }
    signal(SIGPIPE, SIG_IGN)
    writer.start()
    try body(path)
  }

  @Test("A pipe is read to its end, also from a slow writer")
  func pipes() throws {
    try withPipe(Array("u,v\n1,2\n3,4\n".utf8), pause: 200_000) { (path: String) throws in
      #expect(try CSVTable(path).values == [1, 2, 3, 4])
    }
    try withPipe(NumPy.bytes(of: NumericArray([1.5, 2], shape: [2]))) { (path: String) throws in
      #expect(try NumPy.read(path).doubles() == [1.5, 2])
    }
    try withPipe([]) { (path: String) throws in
      #expect(throws: DataError.self) { try CSVTable(path) }
    }
  }

  @Test("A pipe that brings more than the limit is refused, and so is a file that inflates beyond it")
  func limits() throws {
    let text = Array((0..<4000).map { "\($0),1" }.joined(separator: "\n").utf8)
    try withPipe(text) { (path: String) throws in
      let error = try #require(throws: DataError.self) {
        try CSVTable(path, limit: InflationLimit(byteCount: 1000))
      }
      #expect(error.reason == .tooLarge)
    }
    try folder.write(Gzip.compress(text), to: "t.csv.gz")
    var library = DataLibrary()
    library.limit = InflationLimit(byteCount: 1000)
    let error = try #require(throws: DataError.self) {
      try library.table(Specification("csv:" + folder.file("t.csv.gz")))
    }
    #expect(error.reason == .tooLarge)
    library.limit = InflationLimit(byteCount: 1 << 20)
    #expect(try library.table(Specification("csv:" + folder.file("t.csv.gz"))).values.rows == 4000)
  }

  @Test("The size of a picture is bounded by a limit that can be set")
  func pictures() throws {
    let picture = Bitmap(width: 64, height: 32, channels: 3, pixels: Array(repeating: 7, count: 64 * 32 * 3))
    let bytes = PNG.bytes(of: picture)
    let error = try #require(throws: DataError.self) {
      try PNG.read(bytes: bytes, limit: InflationLimit(byteCount: 64 * 32 * 3 - 1))
    }
    #expect(error.reason == .tooLarge)
    #expect(try PNG.read(bytes: bytes, limit: InflationLimit(byteCount: 64 * 32 * 3)) == picture)
  }

  @Test("gzip padded with zeros reads; other bytes after it don't")
  func padding() throws {
    let text = Array("1,2\n3,4\n".utf8)
    for zeros in [1, 7, 512, 300_000] {
      let padded = Gzip.compress(text) + [UInt8](repeating: 0, count: zeros)
      #expect(try CSVTable(bytes: padded).values == [1, 2, 3, 4], "\(zeros)")
    }
    #expect(
      try CSVTable(bytes: Gzip.compress(text) + Gzip.compress(Array("5,6\n".utf8)) + [0, 0]).values == [
        1, 2, 3, 4, 5, 6,
      ])
    #expect(throws: DataError.self) { try CSVTable(bytes: Gzip.compress(text) + [0, 0, 1]) }
  }

  @Test("Errors of compressed files count bytes of the file, or say that they don't")
  func places() throws {
    let whole = Gzip.compress(
      Array((0..<5000).map { "\($0 &* 7919 % 1000),\($0)" }.joined(separator: "\n").utf8))
    let cut = Array(whole[..<(whole.count / 2)])
    let error = try #require(throws: DataError.self) { try CSVTable(bytes: cut) }
    #expect(error.place == .byte(cut.count), "\(error)")
    var damaged = whole
    damaged[whole.count - 6] ^= 0xFF
    let wrong = try #require(throws: DataError.self) { try CSVTable(bytes: damaged) }
    guard case .byte(let place)? = wrong.place else {
      Issue.record("\(wrong)")
      return
    }
    #expect((whole.count - 9...whole.count).contains(place), "\(place) of \(whole.count)")
    let header = try #require(throws: DataError.self) { try IDX.read(bytes: Gzip.compress([0, 0, 99, 1])) }
    #expect(header.place == .inflatedByte(2), "\(header)")
    let plain = try #require(throws: DataError.self) { try IDX.read(bytes: [0, 0, 99, 1]) }
    #expect(plain.place == .byte(2))
  }
}
