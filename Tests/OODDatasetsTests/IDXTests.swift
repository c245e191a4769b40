import GenModels
import OODDatasets
import Testing

@Suite struct IDXTests {
  /// A header for extents, as its publisher describes it.
  static func header(_ type: UInt8, _ extents: [UInt32]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, type, UInt8(extents.count)]
    for extent in extents {
      for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: extent >> shift)) }
    }
    return bytes
  }

  @Test func imagesAreScaledToOneAndLabelsAreIndexes() throws {
    let folder = TemporaryFolder()
    let images = try folder.write(IDXTests.header(8, [2, 1, 3]) + [0, 255, 51, 102, 204, 1], to: "images")
    let tensor = try IDX.readTensor(images)
    #expect(tensor == Tensor([0, 1, 0.2, 0.4, 0.8, 1 / 255], shape: [2, 1, 3]))

    let labels = try folder.write(IDXTests.header(0x0B, [3]) + [0, 7, 3, 228, 255, 255], to: "labels")
    #expect(try IDX.read(labels).indexes().elements == [7, 996, -1])
  }

  static let arrays: [NumericArray] = [
    NumericArray([0, 1, 254, 255] as [UInt8], shape: [2, 2]),
    NumericArray(bytes: [0x80, 0x7F], elementType: .int8, shape: [2]),
    NumericArray(bytes: [1, 2, 3, 4, 5, 6], elementType: .int16, shape: [1, 3, 1]),
    NumericArray(bytes: Array(0..<16), elementType: .int32, shape: [1, 2, 2, 1]),
    NumericArray([Float(1.5), -0, .greatestFiniteMagnitude], shape: [3]),
    NumericArray([0x1p-1060, .pi], shape: [2]),
    NumericArray([UInt8](), shape: [0, 28, 28]),
  ]

  @Test(arguments: arrays) func everyTypeReadsBackAsWritten(array: NumericArray) throws {
    let bytes = IDX.bytes(of: array)
    #expect(try IDX.read(bytes: bytes) == array)
    #expect(try IDX.read(bytes: Gzip.compress(bytes)) == array)
    let folder = TemporaryFolder()
    for name in ["plain", "packed.gz"] {
      try IDX.write(array, to: folder.file(name))
      #expect(try IDX.read(folder.file(name)) == array)
      let tensor = try IDX.readTensor(folder.file(name))
      let scale: Float = array.elementType == .uint8 ? 255 : 1
      #expect(tensor == Tensor(array.doubles().map { Float($0) / scale }, shape: Shape(array.shape)))
    }
  }

  @Test func aRangeReadsOnlyItsExamples() throws {
    let folder = TemporaryFolder()
    let array = NumericArray((0..<100).map { UInt8($0) }, shape: [50, 2])
    for name in ["plain", "packed.gz"] {
      try IDX.write(array, to: folder.file(name))
      let part = try IDX.readTensor(folder.file(name), range: 10..<12)
      #expect(part.shape == [2, 2])
      #expect(part.elements == [20, 21, 22, 23].map { $0 / 255 })
      #expect(try IDX.readTensor(folder.file(name), range: 50..<50).shape == [0, 2])
      #expect(throws: DataError.self) { try IDX.readTensor(folder.file(name), range: 49..<51) }
    }
    #expect(try IDX.readHeader(folder.file("packed.gz")).shape == [50, 2])
  }

  @Test(
    arguments: [
      ([], .truncated, .byte(0)),
      ([0, 0, 8], .truncated, .byte(0)),
      ([1, 0, 8, 1, 0, 0, 0, 0], .malformed, .byte(0)),
      ([0, 0, 7, 1, 0, 0, 0, 0], .malformed, .byte(2)),
      ([0, 0, 8, 5] + [UInt8](repeating: 0, count: 20), .unsupported, .byte(3)),
      (header(8, [2, 2]) + [1, 2, 3], .tooLarge, .byte(4)),
      (header(8, [2]) + [1, 2, 3], .inconsistent, .byte(10)),
      // 2^124 bytes, and 0 bytes of rows that would take 2^93: neither may be allocated or overflow.
      (header(14, [.max, .max, .max, .max]), .tooLarge, .byte(4)),
      (header(14, [0, .max, .max, .max]), .tooLarge, .byte(4)),
    ] as [([UInt8], DataError.Reason, DataError.Place)])
  func badFilesAreRefusedWithTheirPlace(bytes: [UInt8], reason: DataError.Reason, place: DataError.Place)
    throws
  {
    let error = try #require(throws: DataError.self) { try IDX.read(bytes: bytes, name: "bad.idx") }
    #expect(error.reason == reason)
    #expect(error.place == place)
    #expect(error.description.hasPrefix("bad.idx, byte "))
  }

  @Test func damagedCompressionIsRefused() throws {
    let array = NumericArray((0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 167 >> 3) }, shape: [4000])
    let packed = Gzip.compress(IDX.bytes(of: array))
    #expect(
      try #require(throws: DataError.self) { try IDX.read(bytes: packed.dropLast(9)) }.reason == .truncated)
    var wrongSum = packed
    wrongSum[packed.count - 6] ^= 1
    #expect(try #require(throws: DataError.self) { try IDX.read(bytes: wrongSum) }.reason == .malformed)
    #expect(throws: DataError.self) { try IDX.read(bytes: packed + [1]) }
    // Two gzip members one after the other are one file.
    let bytes = IDX.bytes(of: array)
    #expect(
      try IDX.read(bytes: Gzip.compress(Array(bytes[..<999])) + Gzip.compress(Array(bytes[999...]))) == array)
  }

  @Test func compressedFilesCannotClaimMoreThanDeflateHolds() throws {
    // A header that asks for 2 GiB of images in a file of a few bytes.
    let bomb = Gzip.compress(IDXTests.header(8, [1 << 21, 32, 32]))
    let error = try #require(throws: DataError.self) { try IDX.read(bytes: bomb) }
    #expect(error.reason == .tooLarge)
    // And a file that does inflate to what it claims, beyond a limit set by the caller.
    let large = Gzip.compress(IDXTests.header(8, [1 << 20]) + [UInt8](repeating: 0, count: 1 << 20))
    #expect(try IDX.read(bytes: large).count == 1 << 20)
    let refused = try #require(throws: DataError.self) {
      try IDX.read(bytes: large, limit: InflationLimit(byteCount: 1000))
    }
    #expect(refused.reason == .tooLarge)
  }

  @Test func numbersThatAreNotFiniteAreRefusedWithTheirRow() throws {
    let folder = TemporaryFolder()
    try IDX.write(NumericArray([1, 2, 3, Double.nan, 5, 6], shape: [3, 2]), to: folder.file("nan"))
    let error = try #require(throws: DataError.self) { try IDX.readTensor(folder.file("nan")) }
    #expect(error.reason == .notFinite)
    #expect(error.place == .row(1, column: 1))
  }

  @Test func rowsWithoutColumnsCostNothing() throws {
    // Twelve bytes that claim two thousand million rows of no doubles.
    let rows = Int(Int32.max)
    let tensor = try IDX.read(bytes: IDXTests.header(14, [UInt32(rows), 0])).tensor()
    #expect(tensor.shape == [rows, 0])
  }

  @Test func filesThatAreNotThereAreNamed() throws {
    let error = try #require(throws: DataError.self) { try IDX.read("/nowhere/images.gz") }
    #expect(error.reason == .inaccessible)
    #expect(error.source == "/nowhere/images.gz")
    #expect(throws: DataError.self) { try IDX.read("/tmp") }
    #expect(throws: DataError.self) { try IDX.write(IDXTests.arrays[0], to: "/nowhere/images.gz") }
  }
}
