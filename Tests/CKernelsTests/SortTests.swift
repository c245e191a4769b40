import CKernels
import GenModels
import Testing

@Suite("Sorting kernels")
struct SortTests {
  static let variants = (0..<ood_kernel_variant_count()).map { Int($0) }

  private func sort(_ variant: Int) -> ood_sort { ood_kernel_variant(Int32(variant)).pointee.sort }

  /// Numbers of all magnitudes, with repetitions.
  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = RandomGenerator(seed: seed)
    return (0..<count).map { i in
      let bits = random.next()
      switch bits % 8 {
      case 0: return 0
      case 1: return -0.0
      case 2: return Double(Int(bits >> 32) % 10) - 5
      case 3: return Double.leastNonzeroMagnitude * Double(bits >> 60)
      case 4: return bits % 16 < 8 ? Double.greatestFiniteMagnitude : -Double.greatestFiniteMagnitude
      default:
        let any = Double(bitPattern: random.next())
        return any.isFinite ? any : 1
      }
    }
  }

  @Test(
    "Keys sort as numbers do, and give the numbers back", arguments: variants, [0, 1, 2, 47, 48, 49, 1000])
  func keys(_ variant: Int, _ count: Int) {
    let sort = sort(variant)
    let x = numbers(count, seed: UInt64(count))
    var keys = [UInt64](repeating: 0, count: count)
    var scratch = keys
    var sorted = [Double](repeating: 0, count: count)
    sort.keys(x, count, &keys)
    sort.sort_keys(&keys, &scratch, count)
    sort.numbers(keys, count, &sorted)
    #expect(sorted == x.sorted())
    #expect(zip(keys, keys.dropFirst()).allSatisfy(<=))
  }

  @Test("Bounds find the extremes, or the first number without a rank", arguments: variants)
  func bounds(_ variant: Int) {
    let sort = sort(variant)
    var x = numbers(500, seed: 4)
    var extremes: [UInt64] = [0, 0]
    var expected = extremes
    func find() -> Int {
      extremes.withUnsafeMutableBufferPointer { sort.bounds(x, 500, $0.baseAddress!, $0.baseAddress! + 1) }
    }
    #expect(find() == 500)
    sort.keys([x.min()!, x.max()!], 2, &expected)
    #expect(extremes == expected)
    // Infinities have a rank.
    (x[5], x[6]) = (.infinity, -.infinity)
    #expect(find() == 500)
    sort.keys([-.infinity, .infinity], 2, &expected)
    #expect(extremes == expected)
    for bad in [Double.nan, -.nan] {
      x[333] = bad
      #expect(find() == 333)
    }
  }

  @Test("Ordered pairs are counted as the definition does", arguments: variants)
  func pairs(_ variant: Int) {
    var random = RandomGenerator(seed: 6)
    for (m, n) in [(0, 5), (5, 0), (1, 1), (40, 60), (60, 1)] {
      let a = random.integers(m, below: 20).elements.map(UInt64.init).sorted()
      let b = random.integers(n, below: 20).elements.map(UInt64.init).sorted()
      var expected: UInt64 = 0
      for key in a { for other in b { expected += key > other ? 2 : key == other ? 1 : 0 } }
      #expect(sort(variant).ordered_pairs(a, m, b, n) == expected)
    }
  }
}
