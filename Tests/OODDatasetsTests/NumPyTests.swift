import GenModels
import OODDatasets
import Testing

@Suite struct NumPyTests {
  /// A file with this dictionary, as `numpy.lib.format` lays it out.
  static func file(version: UInt8 = 1, _ dictionary: String, _ elements: [UInt8]) -> [UInt8] {
    let text = Array((dictionary + "\n").utf8)
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(text.count >> (8 * $0) & 255) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + elements
  }

  static func bytes<Element>(_ elements: [Element]) -> [UInt8] { elements.withUnsafeBytes(Array.init) }

  @Test(arguments: [1, 2, 3] as [UInt8]) func versionsOneToThree(version: UInt8) throws {
    let file = NumPyTests.file(
      version: version, "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 2), }",
      NumPyTests.bytes([1, 2, 3, -4] as [Int32]))
    let array = try NumPy.read(bytes: file)
    #expect(array.shape == [2, 2])
    #expect(array.elementType == .int32)
    #expect(array.doubles() == [1, 2, 3, -4])
  }

  static let types: [(String, [UInt8], [Double])] = [
    ("|b1", [0, 1], [0, 1]), ("|i1", [1, 255], [1, -1]), ("|u1", [1, 255], [1, 255]),
    ("<i2", bytes([-2, 3] as [Int16]), [-2, 3]), (">i2", [255, 254, 0, 3], [-2, 3]),
    ("<u2", bytes([65535, 3] as [UInt16]), [65535, 3]),
    ("<u4", bytes([4_294_967_295, 3] as [UInt32]), [4_294_967_295, 3]),
    (">u4", [0, 0, 1, 0, 0, 0, 0, 3], [256, 3]), ("<i8", bytes([-5, 3] as [Int64]), [-5, 3]),
    ("<u8", bytes([UInt64.max, 3]), [0x1p64, 3]), ("=f4", bytes([1.5, -2.25] as [Float]), [1.5, -2.25]),
    (
      ">f8", [0x40, 9, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18, 0, 0, 0, 0, 0, 0, 0, 1],
      [.pi, .leastNonzeroMagnitude]
    ),
    // 16-bit floats: largest, smallest subnormal.
    ("<f2", [0xFF, 0x7B, 1, 0], [65504, 0x1p-24]), (">f2", [0xC0, 0, 0x35, 0x55], [-2, 0.333251953125]),
  ]

  @Test(arguments: types) func everyTypeInEitherByteOrder(name: String, elements: [UInt8], values: [Double])
    throws
  {
    let file = NumPyTests.file("{'descr': '\(name)', 'fortran_order': False, 'shape': (2,), }", elements)
    #expect(try NumPy.read(bytes: file).doubles() == values)
  }

  @Test func fortranOrderBecomesRowMajor() throws {
    // Element (i, j, k, l) is 1000 i + 100 j + 10 k + l.
    let shape = [3, 2, 4, 5]
    var columnMajor: [Int16] = []
    var rowMajor: [Double] = []
    for l in 0..<5 {
      for k in 0..<4 {
        for j in 0..<2 { for i in 0..<3 { columnMajor.append(Int16(1000 * i + 100 * j + 10 * k + l)) } }
      }
    }
    for i in 0..<3 {
      for j in 0..<2 {
        for k in 0..<4 { for l in 0..<5 { rowMajor.append(Double(1000 * i + 100 * j + 10 * k + l)) } }
      }
    }
    let file = NumPyTests.file(
      "{'descr': '<i2', 'fortran_order': True, 'shape': (3, 2, 4, 5), }", NumPyTests.bytes(columnMajor))
    let array = try NumPy.read(bytes: file)
    #expect(array.shape == shape)
    #expect(array.doubles() == rowMajor)
  }

  @Test(arguments: [[], [0], [3], [1, 1], [40, 33], [2, 0, 3], [7, 1, 2]]) func arraysReadBackAsWritten(
    shape: [Int]
  ) throws {
    let count = shape.reduce(1, *)
    let array = NumericArray((0..<count).map { Double($0) / 3 }, shape: shape)
    let bytes = NumPy.bytes(of: array)
    #expect((bytes.count - array.bytes.count) % 64 == 0)
    #expect(try NumPy.read(bytes: bytes) == array)
    let folder = TemporaryFolder()
    try NumPy.write(array, to: folder.file("a.npy"))
    #expect(try NumPy.read(folder.file("a.npy")) == array)
  }

  @Test func headersOfOtherWriters() throws {
    for dictionary in [
      "{\"shape\": (2L,), \"fortran_order\": False, \"descr\": \"|u1\"}",
      "{ 'descr' : '|u1' , 'shape' : ( 2 , ) , 'fortran_order' : False , }",
    ] {
      #expect(try NumPy.read(bytes: NumPyTests.file(dictionary, [5, 6])).doubles() == [5, 6])
    }
  }

  @Test(
    arguments: [
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", .tooLarge),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }",
        .tooLarge
      ),
      (
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9223372036854775807), }",
        .tooLarge
      ),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", .malformed),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", .malformed),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", .unsupported),
      ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", .unsupported),
      ("{'descr': '', 'fortran_order': False, 'shape': (1,), }", .unsupported),
      ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", .malformed),
      ("{'descr': '<f8', 'shape': (1,), }", .malformed),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", .malformed),
      ("{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,)}", .malformed),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)", .malformed),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}", .inconsistent),
      ("{'descr': '|b1', 'fortran_order': False, 'shape': (8,)}", .malformed),
      ("", .malformed),
    ] as [(String, DataError.Reason)])
  func badHeadersAreRefused(dictionary: String, reason: DataError.Reason) throws {
    let file = NumPyTests.file(dictionary, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    let error = try #require(throws: DataError.self) { try NumPy.read(bytes: file, name: "bad.npy") }
    #expect(error.reason == reason, "\(error)")
    #expect(error.source == "bad.npy")
  }

  @Test func cutFilesAreRefusedAtEveryLength() throws {
    let whole = NumPy.bytes(of: NumericArray([1.0, 2, 3], shape: [3]))
    for length in 0..<whole.count {
      #expect(throws: DataError.self) { try NumPy.read(bytes: Array(whole[..<length])) }
    }
    #expect(throws: DataError.self) { try NumPy.read(bytes: whole + [0]) }
  }

  @Test func conversionsRefuseWhatDoesNotFit() throws {
    let folder = NumericArray([1, 2, 3e39, 4], shape: [2, 2])
    let error = try #require(throws: DataError.self) { try folder.tensor(source: "x.npy") }
    #expect(error.reason == .notFinite)
    #expect(error.place == .row(1, column: 0))
    #expect(
      try #require(throws: DataError.self) { try NumericArray([0, 1.5], shape: [2]).indexes() }.place
        == .row(1, column: nil))
    #expect(try NumericArray([3.0, -2], shape: [2]).indexes().elements == [3, -2])
    #expect(throws: DataError.self) { try NumericArray([Int.max], shape: [1]).indexes() }
    #expect(throws: DataError.self) { try NumericArray([1.0], shape: [Int](repeating: 1, count: 8)).tensor() }
  }
}
