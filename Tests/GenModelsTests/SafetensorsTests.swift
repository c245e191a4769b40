import Foundation
import GenModels
import Testing

/// A path in a directory of its own that `body` may write to.
private func withTemporaryPath<Result>(_ body: (String) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
    "safetensors-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try body(directory.appendingPathComponent("model.safetensors").path)
}

private func example() -> SafetensorsFile {
  var random = RandomGenerator(seed: 12)
  var file = SafetensorsFile(metadata: ["format": "1", "note": "line\n\"quoted\" \\ tab\t", "größe": "λ 🦆"])
  file["encoder.weight"] = .float32(random.normal([3, 5, 2]))
  file["encoder.bias"] = .float32(random.normal([7]))
  file["positions"] = .int32(random.integers(5, below: 1000))
  file["covariance"] = .float64([1, 0.5, 0.5, .pi], shape: [2, 2])
  file["scalar"] = .float32(Tensor(2.5))
  file["empty"] = .float32(.zeros([0, 4]))
  file["größe/λ 🦆 \"x\\\u{1}"] = .float32(Tensor([1, -0.0, .infinity, .nan, .leastNonzeroMagnitude]))
  file["mask"] = .other(.uint8, bytes: [1, 2, 255], shape: [3])
  return file
}

@Suite struct SafetensorsTests {
  @Test func savesAndLoads() throws {
    var random = RandomGenerator(seed: 1)
    let weight = random.normal([25, 128])
    try withTemporaryPath { path in
      var file = SafetensorsFile(metadata: ["architecture": "{\"layers\":[]}"])
      file["weight"] = .float32(weight)
      file["labels"] = .int32(Indexes([3, 1, 2]))
      try file.write(to: path)

      let loaded = try SafetensorsFile(contentsOf: path)
      #expect(try loaded.tensor("weight", shape: [25, 128]) == weight)
      #expect(try loaded.indexes("labels").elements == [3, 1, 2])
      #expect(loaded.metadata == ["architecture": "{\"layers\":[]}"])
      #expect(loaded.names == ["labels", "weight"])
    }
  }

