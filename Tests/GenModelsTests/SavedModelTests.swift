import GenModels
import Testing

private func sample() -> Sequential {
  Sequential(
    [
      .convolution(channels: 3, kernel: 3), .winnerTakeAll(channelSparsity: 0.5),
      .convolution(channels: 2, kernel: 3, activation: .tanh, padding: .full), .batchNormalization, .flatten,
      .dropout(probability: 0.2), .dense(units: 4, activation: .leakyReLU(slope: 0.1)), .activation(.sigmoid),
      .reshape([2, 2]),
    ], exampleShape: [6, 6, 1], seed: 1)
}

@Suite("Saved models")
struct SavedModelTests {
  @Test("A model that is saved and loaded computes the same bits")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let model = sample()
      try model.save(to: "\(folder)/model.safetensors")
      let loaded = try Sequential(contentsOf: "\(folder)/model.safetensors")
      var random = RandomGenerator(seed: 2)
      let x = random.uniform([3, 6, 6, 1])
      #expect(loaded(x) == model(x))
      #expect(loaded.specifications == model.specifications)
      #expect(try loaded.safetensors().bytes() == model.safetensors().bytes())
    }
  }

  @Test("A file of format version 1 stays loadable and computes what it did")
  func fixture() throws {
    let folder = URLPath.besides(#filePath, "Fixtures")
    let model = try Sequential(contentsOf: "\(folder)/sequential-v1.safetensors")
    let expected = try SafetensorsFile(contentsOf: "\(folder)/sequential-v1-outputs.safetensors")
    let (x, y) = (try expected.tensor("inputs"), try expected.tensor("outputs"))
    let difference = (model(x) - y).absolute()
    #expect(difference.elements.allSatisfy { $0 < 1e-5 })
  }

  @Test("What does not fit the architecture is refused, and named")
  func misfits() throws {
    let file = try sample().safetensors()
    func expect(_ error: ModelFileError, _ change: (inout SafetensorsFile) -> Void) {
      var changed = file
      change(&changed)
      changed.seal()
      #expect(throws: error) { try Sequential(safetensors: changed) }
    }
    expect(.missingTensor(name: "0.bias", shape: [3])) { $0["0.bias"] = nil }
    expect(.unknownTensor(name: "12.weight")) { $0["12.weight"] = .float32(.zeros([1])) }
    expect(.unexpectedShape(name: "0.bias", found: [4], expected: [3])) {
      $0["0.bias"] = .float32(.zeros([4]))
    }
    expect(.notFinite(name: "0.bias", position: 1)) { $0["0.bias"] = .float32(Tensor([0, .nan, 0])) }
    expect(.unexpectedModel(found: "flow", expected: "sequential")) { $0.metadata["kind"] = "flow" }
    expect(.unknownFormatVersion(found: "99", newest: 1)) { $0.metadata["version"] = "99" }
    expect(.missingMetadata(key: "configuration")) { $0.metadata["configuration"] = nil }
    expect(.missingMetadata(key: "examples")) { $0.metadata["examples"] = nil }
  }

  @Test("A file without a seal, with another version's or with another's contents is refused, and says so")
  func seals() throws {
    let file = try sample().safetensors()
    func expect(_ error: ModelFileError, _ change: (inout SafetensorsFile) -> Void) {
      var changed = file
      change(&changed)
      #expect(throws: error) { try Sequential(safetensors: changed) }
    }
    expect(.missingMetadata(key: "format")) { $0.metadata["format"] = nil }
    expect(.unknownFormatVersion(found: "99", newest: 2)) { $0.metadata["format_version"] = "99" }
    expect(.missingMetadata(key: "checksum")) { $0.metadata["checksum"] = nil }
    expect(.damaged) { $0.metadata["checksum"] = "0123456789abcdef" }
    expect(.damaged) { $0.metadata["more"] = "" }
    expect(.damaged) { $0["0.bias"] = .float32(.ones([3])) }
    expect(.damaged) { $0["0.bias"] = nil }
  }

  @Test("A hostile architecture is refused before it costs memory")
  func hostileArchitecture() throws {
    var file = try sample().safetensors()
    let architecture = try #require(file.metadata["configuration"])
    for (from, to) in [
      (#""channels":3"#, #""channels":1000000000000"#), (#""channels":3"#, #""channels":-3"#),
      (#""channels":3"#, #""channels":1048576"#), (#""kernel":3"#, #""kernel":7"#),
      (#""kernel":3"#, #""kernel":9223372036854775807"#), (#""units":4"#, #""units":0"#),
      (#""inputShape":[6,6,1]"#, #""inputShape":[6,6]"#),
      (#""inputShape":[6,6,1]"#, #""inputShape":[1000000,1000000,1000000]"#),
      (#""inputShape":[6,6,1]"#, #""inputShape":[-1,6,1]"#), (#""slope":0.1"#, #""slope":-1"#),
      (#""probability":0.2"#, #""probability":1.5"#), (#"[2,2]"#, #"[3,2]"#),
      (#""channelSparsity":0.5"#, #""channelSparsity":1"#), (#""valid""#, #""sideways""#),
      (#"{"#, #"["#),
    ] {
      #expect(architecture.contains(from), "\(from) in \(architecture)")
      file.metadata["configuration"] = architecture.replacing(from, with: to)
      file.seal()
      let error = #expect(throws: ModelFileError.self, "\(to)") { try Sequential(safetensors: file) }
      #expect(error?.description.isEmpty == false)
    }
  }

  @Test("Every flipped bit of a file is noticed, or changes nothing")
  func flippedBits() throws {
    let model = sample()
    let bytes = try model.safetensors().bytes()
    var random = RandomGenerator(seed: 3)
    let x = random.uniform([2, 6, 6, 1])
    for position in stride(from: 0, to: bytes.count, by: 3) {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[position] ^= 1 << UInt8(bit)
        guard let file = try? SafetensorsFile(bytes: flipped), let other = try? Sequential(safetensors: file)
        else { continue }
        #expect(other(x) == model(x), "byte \(position), bit \(bit)")
      }
    }
  }

  @Test("Every cut of a file is noticed")
  func truncation() throws {
    let bytes = try sample().safetensors().bytes()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: SafetensorsError.self) { try SafetensorsFile(bytes: Array(bytes[..<length])) }
    }
  }
}
