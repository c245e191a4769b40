import Foundation
import GenModels
import Testing

/// The largest distance between the empirical distribution of `draws` and `distribution`, times √n
/// (Kolmogorov and Smirnov); above 1.95 in one of a thousand honest samples.
private func kolmogorovSmirnov(_ draws: [Float], _ distribution: (Double) -> Double) -> Double {
  let n = Double(draws.count)
  var largest = 0.0
  for (i, draw) in draws.sorted().enumerated() {
    let p = distribution(Double(draw))
    largest = max(largest, p - Double(i) / n, Double(i + 1) / n - p)
  }
  return largest * n.squareRoot()
}

/// How far Pearson's statistic lies from its mean, in standard deviations, for counts that should be equal.
private func chiSquareDeviation(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  let freedom = Double(counts.count - 1)
  return (statistic - freedom) / (2 * freedom).squareRoot()
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

@Suite struct RandomGeneratorTests {
  @Test func drawsGoOnAndCopiesRepeat() {
    var random = RandomGenerator(seed: 42)
    let start = random
    let first = random.normal([3, 5])
    let second = random.normal([3, 5])
    #expect(first.shape == [3, 5])
    #expect(first != second)
    #expect(random.position == 30)

    var copy = start
    #expect(copy.normal([3, 5]) == first)

    // A checkpoint keeps three numbers.
    var restored = RandomGenerator(seed: copy.seed, stream: copy.stream, position: copy.position)
    #expect(restored.normal([3, 5]) == second)
    #expect(restored == random)
  }

  @Test func oneLongDrawIsManyShortOnes() {
    var (long, short) = (RandomGenerator(seed: 1), RandomGenerator(seed: 1))
    let whole = long.uniform([1000]).elements
    var parts: [Float] = []
    for count in [1, 2, 3, 4, 90, 400, 500] { parts += short.uniform([count]).elements }
    #expect(parts == whole)
    #expect(long == short)
  }

  @Test func seedsStreamsAndSplitsDiffer() {
    let base = RandomGenerator(seed: 5)
    let relatives = [
      base, RandomGenerator(seed: 6), RandomGenerator(seed: 5, stream: 1), base.split(0), base.split(1),
      base.split("weights"), base.split("data"), base.split("weights").split("data"),
      base.split("data").split("weights"), RandomGenerator(seed: 5, stream: 1).split(0),
    ]
    var seen = Set<UInt64>()
    for var relative in relatives { for _ in 0..<5000 { seen.insert(relative.next()) } }
    #expect(seen.count == relatives.count * 5000, "two of the sequences share 64-bit words")

    // The draws of two relatives don't go together: their correlation is of the order of 1/√n.
    let n = 20_000
    let draws = relatives.map { relative in
      var relative = relative
      return relative.normal([n]).elements.map(Double.init)
    }
    for i in draws.indices {
      for j in 0..<i {
        let correlation = mean(zip(draws[i], draws[j]).map { $0 * $1 })
        #expect(abs(correlation) < 4.5 / Double(n).squareRoot(), "relatives \(i) and \(j)")
      }
    }
  }

  @Test func splitsDoNotDependOnThePosition() {
    var random = RandomGenerator(seed: 9)
    let before = random.split("layer")
    _ = random.uniform([77])
    #expect(random.split("layer") == before)
    #expect(random.split("layer") != random.split("player"))
  }

  @Test func uniformIsUniform() {
    var random = RandomGenerator(seed: 100)
    let n = 200_000
    let draws = random.uniform([n]).elements
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(kolmogorovSmirnov(draws) { min(max($0, 0), 1) } < 1.95)
    let values = draws.map(Double.init)
    #expect(abs(mean(values) - 0.5) < 4 / (12 * Double(n)).squareRoot())
    #expect(abs(mean(values.map { $0 * $0 }) - 1.0 / 3) < 4 * (4.0 / 45 / Double(n)).squareRoot())
    // Neighbours are uncorrelated.
    let products: [Double] = (1..<n).map { i in
      let (value, neighbour): (Double, Double) = (values[i] - 0.5, values[i - 1] - 0.5)
      return value * neighbour
    }
    let lagged: Double = 12 * mean(products)
    #expect(abs(lagged) < 4 / Double(n).squareRoot())

    let shifted = random.uniform([n], in: -3..<5).elements
    #expect(shifted.allSatisfy { $0 >= -3 && $0 < 5 })
    #expect(kolmogorovSmirnov(shifted) { ($0 + 3) / 8 } < 1.95)
  }

  @Test func normalIsNormal() {
    var random = RandomGenerator(seed: 101)
    let n = 400_000
    let draws = random.normal([n]).elements
    #expect(kolmogorovSmirnov(draws) { erfc(-$0 / 2.0.squareRoot()) / 2 } < 1.95)
    let values = draws.map(Double.init)
    let root = Double(n).squareRoot()
    // Moments 1 to 4 of the standard normal law: 0, 1, 0, 3; their estimates vary by 1, 2, 15 and 96 over n.
    #expect(abs(mean(values)) < 4 / root)
    #expect(abs(mean(values.map { $0 * $0 }) - 1) < 4 * 2.0.squareRoot() / root)
    #expect(abs(mean(values.map { $0 * $0 * $0 })) < 4 * 15.0.squareRoot() / root)
    #expect(abs(mean(values.map { $0 * $0 * $0 * $0 }) - 3) < 4 * 96.0.squareRoot() / root)
    // The two numbers of a pair share their radius, and are independent all the same.
    let pairs = stride(from: 0, to: n, by: 2)
    #expect(abs(mean(pairs.map { values[$0] * values[$0 + 1] })) < 4 / (root / 2.0.squareRoot()))
    #expect(
      abs(mean(pairs.map { (values[$0] * values[$0] - 1) * (values[$0 + 1] * values[$0 + 1] - 1) }))
        < 4 * 2 / (root / 2.0.squareRoot()))

    let scaled = random.normal([n], mean: 3, standardDeviation: 0.5).elements
    #expect(kolmogorovSmirnov(scaled) { erfc(-($0 - 3) / 0.5 / 2.0.squareRoot()) / 2 } < 1.95)
    #expect(random.normal([10], mean: 2, standardDeviation: 0).elements == Array(repeating: 2, count: 10))
  }

  @Test(arguments: [1, 2, 3, 7, 10, 1000, Int(Int32.max)])
  func integersAreUniform(bound: Int) {
    var random = RandomGenerator(seed: 102)
    let draws = random.integers(100_000, below: bound).elements
    #expect(draws.allSatisfy { $0 >= 0 && $0 < bound })
    let bins = min(bound, 1000)
    var counts = [Int](repeating: 0, count: bins)
    for draw in draws { counts[draw * bins / bound] += 1 }
    if bins > 1 { #expect(abs(chiSquareDeviation(counts)) < 4) }
  }

  @Test func bernoulliKeepsItsProbability() {
    var random = RandomGenerator(seed: 103)
    let n = 100_000
    let draws = random.bernoulli([n], probability: 0.2).elements
    #expect(Set(draws) == [0, 1])
    let ones = Double(draws.count { $0 == 1 })
    #expect(abs(ones - 0.2 * Double(n)) < 4 * (0.16 * Double(n)).squareRoot())
    #expect(Set(random.bernoulli([1000], probability: 0).elements) == [0])
    #expect(Set(random.bernoulli([1000], probability: 1, value: 1.25).elements) == [1.25])
  }

  @Test func permutationsAreFair() {
    var random = RandomGenerator(seed: 104)
    var seen: [[Int]: Int] = [:]
    for _ in 0..<24_000 { seen[random.permutation(4).elements, default: 0] += 1 }
    #expect(seen.count == 24)
    #expect(abs(chiSquareDeviation(Array(seen.values))) < 4)

    let long = random.permutation(100_000).elements
    #expect(long.sorted() == Array(0..<100_000))
    #expect(long != Array(0..<100_000))
    #expect(random.permutation(0).count == 0)
    #expect(random.permutation(1).elements == [0])
  }

  @Test func servesTheStandardLibrary() {
    var random = RandomGenerator(seed: 105)
    var again = random
    #expect((0..<10).shuffled(using: &random) == (0..<10).shuffled(using: &again))
    let word = random.next()
    #expect(again.next() == word)
    let roll = Int.random(in: 1...6, using: &random)
    #expect((1...6).contains(roll))
  }

  @Test(arguments: [1, 2, 3])
  func threadsDoNotChangeBits(threads: Int) {
    func draw(_ threads: Int) -> ([UInt32], [Int]) {
      Parallelism.withThreads(threads) {
        var random = RandomGenerator(seed: 106)
        _ = random.next()
        let floats =
          random.uniform([300_001]).elements + random.normal([300_001]).elements
          + random.bernoulli([300_001], probability: 0.5).elements
        return (floats.map(\.bitPattern), random.integers(300_001, below: 17).elements)
      }
    }
    let (one, several) = (draw(1), draw(threads))
    #expect(one.0 == several.0)
    #expect(one.1 == several.1)
  }

  @Test func refusesWhatMakesNoSense() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomGenerator(seed: 1)
      _ = random.uniform([3], in: 1..<1)
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomGenerator(seed: 1)
      _ = random.integers(3, below: 0)
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomGenerator(seed: 1)
      _ = random.bernoulli([3], probability: .nan)
    }
    await #expect(processExitsWith: .failure) {
      var random = RandomGenerator(seed: 1)
      _ = random.normal([3], standardDeviation: -1)
    }
  }
}
