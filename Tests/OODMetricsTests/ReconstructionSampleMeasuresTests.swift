import GenModels
import OODMetrics
import Testing

@Suite("Parzen-window log-likelihood")
struct ReconstructionParzenTests {
  @Test("One sample: the likelihood is that of one Gaussian, and its error that of the mean")
  func byHand() throws {
    // ln N(x; 0, h²) = −½ ln 2π − ln h − x²/2h² with h = 2, at x = 0, 2, 4: 0, ½ and 2 below the peak.
    let window = try ParzenWindow(
      samples: Matrix([[0.0]]), validation: Matrix([[2.0]]), test: Matrix([[0.0], [2], [4]]),
      bandwidths: [0.5, 2, 40])
    #expect(window.bandwidth == 2 && !window.isBandwidthAtEnd)
    let peak = -0.9189385332046727 - 0.6931471805599453
    #expect(abs(window.testLogLikelihood.estimate - (peak - 2.5 / 3)) < 1e-12)
    // Deviations −5/6, −1/3, 7/6 from the mean: variance 13/12 over n − 1.
    #expect(abs(window.testLogLikelihood.standardError - (13.0 / 36).squareRoot()) < 1e-12)
    #expect(abs(window.candidates[1].validationLogLikelihood - (peak - 0.5)) < 1e-12)
    let interval = window.testLogLikelihood.interval
    #expect(interval.contains(window.testLogLikelihood.estimate) && interval.upperBound < peak + 1)
  }

  @Test("The validation set chooses: with many samples the likelihood nears the law's own")
  func normal() throws {
    let window = try ParzenWindow(
      samples: ReferenceTable.normal(4000, 2, seed: 1), validation: ReferenceTable.normal(500, 2, seed: 2),
      test: ReferenceTable.normal(500, 2, seed: 3))
    // −E ln p = ln 2πe for two standard normal numbers.
    #expect(abs(window.testLogLikelihood.estimate + 2.8378770664093453) < 0.1)
    #expect(window.candidates.count == 10 && !window.isBandwidthAtEnd)
    #expect(window.candidates.map(\.validationLogLikelihood).max()! > -3)
    #expect(
      agree(
        ParzenWindow.standardBandwidths,
        [
          0.1, 0.12915496650148839, 0.16681005372000587,
          0.21544346900318834, 0.2782559402207124, 0.35938136638046275, 0.4641588833612779,
          0.5994842503189409,
          0.774263682681127, 1,
        ], 1e-12))
  }

  @Test("Samples of a wrong law are less likely; a bandwidth at the end says so")
  func worse() throws {
    let (validation, test) = (ReferenceTable.normal(200, 2, seed: 2), ReferenceTable.normal(200, 2, seed: 3))
    let good = try ParzenWindow(
      samples: ReferenceTable.normal(500, 2, seed: 1), validation: validation, test: test)
    var shifted = ReferenceTable.normal(500, 2, seed: 1)
    for i in 0..<shifted.rows { shifted[i, 0] += 3 }
    let bad = try ParzenWindow(samples: shifted, validation: validation, test: test)
    #expect(bad.testLogLikelihood.interval.upperBound < good.testLogLikelihood.interval.lowerBound)
    #expect(bad.isBandwidthAtEnd)
  }

  @Test("Empty sets, one test example, other widths, NaN and bad bandwidths are refused")
  func refused() throws {
    let (none, one, two) = (Matrix(rows: 0, columns: 1, elements: []), Matrix([[1.0]]), Matrix([[1.0], [2]]))
    #expect(throws: MeasureError.self) { try ParzenWindow(samples: none, validation: one, test: two) }
    #expect(throws: MeasureError.self) { try ParzenWindow(samples: one, validation: none, test: two) }
    #expect(
      throws: MeasureError.tooFewExamples(set: "test", found: 1, needed: 2, reason: "for a standard error")
    ) { try ParzenWindow(samples: one, validation: one, test: one) }
    #expect(throws: MeasureError.self) {
      try ParzenWindow(samples: one, validation: one, test: Matrix([[1.0, 2], [2, 2]]))
    }
    #expect(throws: TableError.self) {
      try ParzenWindow(samples: one, validation: Matrix([[.nan]]), test: two)
    }
    for bandwidths in [[], [0.0], [1, -1], [.nan]] {
      #expect(throws: MeasureError.self) {
        try ParzenWindow(samples: one, validation: one, test: two, bandwidths: bandwidths)
      }
    }
  }
}

