import CKernels

/// A source of random numbers: the counter-based generator Philox 4x32-10 (Salmon, Moraes, Dror and Shaw,
/// 2011).
///
/// A generator is three numbers. `seed` and `stream` name a sequence of 2⁶⁴ random 32-bit words, and
/// `position` says how many of them are used up. Any part of the sequence can be computed on its own, so a
/// draw has the same bits for any number of threads and in every kernel variant, and a generator is saved and
/// restored by its three numbers.
///
/// ```swift
/// var random = RandomGenerator(seed: 7)
/// let noise = random.normal([64, 32])
/// let order = random.permutation(60_000)
/// var dropout = random.split("dropout")     // independent of `random`, whatever is drawn from either
/// ```
///
/// A generator is a value: a copy repeats the draws of the original. It is not for cryptography.
public struct RandomGenerator: Sendable, Hashable {
  /// The key of the cipher.
  public let seed: UInt64
  /// Which of the seed's 2⁶⁴ sequences.
  public let stream: UInt64
  /// Number of 32-bit words used up: 1 for each uniform, normal or Bernoulli number, 2 for each integer.
  public private(set) var position: UInt64

  /// The generator of that seed and stream, from the start or, to go on where another one stood, from
  /// `position`.
  public init(seed: UInt64, stream: UInt64 = 0, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
    self.position = position
  }

  /// Uses up the words of `count` draws, `words` each, from the next multiple of `alignment` on, and returns
  /// the number of the first.
  private mutating func take(_ count: Int, words: UInt64 = 1, alignment: UInt64 = 1) -> UInt64 {
    let first = (position &+ alignment &- 1) / alignment * alignment
    position = first &+ words &* UInt64(count)
    return first
  }
}

extension RandomGenerator {
  /// A generator with its own seed and stream, which depend on this one's seed and stream and on `number`,
  /// not on its position. Different numbers, and different parents, give sequences that are independent for
  /// all purposes: their (seed, stream) are 128 bits of the cipher.
  public func split(_ number: UInt64) -> RandomGenerator {
    // The children's key is set apart from that of the draws by a constant (the digits of π), so that a
    // child never repeats words that its parent gives out.
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) {
      kernels.random.block(
        seed ^ 0x243f_6a88_85a3_08d3, stream, number, $0.assumingMemoryBound(to: UInt32.self).baseAddress!)
    }
    return RandomGenerator(
      seed: UInt64(words.0) | UInt64(words.1) << 32, stream: UInt64(words.2) | UInt64(words.3) << 32)
  }

  /// As `split(number)` for the FNV-1a hash (64 bits) of the name's UTF-8 bytes.
  public func split(_ name: some StringProtocol) -> RandomGenerator {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return split(hash)
  }
}

extension RandomGenerator: RandomNumberGenerator {
  /// 64 random bits: the next two words, the first in the lower half.
  public mutating func next() -> UInt64 {
    let first = take(2)
    var words: (UInt32, UInt32) = (0, 0)
    withUnsafeMutableBytes(of: &words) {
      kernels.random.bits(seed, stream, first, $0.assumingMemoryBound(to: UInt32.self).baseAddress!, 2)
    }
    return UInt64(words.0) | UInt64(words.1) << 32
  }
}

extension RandomGenerator {
  /// Draws made by one thread at a time. It decides nothing but the split of the work.
  private static let grain = 1 << 16

  /// A tensor of that shape with independent numbers uniform on [0, 1), in steps of 2⁻²⁴.
  public mutating func uniform(_ shape: Shape) -> Tensor { uniform(shape, in: 0..<1) }

  /// A tensor of that shape with independent numbers low + (high − low) u, u uniform on [0, 1) in steps of
  /// 2⁻²⁴; never equal to the range's upper bound. Traps when the range is empty, or not finite, or wider
  /// than a `Float`.
  public mutating func uniform(_ shape: Shape, in range: Range<Float>) -> Tensor {
    precondition(
      !range.isEmpty && (range.upperBound - range.lowerBound).isFinite,
      "Uniform numbers need a range that is not empty and whose width is finite, and \(range) was given.")
    let (low, high) = (range.lowerBound, range.upperBound)
    return fill(shape) { kernels.random.uniform($0, $1, $2, low, high, $3, $4) }
  }

  /// A tensor of that shape with independent normal numbers (Box and Muller, 1958) of that mean and standard
  /// deviation. Traps when the deviation is negative, or one of the two is not finite.
  public mutating func normal(_ shape: Shape, mean: Float = 0, standardDeviation: Float = 1) -> Tensor {
    precondition(
      mean.isFinite && standardDeviation.isFinite && standardDeviation >= 0,
      "Normal numbers need a finite mean and a finite standard deviation that is not negative, "
        + "and \(mean) and \(standardDeviation) were given.")
    return fill(shape) { kernels.random.normal($0, $1, $2, mean, standardDeviation, $3, $4) }
  }

  /// A tensor of that shape whose elements are independently `value` with that probability (in steps of
  /// 2⁻²⁴), else 0. Traps when the probability is not between 0 and 1.
  public mutating func bernoulli(_ shape: Shape, probability: Float, value: Float = 1) -> Tensor {
    precondition(
      probability >= 0 && probability <= 1,
      "A probability lies between 0 and 1, and \(probability) was given.")
    return fill(shape) { kernels.random.bernoulli($0, $1, $2, probability, value, $3, $4) }
  }

  /// Independent integers, uniform on 0..<bound up to a relative bias below 2⁻³³.
  /// Traps when `count` is negative, or `bound` is not between 1 and 2³¹−1.
  public mutating func integers(_ count: Int, below bound: Int) -> Indexes {
    precondition(count >= 0, "There are no \(count) integers to draw.")
    precondition(
      bound >= 1 && bound <= Int(Int32.max),
      "Random integers need a bound between 1 and \(Int32.max), and \(bound) was given.")
    let (seed, stream, first) = (seed, stream, take(count, words: 2, alignment: 2))
    let indexes = Buffer<Int32>(count: count)
    nonisolated(unsafe) let base = indexes.base
    parallelFor(count, grain: RandomGenerator.grain) { range in
      kernels.random.integers(
        seed, stream, first &+ 2 * UInt64(range.lowerBound), Int32(bound), base + range.lowerBound,
        range.count
      )
    }
    return Indexes(shape: [count], buffer: indexes)
  }

  /// The numbers 0..<count in random order, each order equally likely.
  public mutating func permutation(_ count: Int) -> Indexes {
    precondition(
      count >= 0 && count <= Int(Int32.max),
      "A permutation has between 0 and \(Int32.max) members, and \(count) were asked for.")
    let first = take(count, words: 2, alignment: 2)
    return Indexes(shape: [count]) {
      kernels.random.permutation(seed, stream, first, $0.baseAddress!, count)
    }
  }

  /// A tensor whose elements `draw` makes for (seed, stream, first word, destination, count).
  private mutating func fill(
    _ shape: Shape, _ draw: @Sendable (UInt64, UInt64, UInt64, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> Tensor {
    let count = shape.elementCount
    let (seed, stream, first) = (seed, stream, take(count))
    let buffer = Buffer<Float>(count: count)
    nonisolated(unsafe) let base = buffer.base
    parallelFor(count, grain: RandomGenerator.grain) { range in
      draw(seed, stream, first &+ UInt64(range.lowerBound), base + range.lowerBound, range.count)
    }
    return Tensor(shape: shape, buffer: buffer)
  }
}

extension RandomGenerator: CustomStringConvertible {
  public var description: String {
    "RandomGenerator(seed: \(seed), stream: \(stream), position: \(position))"
  }
}
