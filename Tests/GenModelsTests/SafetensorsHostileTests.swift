import Foundation
import GenModels
import Testing

/// The bytes of a file with that header and as many bytes of data.
private func file(_ header: String, data: Int = 0) -> [UInt8] {
  let text = [UInt8](header.utf8)
  return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
}

private func entry(_ dtype: String = "F32", _ shape: String = "[2]", _ offsets: String = "[0,8]") -> String {
  "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

/// The error that reading these bytes throws.
private func error(_ bytes: [UInt8]) throws -> SafetensorsError {
  try #require(throws: SafetensorsError.self) { _ = try SafetensorsFile(bytes: bytes) }
}

private func small() -> SafetensorsFile {
  var file = SafetensorsFile(metadata: ["k": "v"])
  file["a"] = .float32(Tensor([1, 2, 3], shape: [3, 1]))
  file["b"] = .int32(Indexes([4]))
  return file
}

@Suite struct SafetensorsHostileTests {
  @Test func everyTruncationIsRefused() throws {
    let whole = small().bytes()
    for length in 0..<whole.count { _ = try error(Array(whole[..<length])) }
    _ = try error(whole + [0])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("cut-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for length in [0, 7, 8, 20, whole.count - 1] {
      try Data(whole[..<length]).write(to: URL(fileURLWithPath: path))
      let error = try #require(throws: SafetensorsError.self) { _ = try SafetensorsFile(contentsOf: path) }
      #expect(error.file == path)
    }
  }

  /// A flipped bit in the length or the header gives an error or a file that says something else, never a
  /// crash and never the same file.
  @Test func everyFlippedBitIsNoticed() throws {
    let whole = small().bytes()
    let header = 8 + Int(whole[0])
    var refused = 0
    for position in 0..<header {
      for bit in 0..<8 {
        var flipped = whole
        flipped[position] ^= 1 << bit
        do {
          let read = try SafetensorsFile(bytes: flipped)
          #expect(read.bytes() != whole)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > header * 4)
  }

  @Test func randomDamageNeverCrashes() {
    var random = RandomGenerator(seed: 77)
    let whole = small().bytes()
    let alphabet = [UInt8]("{}[]\":,0123456789-eE.\\u n".utf8)
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[position] = alphabet.randomElement(using: &random)!
        case 2: bytes.remove(at: position)
        default: bytes.insert(alphabet.randomElement(using: &random)!, at: position)
        }
      }
      if let read = try? SafetensorsFile(bytes: bytes) {
        // What is accepted is a file like any other.
        #expect((try? SafetensorsFile(bytes: read.bytes()))?.names == read.names)
      }
    }
  }

  /// A length beyond the limit, or beyond the file, is refused before anything of that size is allocated.
  @Test func absurdLengths() throws {
    for length: UInt64 in [100_000_001, 1 << 40, 1 << 63, .max] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + [0x7b, 0x7d]
      #expect(try error(bytes).problem == .headerTooLong(length: length, limit: 100_000_000))
    }
    let bytes = withUnsafeBytes(of: UInt64(100_000_000).littleEndian) { Array($0) } + [0x7b, 0x7d]
    #expect(try error(bytes).problem == .truncated(expected: 100_000_008, found: 10))
  }

  @Test(arguments: [
    "", " ", "null", "[]", "{", "}", "{}}", "{} x", "{,}", "{\"a\"}", "{\"a\":1}", "{\"a\":{}}", "{'a':{}}",
    "{\"a\":" + entry() + ",}", "{\"a\":" + entry(), "{\"a\" " + entry() + "}",
    "{\"a\":" + entry() + "\"b\":1}",
    "{\"a\":" + entry("F32", "[2", "[0,8]") + "}", "{\"a\":" + entry("F32", "[2,]") + "}",
    "{\"a\":" + entry("F32", "2") + "}", "{\"a\":" + entry("F32", "[[2]]") + "}",
    "{\"a\":" + entry("F32", "[-2]") + "}", "{\"a\":" + entry("F32", "[2.0]") + "}",
    "{\"a\":" + entry("F32", "[2e0]") + "}", "{\"a\":" + entry("F32", "[02]") + "}",
    "{\"a\":" + entry("F32", "[+2]") + "}", "{\"a\":" + entry("F32", "[99999999999999999999]") + "}",
    "{\"a\":" + entry("F32", "[2]", "[0]") + "}", "{\"a\":" + entry("F32", "[2]", "[0,8,8]") + "}",
    "{\"a\":" + entry("F32", "[2]", "[]") + "}", "{\"a\":" + entry("F32", "[2]", "[-8,0]") + "}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}",
    "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"extra\":1}}",
    "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}",
    "{\"__metadata__\":{\"a\":\"\\x\"}}", "{\"__metadata__\":{\"a\":\"\\u12\"}}",
    "{\"__metadata__\":{\"a\":\"\\ud800\"}}", "{\"__metadata__\":{\"a\":\"\\ud800\\u0041\"}}",
    "{\"__metadata__\":{\"a\":\"\\udc00\"}}", "{\"__metadata__\":{\"a\":\"line\nbreak\"}}",
    "{\"__metadata__\":{\"a\":\"open", "{\"__metadata__\":{\"a\":\"open\\", "\u{feff}{}",
  ])
  func malformedHeaders(header: String) throws {
    let error = try error(file(header, data: 8))
    guard case .malformed(let offset, _, _) = error.problem else {
      Issue.record("\(error)")
      return
    }
    #expect(offset <= header.utf8.count)
    #expect(error.description.contains("of the header, and found"))
  }

  @Test func textThatIsNotUTF8() throws {
    var bytes = file("{\"__metadata__\":{\"a\":\"??\"}}")
    for pair: [UInt8] in [[0xff, 0x20], [0xc0, 0x80], [0xed, 0xa0], [0xe2, 0x82]] {
      let position = bytes.count - 5
      bytes.replaceSubrange(position..<position + 2, with: pair)
      guard case .malformed = try error(bytes).problem else {
        Issue.record("\(pair) was taken for UTF-8")
        return
      }
    }
  }

  @Test func duplicateNames() throws {
    let twice = "{\"a\":" + entry("F32", "[1]", "[0,4]") + ",\"a\":" + entry("F32", "[1]", "[4,8]") + "}"
    #expect(
      try error(file(twice, data: 8)).description
        == "safetensors data: name \"a\" in the header: stands twice.")
    // The same name in another spelling.
    #expect(
      try error(
        file(twice.replacing("\"a\":" + entry("F32", "[1]", "[4,8]"), with: "\"\\u0061\":{}"), data: 8)
      )
      .problem == .duplicateKey)
    for header in [
      "{\"__metadata__\":{},\"__metadata__\":{}}", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}",
      "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"data_offsets\":[0,8]}}",
    ] { #expect(try error(file(header, data: 8)).problem == .duplicateKey, "\(header)") }
  }

  @Test func layoutsThatDoNotAddUp() throws {
    func problem(_ entries: [String], data: Int) throws -> SafetensorsError.Problem {
      let named = entries.enumerated().map { "\"t\($0.offset)\":\($0.element)" }
      return try error(file("{" + named.joined(separator: ",") + "}", data: data)).problem
    }
    #expect(try problem([entry("F31")], data: 8) == .unknownElement("F31"))
    #expect(try problem([entry("f32")], data: 8) == .unknownElement("f32"))
    #expect(
      try problem([entry("F32", "[3]")], data: 8)
        == .sizeMismatch(shape: [3], element: .float32, begin: 0, end: 8))
    #expect(
      try problem([entry("F64", "[]", "[8,0]")], data: 8)
        == .sizeMismatch(shape: [], element: .float64, begin: 8, end: 0))
    // Past the end, in a gap, overlapping, twice the same bytes, and bytes that nobody owns.
    #expect(
      try {
        if case .truncated = try problem([entry("F32", "[4]", "[0,16]")], data: 8) { true } else { false }
      }())
    #expect(
      try problem([entry("F32", "[2]", "[8,16]")], data: 16) == .notContiguous(expectedBegin: 0, begin: 8))
    #expect(
      try problem([entry(), entry("F32", "[2]", "[12,20]")], data: 20)
        == .notContiguous(expectedBegin: 8, begin: 12))
    #expect(
      try problem([entry(), entry("F32", "[2]", "[4,12]")], data: 12)
        == .notContiguous(expectedBegin: 8, begin: 4))
    #expect(try problem([entry(), entry()], data: 8) == .notContiguous(expectedBegin: 8, begin: 0))
    #expect(try problem([entry()], data: 9) == .trailingBytes(1))
    #expect(try problem([], data: 3) == .trailingBytes(3))
    #expect(
      try problem([entry(), entry("F32", "[0]", "[4,4]")], data: 8)
        == .notContiguous(expectedBegin: 8, begin: 4)
        || problem([entry(), entry("F32", "[0]", "[4,4]")], data: 8)
          == .notContiguous(expectedBegin: 4, begin: 0)
    )
    let far = "[18446744073709551608,18446744073709551615]"
    #expect(
      try {
        if case .sizeMismatch = try problem([entry("F32", "[2]", far)], data: 8) { true } else { false }
      }())
  }

  /// Shapes whose product overflows, or that no tensor can have.
  @Test(arguments: [
    "[4294967296]", "[2147483647,2147483647,2147483647]", "[2147483647,2147483647,2147483647,0]",
    "[1,1,1,1,1,1,1,1]", "[18446744073709551615]", "[9223372036854775807,2]",
  ])
  func impossibleShapes(shape: String) throws {
    guard case .unsupportedShape = try error(file("{\"a\":" + entry("F32", shape) + "}", data: 8)).problem
    else {
      Issue.record("\(shape) was not refused for its shape")
      return
    }
  }

  /// Depth and length of a hostile header cost no more than reading it.
  @Test func deepAndLongHeaders() throws {
    _ = try error(file(String(repeating: "{\"a\":", count: 200_000)))
    _ = try error(file("{\"a\":{\"shape\":" + String(repeating: "[", count: 1_000_000)))
    _ = try error(
      file("{\"a\":" + entry("F32", "[" + String(repeating: "1,", count: 500_000) + "1]") + "}", data: 4))
    let many = (0..<20_000).map { "\"t\($0)\":" + entry("F32", "[0]", "[0,0]") }.joined(separator: ",")
    #expect(try SafetensorsFile(bytes: file("{" + many + "}")).names.count == 20_000)
  }
}
