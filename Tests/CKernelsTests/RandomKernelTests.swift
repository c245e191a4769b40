import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func random(_ variant: String) -> ood_random { ood_kernels_named(variant)!.pointee.random }

/// The words first ..< first + n of (seed, stream), one block at a time.
private func wordsByBlock(_ random: ood_random, seed: UInt64, stream: UInt64, first: UInt64, count: Int)
  -> [UInt32]
{
  var block = [UInt32](repeating: 0, count: 4)
  return (0..<UInt64(count)).map { i in
    random.block(seed, stream, (first + i) / 4, &block)
    return block[Int((first + i) % 4)]
  }
}

@Suite struct RandomKernelTests {
  /// The three known answers that the authors publish for philox4x32-10 in kat_vectors of Random123.
  @Test(arguments: variants)
  func knownAnswers(variant: String) {
    let known: [(seed: UInt64, stream: UInt64, block: UInt64, words: [UInt32])] = [
      (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (.max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
      (
        0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e, 0x85a3_08d3_243f_6a88,
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ]
    for answer in known {
      var words = [UInt32](repeating: 0, count: 4)
      random(variant).block(answer.seed, answer.stream, answer.block, &words)
      #expect(words == answer.words)
    }
  }

  /// Any range of words is the words of its blocks, also where the block number passes 2³².
  @Test(arguments: variants)
  func bitsAreBlocks(variant: String) {
    let table = random(variant)
    for first: UInt64 in [0, 1, 2, 3, 5, 31, 1000, 4 << 32 - 37, 4 << 32 - 2, 1 << 62 + 1] {
      for count in [0, 1, 2, 3, 4, 7, 31, 32, 33, 70, 129] {
        var words = [UInt32](repeating: 0xdead_beef, count: count + 1)
        table.bits(0x0123_4567_89ab_cdef, 99, first, &words, count)
        let expected = wordsByBlock(
          table, seed: 0x0123_4567_89ab_cdef, stream: 99, first: first, count: count)
        #expect(words.dropLast() == expected[...])
        #expect(words[count] == 0xdead_beef, "wrote past the end")
      }
    }
  }

  /// Every kind of draw has the same bits in every variant, wherever the range is cut.
  @Test(arguments: variants)
  func sameBitsInEveryVariant(variant: String) {
    let (plain, table) = (random("portable"), random(variant))
    typealias Draw = (ood_random, UInt64, UnsafeMutablePointer<Float>, Int) -> Void
    let kinds: [(name: String, draw: Draw)] = [
      ("uniform", { $0.uniform(5, 6, $1, -3, 7.25, $2, $3) }),
      ("normal", { $0.normal(5, 6, $1, 0.5, 1.7, $2, $3) }),
      ("bernoulli", { $0.bernoulli(5, 6, $1, 0.3, 1.5, $2, $3) }),
    ]
    let total = 40_000
    for kind in kinds {
      var expected = [Float](repeating: 0, count: total)
      kind.draw(plain, 0, &expected, total)
      var found = [Float](repeating: 0, count: total)
      var first = 0
      var length = 1
      while first < total {
        let count = min(length, total - first)
        found.withUnsafeMutableBufferPointer {
          kind.draw(table, UInt64(first), $0.baseAddress! + first, count)
        }
        first += count
        length += length / 3 + 1
      }
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(kind.name)")
    }
    for bound: Int32 in [1, 2, 10, 1_000_003, .max] {
      var expected = [Int32](repeating: 0, count: 1003)
      var found = expected
      plain.integers(5, 6, 10, bound, &expected, 1003)
      table.integers(5, 6, 10, bound, &found, 500)
      found.withUnsafeMutableBufferPointer { table.integers(5, 6, 1010, bound, $0.baseAddress! + 500, 503) }
      #expect(found == expected)
    }
    var expected = [Int32](repeating: 0, count: 5000)
    var found = expected
    plain.permutation(5, 6, 10, &expected, 5000)
    table.permutation(5, 6, 10, &found, 5000)
    #expect(found == expected)
  }

  /// Uniform, integer and Bernoulli draws are the documented functions of the words.
  @Test(arguments: variants)
  func drawsFollowTheirFormulas(variant: String) {
    let table = random(variant)
    let count = 1000
    var words = [UInt32](repeating: 0, count: 2 * count)
    table.bits(11, 12, 20, &words, 2 * count)
    var uniform = [Float](repeating: 0, count: count)
    table.uniform(11, 12, 20, 0, 1, &uniform, count)
    var chance = uniform
    table.bernoulli(11, 12, 20, 0.25, 2, &chance, count)
    var integers = [Int32](repeating: 0, count: count)
    table.integers(11, 12, 20, 12345, &integers, count)
    for i in 0..<count {
      #expect(uniform[i] == Float(words[i] >> 8) * 0x1p-24)
      #expect(chance[i] == (uniform[i] < 0.25 ? 2 : 0))
      let word = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
      #expect(integers[i] == Int32(word.multipliedFullWidth(by: 12345).high))
    }
  }

  /// Normal draws against the formula in double precision, radius and direction both to about 3 ulp.
  @Test(arguments: variants)
  func normalIsAccurate(variant: String) {
    let table = random(variant)
    let count = 1 << 20
    var words = [UInt32](repeating: 0, count: count)
    table.bits(1, 2, 0, &words, count)
    var draws = [Float](repeating: 0, count: count)
    table.normal(1, 2, 0, 0, 1, &draws, count)
    var worst = 0.0
    for i in stride(from: 0, to: count, by: 2) {
      let radius = (-2 * log((Double(words[i]) + 1) * 0x1p-32)).squareRoot()
      // The words' multiples of a quarter turn are taken out exactly, as a double's pi is not exact enough
      // near zero.
      let quarter = (words[i + 1] &+ 0x2000_0000) >> 30
      let rest = Double(Int32(bitPattern: words[i + 1] &- quarter << 30)) * 0x1p-31 * Double.pi
      let (c, s) = (cos(rest), sin(rest))
      let direction = [(c, s), (-s, c), (-c, -s), (s, -c)][Int(quarter)]
      for (draw, exact) in [(draws[i], radius * direction.0), (draws[i + 1], radius * direction.1)] {
        if exact == 0 {
          #expect(draw == 0)
        } else {
          worst = max(worst, abs(Double(draw) - exact) / abs(exact))
        }
      }
    }
    #expect(worst < 4 * 0x1p-23, "relative error \(worst)")
  }

  /// Among words near 0 and near 2³² the radius keeps its accuracy: both ends come up in a long enough
  /// stretch.
  @Test(arguments: variants)
  func normalReachesItsTails(variant: String) {
    let table = random(variant)
    let count = 1 << 22
    var draws = [Float](repeating: 0, count: count)
    table.normal(3, 0, 0, 0, 1, &draws, count)
    let largest = draws.map(abs).max()!
    #expect(largest > 4.7 && largest < 6.67)
    #expect(draws.allSatisfy { $0.isFinite })
    #expect(draws.contains { abs($0) < 1e-5 })
    // P(|z| > 3) = 0.0026998.
    let beyond3 = draws.count { abs($0) > 3 }
    #expect(abs(Double(beyond3) - 0.002_699_8 * Double(count)) < 4 * sqrt(0.0027 * Double(count)))
  }

  /// The upper bound is never drawn, even where low + (high - low) u rounds up to it.
  @Test(arguments: variants)
  func uniformStaysBelowItsBound(variant: String) {
    let ranges: [(Float, Float)] = [
      (1, Float(1).nextUp), (-1, 0), (-2, -1), (0x1p24, 0x1p24 + 2), (0, 7 * .leastNonzeroMagnitude),
    ]
    for (low, high) in ranges {
      var draws = [Float](repeating: 0, count: 10_000)
      random(variant).uniform(8, 0, 0, low, high, &draws, draws.count)
      #expect(draws.allSatisfy { $0 >= low && $0 < high })
    }
  }
}