@Suite("Objectness")
struct ReconstructionObjectnessTests {
  @Test("Sure and varied samples score the number of classes; unsure or alike ones score 1")
  func extremes() throws {
    let sure = Matrix((0..<40).map { i in (0..<4).map { $0 == i % 4 ? 1.0 : 0 } })
    let objectness = try Objectness(sure, splits: 10)
    #expect(abs(objectness.score - 4) < 1e-12 && abs(objectness.mean - 4) < 1e-12)
    #expect(objectness.standardDeviation < 1e-12 && objectness.splitScores.count == 10)
    #expect(objectness.classShares == [0.25, 0.25, 0.25, 0.25])
    #expect(abs(try Objectness(Matrix(rows: 8, columns: 4, repeating: 0.25), splits: 2).score - 1) < 1e-12)
    #expect(try Objectness(Matrix((0..<9).map { _ in [0.0, 1, 0] }), splits: 3).mean == 1)
  }

  @Test("Two unlike samples score what pencil and paper give")
  func byHand() throws {
    // p(y) = (½, ½); KL of (0.8, 0.2) and of (0.2, 0.8): 0.8 ln 1.6 + 0.2 ln 0.4 = 0.1927447…
    let objectness = try Objectness(Matrix([[0.8, 0.2], [0.2, 0.8]]), splits: 1)
    #expect(abs(objectness.score - exponential(0.19274475702175753)) < 1e-12)
    #expect(objectness.mean == objectness.score && objectness.standardDeviation == 0)
  }

  @Test("Splits are the samples in their order: mean and deviation over them")
  func splits() throws {
    // The first half covers both classes, the second one only.
    let objectness = try Objectness(Matrix([[1.0, 0], [0, 1], [1, 0], [1, 0]]), splits: 2)
    #expect(agree(objectness.splitScores, [2, 1], 1e-12))
    #expect(abs(objectness.mean - 1.5) < 1e-12 && abs(objectness.standardDeviation - 0.5) < 1e-12)
    let uneven = try Objectness(Matrix((0..<11).map { _ in [0.5, 0.5] }), splits: 4)
    #expect(uneven.splitScores.count == 4)
  }

  @Test("The score lies between 1 and the number of classes and ignores the order of samples")
  func laws() throws {
    var random = RandomGenerator(seed: 6)
    let rows = (0..<60).map { _ in
      let weights = random.uniform([5]).elements.map { Double($0 * $0 * $0) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
    let there = try Objectness(Matrix(rows), splits: 6)
    let back = try Objectness(Matrix(rows.reversed()), splits: 6)
    #expect(there.score > 1 && there.score < 5)
    #expect(abs(there.score - back.score) < 1e-12)
    #expect(there.mean <= there.score)
    // 32-bit probabilities miss a sum of 1 by rounding.
    #expect(abs(try Objectness(Matrix(Tensor(Matrix(rows))), splits: 6).score - there.score) < 1e-5)
  }

  @Test("Logits, NaN, and fewer samples than splits are refused")
  func refused() {
    #expect(throws: MeasureError.self) {
      try Objectness(Matrix(rows: 0, columns: 3, elements: []), splits: 1)
    }
    #expect(throws: MeasureError.self) { try Objectness(Matrix([[1.0, 0]]), splits: 10) }
    #expect(throws: MeasureError.self) { try Objectness(Matrix([[1.0, 0]]), splits: 0) }
    #expect(throws: MeasureError.self) { try Objectness(Matrix([[3.0, -2]]), splits: 1) }
    #expect(throws: MeasureError.self) { try Objectness(Matrix([[.nan, 1.0]]), splits: 1) }
    #expect(throws: MeasureError.notProbabilities(row: 1, found: "its sum is 0.75")) {
      try Objectness(Matrix([[0.5, 0.5], [0.5, 0.25]]), splits: 1)
    }
    #expect(throws: MeasureError.self) {
      try Objectness(Matrix(rows: 2, columns: 0, elements: []), splits: 1)
    }
  }
}