  /// Every bit comes back: of NaN and negative zero, of names and metadata in any script, of empty and scalar
  /// arrays.
  @Test func roundTripKeepsEveryBit() throws {
    let file = example()
    let bytes = file.bytes()
    let loaded = try SafetensorsFile(bytes: bytes)
    #expect(loaded.bytes() == bytes)
    #expect(loaded.metadata == file.metadata)
    #expect(loaded.names == file.names)
    for name in file.names { #expect(loaded[name]!.shape == file[name]!.shape) }
    #expect(try loaded.tensor("scalar").scalar == 2.5)
    #expect(try loaded.tensor("empty").shape == [0, 4])
    #expect(try loaded.doubles("covariance", shape: [2, 2]) == [1, 0.5, 0.5, .pi])
    #expect(try loaded.integers("mask") == [1, 2, 255])

    try withTemporaryPath { path in
      try file.write(to: path)
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
    }
    #expect(try SafetensorsFile(bytes: SafetensorsFile().bytes()).names.isEmpty)
  }

  /// The bytes depend on the contents alone, and every array starts at a multiple of its number's size.
  @Test func bytesAreDeterministicAndAligned() throws {
    let file = example()
    var reordered = SafetensorsFile()
    for name in file.names.reversed() { reordered[name] = file[name] }
    for (key, text) in file.metadata.reversed() { reordered.metadata[key] = text }
    let bytes = file.bytes()
    #expect(reordered.bytes() == bytes)
    #expect(bytes[0] % 8 == 0)
    let header = String(decoding: bytes[8..<8 + Int(bytes[0]) + 256 * Int(bytes[1])], as: UTF8.self)
    #expect(header.hasPrefix("{\"__metadata__\":{\"format\":\"1\","))
    #expect(header.contains("\"covariance\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[0,32]}"))
  }

  /// What the format is, byte by byte.
  @Test func readsAFileWrittenByHand() throws {
    let header =
      "{ \"b\" : {\"shape\":[2],\"data_offsets\":[4,8],\"dtype\":\"F16\"},\n"
      + "\"\\u0061\\ud83e\\udd86\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}  "
    let data: [UInt8] = [0xc0, 0x3f, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c]
    let file = try SafetensorsFile(
      bytes: [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + header.utf8 + data)
    #expect(try file.tensor("a🦆") == Tensor([1.5, -2], shape: [1, 2]))
    #expect(try file.tensor("b") == Tensor([0x1p-24, .infinity]))
    #expect(try file.doubles("b") == [0x1p-24, .infinity])
  }

  @Test func everyHalfPrecisionNumberIsWidened() throws {
    var file = SafetensorsFile()
    let all = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    file["half"] = .other(.float16, bytes: all, shape: [65536])
    let floats = try file.tensor("half").elements
    for bits in 0...UInt16.max {
      // (-1)^s 2^(e-15) (1 + f / 2^10), with the usual exceptions at both ends.
      let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
      let magnitude: Float =
        switch exponent {
        case 0: fraction * 0x1p-24
        case 31: fraction == 0 ? .infinity : .nan
        default: (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
      let found = floats[Int(bits)]
      #expect(found.isNaN == magnitude.isNaN)
      if !found.isNaN { #expect(found.magnitude == magnitude && (found.sign == .minus) == (bits >= 0x8000)) }
    }
  }

  @Test func integersOfEveryWidth() throws {
    var file = SafetensorsFile()
    file["u8"] = .other(.uint8, bytes: [0, 200], shape: [2])
    file["i8"] = .other(.int8, bytes: [1, 0xff], shape: [2])
    file["u16"] = .other(.uint16, bytes: [0, 1, 0xff, 0xff], shape: [2])
    file["i16"] = .other(.int16, bytes: [0, 1, 0xff, 0xff], shape: [2])
    file["u32"] = .other(.uint32, bytes: [0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff], shape: [2])
    file["i64"] = .other(
      .int64, bytes: [7, 0, 0, 0, 1, 0, 0, 0] + [UInt8](repeating: 0xff, count: 8), shape: [2])
    file["i32"] = .int32(Indexes([5, -5]))
    let read = try SafetensorsFile(bytes: file.bytes())
    #expect(try read.integers("u8") == [0, 200])
    #expect(try read.integers("i8") == [1, -1])
    #expect(try read.integers("u16") == [256, 65535])
    #expect(try read.integers("i16") == [256, -1])
    #expect(try read.integers("u32") == [65536, 4_294_967_295])
    #expect(try read.integers("i64") == [1 << 32 + 7, -1])
    #expect(try read.integers("i32") == [5, -5])
  }

  /// Asking for what is not there says which file, which array, what was found and what was wanted.
  @Test func refusesTheWrongQuestion() throws {
    try withTemporaryPath { path in
      try example().write(to: path)
      let file = try SafetensorsFile(contentsOf: path)
      func problem(_ body: () throws -> Void) -> SafetensorsError.Problem? {
        do {
          try body()
          return nil
        } catch let error as SafetensorsError {
          #expect(error.file == path)
          #expect(error.description.hasPrefix(path + ": tensor \""))
          return error.problem
        } catch {
          return nil
        }
      }
      #expect(problem { _ = try file.tensor("decoder") } == .missing)
      #expect(
        problem { _ = try file.tensor("scalar", shape: [1]) } == .wrongShape(found: [], wanted: [1]))
      #expect(
        problem { _ = try file.tensor("covariance") }
          == .wrongElement(found: .float64, wanted: "F32, F16 or BF16"))
      #expect(problem { _ = try file.indexes("scalar") } == .wrongElement(found: .float32, wanted: "I32"))
      #expect(problem { _ = try file.integers("scalar") } != nil)
      #expect(problem { _ = try file.doubles("mask") } != nil)
    }
  }

  @Test func replacesAFileInOneStep() throws {
    try withTemporaryPath { path in
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
      try example().write(to: path)
      try SafetensorsFile(metadata: ["second": "yes"]).write(to: path)
      #expect(try SafetensorsFile(contentsOf: path).metadata == ["second": "yes"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["model.safetensors"])

      // A write that fails leaves the old file and nothing beside it.
      let blocked = directory + "/taken"
      try FileManager.default.createDirectory(atPath: blocked + "/inside", withIntermediateDirectories: true)
      #expect(throws: SafetensorsError.self) { try example().write(to: blocked) }
      #expect(throws: SafetensorsError.self) { try example().write(to: directory + "/nowhere/model") }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == [
          "model.safetensors", "taken",
        ])
    }
  }

  @Test func refusesWhatIsNoFile() throws {
    try withTemporaryPath { path in
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsFile(contentsOf: path) }
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let error = try #require(throws: SafetensorsError.self) {
        _ = try SafetensorsFile(contentsOf: directory)
      }
      #expect(error.file == directory && error.problem == .notARegularFile)
    }
  }

  @Test func misuseStopsWithASentence() async {
    await #expect(processExitsWith: .failure) {
      var file = SafetensorsFile()
      file["__metadata__"] = .float32(Tensor(1))
    }
    await #expect(processExitsWith: .failure) {
      var file = SafetensorsFile()
      file["x"] = .float64([1, 2, 3], shape: [2, 2])
    }
  }
}
