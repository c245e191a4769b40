import GenModels
import OODDatasets
import OODExperiments
import OODMetrics
import Testing

@Suite("Complexity of images")
struct LikelihoodComplexityTests {
  /// 28 × 28 grey images of bytes.
  private static func image(_ byte: (Int) -> Int) -> Tensor {
    Tensor((0..<784).map { Float(byte($0)) / 255 }, shape: [1, 28, 28, 1])
  }

  private static let patterned = image { i in (i / 28) % 3 > 0 ? (i * i / 7 + 3 * i) % 256 : 17 }

  private static func noise(_ count: Int, seed: UInt64 = 1) -> Tensor {
    var random = RandomGenerator(seed: seed)
    let levels = random.integers(count * 784, below: 256).elements
    return Tensor(levels.map { Float($0) / 255 }, shape: [count, 28, 28, 1])
  }

  @Test("Deflate's length is that of a gzip file without its 18 bytes of frame")
  func deflate() throws {
    let bytes = Self.patterned.elements.map { UInt8(($0 * 255).rounded()) }
    #expect(
      try ImageCompressor.deflate.bits(of: Self.patterned) == [
        8 * Double(Gzip.compress(bytes, level: 9).count - 18)
      ])
  }

  @Test("LZMA's length is that of Python's lzma module with the same settings, to two bytes")
  func lzma() throws {
    // lzma.compress(bytes, format=FORMAT_RAW, filters=[{id: FILTER_LZMA1, preset: 9 | PRESET_EXTREME, lc: 0, lp: 0, pb: 0}])
    #expect(abs(try ImageCompressor.lzma.bits(of: Self.patterned)[0] - 8 * 558) <= 16)
    #expect(abs(try ImageCompressor.lzma.bits(of: .zeros([1, 28, 28, 1]))[0] - 8 * 16) <= 16)
  }

  @Test("PNG's length is the file's but for a frame that is the same for all images")
  func png() throws {
    func frame(_ image: Tensor) throws -> Double {
      let file = PNG.bytes(of: Bitmap(image.reshaped([28, 28, 1])))
      return 8 * Double(file.count) - (try ImageCompressor.png.bits(of: image)[0])
    }
    let frames = try [Self.patterned, .zeros([1, 28, 28, 1]), Self.noise(1)].map(frame)
    #expect(frames[0] == frames[1] && frames[1] == frames[2] && frames[0] >= 8 * 57)
  }

  @Test("A black image is short and noise is not", arguments: ImageCompressor.allCases)
  func extremes(_ compressor: ImageCompressor) throws {
    let black = try compressor.bits(of: .zeros([1, 28, 28, 1]))[0]
    let noise = try compressor.bits(of: Self.noise(1))[0]
    #expect(black < 400, "\(black)")
    #expect(noise > 784 * 8 * 0.97 && noise < 784 * 8 * 1.1, "\(noise)")
  }

  @Test(
    "A length depends on its image only, and on no number of threads", arguments: ImageCompressor.allCases)
  func laws(_ compressor: ImageCompressor) throws {
    let images = Tensor.concatenate([Self.noise(40), Self.patterned, .zeros([9, 28, 28, 1])], axis: 0)
    let whole = try compressor.bits(of: images)
    #expect(whole.count == 50)
    for i in [0, 17, 40, 49] {
      #expect(try compressor.bits(of: images.sliced(axis: 0, i..<i + 1)) == [whole[i]])
    }
    let order = Array((0..<50).reversed())
    #expect(try compressor.bits(of: images.rows(Indexes(order))) == order.map { whole[$0] })
    let one = try Parallelism.withThreads(1) { try compressor.bits(of: images) }
    let many = try Parallelism.withThreads(5) { try compressor.bits(of: images) }
    #expect(one == whole && many == whole)
    #expect(try compressor.bits(of: .zeros([0, 28, 28, 1])).isEmpty)
    #expect(try compressor.bits(of: .zeros([2, 5, 3, 3])).count == 2, "colour, any size")
    #expect(try compressor.bits(of: .zeros([1, 1, 1, 1]))[0] > 0)
  }

  @Test("Values outside 0...1 are refused with their place", arguments: ImageCompressor.allCases)
  func refused(_ compressor: ImageCompressor) {
    var images = Self.noise(3)
    images[2, 0, 4, 0] = 1.25
    #expect(
      throws: TransformError.outside(example: 2, feature: 4, value: 1.25, expected: "values from 0 to 1")
    ) { try compressor.bits(of: images) }
    images[1, 1, 0, 0] = .nan
    #expect(throws: TransformError.notFinite(example: 1, feature: 28)) { try compressor.bits(of: images) }
  }

  @Test("The smallest of the compressors is their minimum, image by image")
  func smallest() throws {
    let images = Tensor.concatenate([Self.noise(2), Self.patterned, .zeros([1, 28, 28, 1])], axis: 0)
    let all = try ImageCompressor.allCases.map { try $0.bits(of: images) }
    let smallest = try ComplexityEstimate.smallestOfImages.bits(images)
    #expect(smallest == images.elements.indices.prefix(4).map { i in all.map { $0[i] }.min()! })
  }

  @Test("Simple drawn digits are shorter than drawn digits with noise, and LZMA is the strongest on them")
  func drawnDigits() throws {
    let digits = SyntheticGlyphs.digits.examples(0..<60, of: .test, seed: 1).images
    var random = RandomGenerator(seed: 2)
    let mutated = Mutation(rate: 0.2).corrupt(digits, using: &random)
    for compressor in ImageCompressor.allCases {
      let (plain, noisy) = (try compressor.bits(of: digits), try compressor.bits(of: mutated))
      #expect(zip(plain, noisy).allSatisfy { $0 < $1 })
    }
    func mean(_ compressor: ImageCompressor) throws -> Double {
      try compressor.bits(of: digits).reduce(0, +) / 60
    }
    #expect(try mean(.lzma) < mean(.deflate))
  }
}