@Suite("Fréchet distance")
struct ReconstructionFrechetTests {
  @Test("Of two Gaussians on a line it is (μ₁ − μ₂)² + (σ₁ − σ₂)²; of commuting covariances the sum of those")
  func closedForm() throws {
    let line = try FrechetDistance(
      Moments(mean: [1], covariance: Matrix([[4.0]])), Moments(mean: [4], covariance: Matrix([[25.0]])))
    #expect(abs(line.squared - 18) < 1e-12 && abs(line.covarianceTerm - 9) < 1e-12 && line.meanTerm == 9)
    let space = try FrechetDistance(
      Moments(mean: [0, 0, 0], covariance: Matrix(diagonal: [1, 4, 0])),
      Moments(mean: [0, 1, 0], covariance: Matrix(diagonal: [9, 4, 16])))
    #expect(abs(space.squared - (4 + 0 + 16 + 1)) < 1e-12)
  }

  @Test("Of covariances that don't commute it is scipy's, by the matrix square root")
  func general() throws {
    let distance = try FrechetDistance(
      Moments(mean: [0, 0], covariance: Matrix([[2, 1], [1, 3.0]])),
      Moments(mean: [1, -1], covariance: Matrix([[1, -0.5], [-0.5, 0.5]])))
    #expect(abs(distance.squared - 4.147498201034358) < 1e-10)
  }

  @Test("Equal sets are at 0, to rounding even when covariances are singular; it is symmetric")
  func laws() throws {
    let (x, y) = (ReferenceTable.normal(200, 6, seed: 1), ReferenceTable.normal(150, 6, seed: 2))
    #expect(try FrechetDistance(generated: x, real: x).squared < 1e-12)
    let few = ReferenceTable.normal(4, 10, seed: 5)
    #expect(try FrechetDistance(generated: few, real: few).squared < 1e-12)
    let there = try FrechetDistance(generated: x, real: y).squared
    #expect(abs(there - (try FrechetDistance(generated: y, real: x).squared)) < 1e-10)
    #expect(there > 0)
    let reversed = Matrix((0..<200).reversed().map { x.row($0) })
    #expect(abs(there - (try FrechetDistance(generated: reversed, real: y).squared)) < 1e-10)
    // Covariances are unbiased: {0, 2} has the variance 2, {0, 0, 3} has 3.
    let small = try FrechetDistance(generated: Matrix([[0.0], [2]]), real: Matrix([[0.0], [0], [3]]))
    #expect(
      abs(small.squared - (3.0.squareRoot() - 2.0.squareRoot()) * (3.0.squareRoot() - 2.0.squareRoot()))
        < 1e-12)
  }

  @Test("Sets of two laws are at the laws' distance")
  func samples() throws {
    var y = ReferenceTable.normal(20_000, 3, seed: 2) * 2
    for i in 0..<y.rows { y[i, 0] += 3 }
    let distance = try FrechetDistance(generated: ReferenceTable.normal(20_000, 3, seed: 1), real: y)
    #expect(abs(distance.squared - (9 + 3)) < 0.3)
  }

  @Test("One example, other widths, NaN and impossible covariances are refused")
  func refused() {
    let two = Matrix([[1.0], [2]])
    #expect(throws: MeasureError.self) { try FrechetDistance(generated: Matrix([[1.0]]), real: two) }
    #expect(throws: MeasureError.self) {
      try FrechetDistance(generated: two, real: Matrix([[1.0, 2], [3, 4]]))
    }
    #expect(throws: TableError.self) { try FrechetDistance(generated: two, real: Matrix([[.nan], [2]])) }
    let good = Moments(mean: [0], covariance: Matrix([[1.0]]))
    #expect(throws: MeasureError.self) {
      try FrechetDistance(good, Moments(mean: [0], covariance: Matrix([[-1.0]])))
    }
    #expect(throws: MeasureError.self) {
      try FrechetDistance(good, Moments(mean: [.infinity], covariance: Matrix([[1.0]])))
    }
    #expect(throws: LinearAlgebraError.self) {
      try FrechetDistance(good, Moments(mean: [0], covariance: Matrix([[.nan]])))
    }
  }
}

@Suite("Maximum mean discrepancy")
struct ReconstructionDiscrepancyTests {
  typealias Kernel = MaximumMeanDiscrepancy.Kernel

