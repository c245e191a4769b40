import GenModels
import OODDatasets
import Testing

/// Valid files with random bytes changed, cut out or repeated: whatever comes of it, readers return or throw
/// `DataError`. The fuzz targets (`make fuzz`) go on where this ends.
@Suite struct MutationTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let seeds: [[UInt8]]
    let read: @Sendable ([UInt8]) throws -> Void
  }

  static let cases: [Case] = [
    Case(
      testDescription: "IDX",
      seeds: {
        let plain = IDX.bytes(of: NumericArray((0..<120).map { UInt8($0) }, shape: [5, 4, 6]))
        return [
          plain, Gzip.compress(plain), IDX.bytes(of: NumericArray([1.5, .infinity] as [Float], shape: [2])),
        ]
      }(),
      read: { _ = try IDX.read(bytes: $0) }),
    Case(
      testDescription: "NumPy",
      seeds: [
        NumPy.bytes(of: NumericArray([1.5, 2, 3, 4], shape: [2, 2])),
        NumPy.bytes(of: NumericArray([1, 2], shape: [2])),
      ],
      read: { _ = try NumPy.read(bytes: $0).tensor() }),
    Case(
      testDescription: "JSON lines",
      seeds: [Array("{\"a\": 1.5, \"b\": \"x\", \"c\": null}\n{\"b\": \"y\", \"a\": -2, \"c\": [1]}\n".utf8)],
      read: {
        var format = CSVFormat(missingValues: .dropRow)
        format.columns.categories = ["b"]
        format.columns.dropped = ["c"]
        _ = try JSONLinesTable.read(bytes: $0, format: format)
      }),
    Case(
      testDescription: "NumPy archive",
      seeds: [true, false].map { packed in
        NumPyArchive.bytes(
          of: [
            ("X", NumericArray((0..<50).map(Double.init), shape: [10, 5])),
            ("y", NumericArray([1, 2], shape: [2])),
          ],
          compressed: packed)
      },
      read: { bytes in
        let archive = try NumPyArchive(bytes: bytes)
        for name in archive.names { _ = try archive.array(named: name) }
      }),
    Case(
      testDescription: "CSV",
      seeds: [
        Array("a,b,\"c d\"\n1,2.5,-3e-2\n\"4\",NA,6\r\n7,8,9".utf8), Gzip.compress(Array("1;2\n3;4\n".utf8)),
      ],
      read: { _ = try CSVTable(bytes: $0, format: CSVFormat(missingValues: .fill(0))) }),
    Case(
      testDescription: "HWRT",
      seeds: [
        Array(
          "symbol_id;user_id;user_agent;data\n31;7;'a''b';[[{\"x\":1,\"y\":2.5,\"time\":3}],[]]\n32;;;[]\n"
            .utf8)
      ],
      read: { _ = try HWRTFile.read(bytes: $0) }),
    Case(
      testDescription: "stroke lines",
      seeds: [
        Array(
          "{\"id\":1,\"latex\":\"\\\\pi\\u00e9\",\"z\":[{}],\"strokes\":[[[1,2,3],[4.5e1,-6]],[]]}\n".utf8)
      ],
      read: { _ = try StrokeLines.read(bytes: $0) }),
    Case(
      testDescription: "PNG",
      seeds: [1, 3].map { channels in
        PNG.bytes(
          of: Bitmap(width: 5, height: 4, channels: channels, pixels: (0..<20 * channels).map { UInt8($0) }))
      },
      read: { _ = try PNG.read(bytes: $0) }),
    Case(
      testDescription: "specification",
      seeds: ["mnist:test[0..<10]?classes!=a,%2C&shuffle=3", "npz:a.npz#X?labels=y", "idx:a,b[...3]"].map {
        Array($0.utf8)
      },
      read: { bytes in
        do { _ = try Specification(String(decoding: bytes, as: UTF8.self)) } catch is SpecificationError {}
      }),
  ]

  @Test(arguments: cases) func readersReturnOrThrow(example: Case) throws {
    var random = RandomGenerator(seed: 11).split(example.testDescription)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }
    for round in 0..<4000 {
      var bytes = example.seeds[round % example.seeds.count]
      for _ in 0...below(4) where !bytes.isEmpty {
        let position = below(bytes.count)
        switch below(6) {
        case 0: bytes[position] ^= 1 << UInt8(below(8))
        case 1: bytes[position] = [0, 0xFF, 0x7F, 0x80, UInt8(ascii: "\""), UInt8(ascii: "9")][below(6)]
        case 2: bytes.removeLast(below(bytes.count))
        case 3: bytes.remove(at: position)
        case 4: bytes.insert(UInt8(below(256)), at: position)
        default:
          bytes.insert(
            contentsOf: bytes[position..<min(bytes.count, position + below(20))], at: below(bytes.count))
        }
      }
      do { try example.read(bytes) } catch is DataError {}
    }
  }
}
