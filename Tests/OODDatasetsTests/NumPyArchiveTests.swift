import OODDatasets
import Testing

@Suite struct NumPyArchiveTests {
  /// `np.savez_compressed(file, X=np.array([[1, 2, 3], [4, 5, 6]], dtype='>i4'), y=np.array([True, False]))`
  /// of NumPy 2.4.
  static let deflated = hexadecimal(
    "504b03042d0000000800000021008dc10aedffffffffffffffff05001400582e6e707901001000980000000000000057"
      + "000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9769a2aea3a09e965f54529498179f5f94920a"
      + "12774bcc294e058a17672416a402f91a463a0ac69a3a0ab50a64032e060606462066026266206601625620660300504b"
      + "03042d000000080000002100ee19bb5dffffffffffffffff05001400792e6e7079010010008200000000000000460000"
      + "00000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e9364a8aea3a09e965f54529498179f5f94920a1277"
      + "4bcc294e058a17672416a402f91a463a9a3a0ab50a14002e460600504b01022d032d0000000800000021008dc10aed57"
      + "00000098000000050000000000000000000000800100000000582e6e7079504b01022d032d000000080000002100ee19"
      + "bb5d460000008200000005000000000000000000000080018e000000792e6e7079504b05060000000002000200660000"
      + "000b0100000000")

  /// `np.savez(file, a=np.asfortranarray(np.arange(6, dtype='f4').reshape(2, 3)))`.
  static let stored = hexadecimal(
    "504b03042d000000000000002100ce2ce0d3ffffffffffffffff05001400612e6e707901001000980000000000000098"
      + "00000000000000934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572"
      + "273a20547275652c20277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020"
      + "20202020202020202020202020202020202020202020202020202020202020202020202020200a000000000000404000"
      + "00803f00008040000000400000a040504b01022d032d000000000000002100ce2ce0d398000000980000000500000000"
      + "00000000000000800100000000612e6e7079504b0506000000000100010033000000cf0000000000")

  static func hexadecimal(_ digits: String) -> [UInt8] {
    let digits = Array(digits)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
  }

  @Test func archivesThatNumPyWrote() throws {
    let archive = try NumPyArchive(bytes: NumPyArchiveTests.deflated)
    #expect(archive.names == ["X", "y"])
    let x = try archive.array(named: "X")
    #expect(x.shape == [2, 3])
    #expect(x.elementType == .int32)
    #expect(x.doubles() == [1, 2, 3, 4, 5, 6])
    #expect(try archive.array(named: "y").elementType == .bool)
    #expect(try archive.array(named: "y").doubles() == [1, 0])

    let a = try NumPyArchive(bytes: NumPyArchiveTests.stored).array(named: "a")
    #expect(a.shape == [2, 3])
    #expect(a.doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: [true, false]) func arraysReadBackAsWritten(compressed: Bool) throws {
    let x = NumericArray((0..<3000).map { Double($0 % 17) }, shape: [1000, 3])
    let y = NumericArray([UInt8](repeating: 1, count: 1000), shape: [1000])
    let folder = TemporaryFolder()
    try NumPyArchive.write([("X", x), ("y", y)], to: folder.file("a.npz"), compressed: compressed)
    let archive = try NumPyArchive(folder.file("a.npz"))
    #expect(try archive.array(named: "X") == x)
    #expect(try archive.array(named: "y") == y)
  }

  @Test(arguments: [true, false]) func archivesWithTheExtensionForLargeFiles(compressed: Bool) throws {
    // The writer uses the 64-bit fields for numbers above a bound, here lowered from 2³²−1.
    var writer = ZipWriter(wideFrom: 100)
    let x = NumericArray((0..<300).map(Double.init), shape: [300])
    let y = NumericArray([1, 2, 3], shape: [3])
    writer.add(NumPy.bytes(of: x), named: "X.npy", compressed: compressed)
    writer.add(NumPy.bytes(of: y), named: "y.npy", compressed: compressed)
    let archive = try NumPyArchive(bytes: writer.finish())
    #expect(try archive.array(named: "X") == x)
    #expect(try archive.array(named: "y") == y)
  }

  @Test func missingArraysAreNamed() throws {
    let error = try #require(throws: DataError.self) {
      try NumPyArchive(bytes: NumPyArchiveTests.deflated, name: "a.npz").array(named: "Z")
    }
    #expect(error.reason == .notFound)
    #expect(error.description == "a.npz: expected an array named 'Z'; found 'X', 'y'.")
  }

  @Test func zipBombsAreRefusedBeforeAnyMemoryIsTaken() throws {
    // The directory says that 87 compressed bytes become 2³¹ (bytes 24 to 27 of its first entry).
    var bomb = NumPyArchiveTests.deflated
    let entry = try #require(
      (0..<bomb.count).first { Array(bomb[$0..<min($0 + 4, bomb.count)]) == [0x50, 0x4B, 1, 2] })
    bomb[entry + 27] = 0x80
    let error = try #require(throws: DataError.self) { try NumPyArchive(bytes: bomb).array(named: "X") }
    #expect(error.reason == .tooLarge)

    // Zeros do shrink a thousandfold; then the limit decides.
    let zeros = NumericArray([UInt8](repeating: 0, count: 1 << 20), shape: [1 << 20])
    let bytes = NumPyArchive.bytes(of: [("a", zeros)])
    #expect(try NumPyArchive(bytes: bytes).array(named: "a") == zeros)
    let refused = try #require(throws: DataError.self) {
      try NumPyArchive(bytes: bytes, limit: InflationLimit(byteCount: 1 << 19)).array(named: "a")
    }
    #expect(refused.reason == .tooLarge)
  }

  @Test func membersThatLieAboutTheirLengthAreRefused() throws {
    // One byte too few and one too many, in the directory's entry for X.
    let entry = try #require(
      (0..<NumPyArchiveTests.deflated.count - 4).first {
        Array(NumPyArchiveTests.deflated[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2]
      })
    for change in [-1, 1] {
      var bytes = NumPyArchiveTests.deflated
      bytes[entry + 24] = UInt8(Int(bytes[entry + 24]) + change)
      #expect(throws: DataError.self) { try NumPyArchive(bytes: bytes).array(named: "X") }
    }
  }

  @Test func everyByteOfAnArchiveCounts() throws {
    // Cut anywhere or with any byte changed, an archive is refused, or still holds the same numbers (where
    // the byte means nothing, such as a date), or has lost the array's name.
    for original in [NumPyArchiveTests.deflated, NumPyArchiveTests.stored] {
      let archive = try NumPyArchive(bytes: original)
      let name = archive.names[0]
      let values = try archive.array(named: name).doubles()
      for length in 0..<original.count {
        #expect(throws: DataError.self) {
          try NumPyArchive(bytes: Array(original[..<length])).array(named: name)
        }
      }
      for position in original.indices {
        for mask in [1, 0x80, 0xFF] as [UInt8] {
          var bytes = original
          bytes[position] ^= mask
          do {
            #expect(try NumPyArchive(bytes: bytes).array(named: name).doubles() == values)
          } catch is DataError {}
        }
      }
    }
  }
}