  @Test("Two pairs of points are what pencil and paper give")
  func byHand() throws {
    // x = {0, 1}, y = {2, 3}; (x·y + 1)²: within x 1, within y 49, across (1 + 1 + 9 + 16)/4.
    let (x, y) = (Matrix([[0.0], [1]]), Matrix([[2.0], [3]]))
    let polynomial = try MaximumMeanDiscrepancy(
      generated: x, real: y, kernel: .polynomial(degree: 2, scale: 1, constant: 1))
    #expect(abs(polynomial.squared - (1 + 49 - 2 * 6.75)) < 1e-12)
    // exp(−r²/2) at distances 1, 1 and 2, 3, 1, 2.
    let gaussian = try MaximumMeanDiscrepancy(
      generated: x, real: y, kernel: .gaussian(standardDeviation: 1))
    let across = (2 * exponential(-2) + exponential(-4.5) + exponential(-0.5)) / 4
    #expect(abs(gaussian.squared - (2 * exponential(-0.5) - 2 * across)) < 1e-12)
    // Distances of the four points: 1, 1, 1, 2, 2, 3.
    let median = try MaximumMeanDiscrepancy(generated: x, real: y, kernel: .gaussianOfMedianDistance)
    #expect(median.kernel == .gaussian(standardDeviation: 1.5))
    #expect(
      try MaximumMeanDiscrepancy(generated: x, real: y).kernel
        == .polynomial(degree: 3, scale: 1, constant: 1))
  }

  @Test(
    "Blocks of matrix products sum what all pairs sum, on any number of threads",
    arguments: [Kernel.polynomial(), .gaussian(standardDeviation: 2.5)])
  func pairs(kernel: Kernel) throws {
    let (x, y) = (ReferenceTable.normal(300, 5, seed: 1), ReferenceTable.normal(270, 5, seed: 2) * 1.5)
    func value(_ a: [Double], _ b: [Double]) -> Double {
      switch kernel {
      case .gaussian(let deviation):
        let square = zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return exponential(-square / (2 * deviation * deviation))
      default:
        let base = zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 } / 5 + 1
        return base * base * base
      }
    }
    func mean(_ a: Matrix, _ b: Matrix, same: Bool) -> Double {
      var (sum, count) = (0.0, 0.0)
      for i in 0..<a.rows {
        for j in 0..<b.rows where !(same && i == j) {
          sum += value(a.row(i), b.row(j))
          count += 1
        }
      }
      return sum / count
    }
    let expected = mean(x, x, same: true) + mean(y, y, same: true) - 2 * mean(x, y, same: false)
    let found = try MaximumMeanDiscrepancy(generated: x, real: y, kernel: kernel)
    #expect(abs(found.squared - expected) < 1e-11)
    let alone = try Parallelism.withThreads(1) {
      try MaximumMeanDiscrepancy(generated: x, real: y, kernel: kernel)
    }
    #expect(alone == found)
  }

  @Test(
    "It is near 0 for sets of one law, on both sides of it, and above 0 for two laws",
    arguments: [Kernel.polynomial(), .gaussian(standardDeviation: 2), .gaussianOfMedianDistance])
  func laws(kernel: Kernel) throws {
    var equal: [Double] = []
    for seed in 0..<12 {
      let (x, y) = (
        ReferenceTable.normal(100, 4, seed: UInt64(2 * seed)),
        ReferenceTable.normal(120, 4, seed: UInt64(2 * seed + 1))
      )
      equal.append(try MaximumMeanDiscrepancy(generated: x, real: y, kernel: kernel).squared)
    }
    let mean = equal.reduce(0, +) / 12
    let deviation = (equal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 11).squareRoot()
    #expect(abs(mean) < 3 * deviation / 12.0.squareRoot())
    #expect(equal.contains { $0 < 0 } && equal.contains { $0 > 0 })
    let (x, y) = (ReferenceTable.normal(100, 4, seed: 50), ReferenceTable.normal(120, 4, seed: 51) * 2)
    let apart = try MaximumMeanDiscrepancy(generated: x, real: y, kernel: kernel).squared
    #expect(apart > 5 * deviation)
    let turned = try MaximumMeanDiscrepancy(generated: y, real: x, kernel: kernel).squared
    #expect(abs(turned - apart) < 1e-12)
    let reversed = Matrix((0..<100).reversed().map { x.row($0) })
    // The median distance is taken over all pairs here, so the order does not enter.
    #expect(
      abs(try MaximumMeanDiscrepancy(generated: reversed, real: y, kernel: kernel).squared - apart) < 1e-12)
  }

  @Test("One example, other widths, NaN, equal examples and bad kernels are refused")
  func refused() {
    let two = Matrix([[1.0], [2]])
    #expect(throws: MeasureError.self) { try MaximumMeanDiscrepancy(generated: Matrix([[1.0]]), real: two) }
    #expect(throws: MeasureError.self) {
      try MaximumMeanDiscrepancy(generated: two, real: Matrix([[1.0, 2], [1, 2]]))
    }
    #expect(throws: TableError.self) {
      try MaximumMeanDiscrepancy(generated: two, real: Matrix([[1.0], [.infinity]]))
    }
    let same = Matrix([[1.0], [1]])
    for kernel in [
      Kernel.polynomial(degree: 0), .polynomial(scale: -1), .polynomial(constant: .nan),
      .gaussian(standardDeviation: 0), .gaussianOfMedianDistance,
    ] {
      #expect(throws: MeasureError.self) {
        try MaximumMeanDiscrepancy(generated: same, real: same, kernel: kernel)
      }
    }
    // 10¹⁵⁰ cubed is no finite number.
    #expect(throws: MeasureError.self) {
      try MaximumMeanDiscrepancy(generated: Matrix([[1e150], [1e149]]), real: two)
    }
  }
}

@Suite("Unique samples")
struct ReconstructionUniquenessTests {
  @Test("Repetitions and near ones are counted by hand")
  func byHand() throws {
    let unique = try UniqueSamples(Matrix([[0.0], [5], [0], [5.5], [9], [-0.0]]))
    #expect(unique.count == 6 && unique.distinctCount == 4)
    #expect(abs(unique.distinctShare - 4.0 / 6) < 1e-15)
    #expect(unique.nearestDistances == [0, 0, 0, 0.5, 0.5, 3.5])
    #expect(try unique.share(farther: 0) == 0.5)
    #expect(try abs(unique.share(farther: 0.5) - 1.0 / 6) < 1e-15)
    #expect(try unique.share(farther: 3.4) == unique.share(farther: 0.5))
    #expect(try unique.share(farther: 3.5) == 0)
    #expect(try unique.share(farther: .infinity) == 0)
  }

  @Test("The share falls with the distance, ignores the order, and finds a collapse", arguments: [2, 30])
  func laws(columns: Int) throws {
    let x = ReferenceTable.normal(300, columns)
    let unique = try UniqueSamples(x)
    #expect(unique.distinctShare == 1)
    let shares = try (0..<40).map { try unique.share(farther: Double($0) / 4) }
    #expect(shares[0] == 1 && shares[39] < 1)
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 >= $1 })
    let reversed = try UniqueSamples(Matrix((0..<300).reversed().map { x.row($0) }))
    #expect(reversed.nearestDistances == unique.nearestDistances)
    let collapsed = try UniqueSamples(Matrix((0..<300).map { x.row($0 % 7) }))
    #expect(collapsed.distinctCount == 7)
    #expect(try collapsed.share(farther: 0) == 0)
  }

  @Test("Other metrics measure in their own units")
  func metrics() throws {
    let x = Matrix([[0.0, 0], [3, 4]])
    #expect(try UniqueSamples(x).nearestDistances == [5, 5])
    #expect(try UniqueSamples(x, metric: .manhattan).nearestDistances == [7, 7])
    #expect(try UniqueSamples(x, metric: .chebyshev).nearestDistances == [4, 4])
  }

  @Test("Fewer than two samples, NaN and negative distances are refused")
  func refused() throws {
    #expect(throws: MeasureError.self) { try UniqueSamples(Matrix([[1.0]])) }
    #expect(throws: MeasureError.self) { try UniqueSamples(Matrix(rows: 0, columns: 2, elements: [])) }
    #expect(throws: TableError.self) { try UniqueSamples(Matrix([[1.0], [.nan]])) }
    let unique = try UniqueSamples(Matrix([[1.0], [2]]))
    #expect(throws: MeasureError.self) { try unique.share(farther: -1) }
    #expect(throws: MeasureError.self) { try unique.share(farther: .nan) }
  }
}
