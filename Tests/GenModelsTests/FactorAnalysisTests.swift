import GenModels
import Testing

@Suite("Factor analysis")
struct FactorAnalysisTests {
  /// Rows of two factors and noise on five columns of different units.
  static func table(_ rows: Int, seed: UInt64 = 1) -> Matrix {
    var random = RandomGenerator(seed: seed)
    let draws = random.normal([rows, 7])
    let loadings: [[Double]] = [[2, 0], [1, 1], [0, 30], [-1, 0.5], [0.3, -2]]
    let noise = [0.5, 1, 8, 0.7, 1.5]
    return Matrix(
      (0..<rows).map { i in
        (0..<5).map { j in
          100 * Double(j) + loadings[j][0] * Double(draws[i, 0]) + loadings[j][1] * Double(draws[i, 1])
            + noise[j] * Double(draws[i, 2 + j])
        }
      })
  }

  @Test("Fit, ask, draw, save, load")
  func usage() throws {
    let model = try FactorAnalysis(fitting: Self.table(2000), factors: 2)
    let nats = try model.logDensity(Self.table(5, seed: 2))
    var random = RandomGenerator(seed: 3)
    #expect(model.sample(count: 4, using: &random).rows == 4)
    let loaded = try FactorAnalysis(safetensors: model.safetensors())
    #expect(try loaded.logDensity(Self.table(5, seed: 2)) == nats)
  }

  @Test("The covariance is that of the model that drew the rows")
  func recovers() throws {
    let model = try FactorAnalysis(fitting: Self.table(40_000), factors: 2)
    let expected = [4.25, 3, 964, 1.74, 6.34]
    for (j, variance) in expected.enumerated() {
      #expect(abs(model.covariance[j, j] / variance - 1) < 0.05, "column \(j)")
    }
    #expect(abs(model.covariance[0, 1] - 2) < 0.1 && abs(model.covariance[2, 4] + 60) < 2)
    for (found, deviation) in zip(model.noiseVariances, [0.5, 1, 8, 0.7, 1.5]) {
      #expect(abs(found / (deviation * deviation) - 1) < 0.2)
    }
  }

  @Test("With as many factors as columns it is the Gaussian of the rows' own covariance")
  func saturated() throws {
    let x = Self.table(300)
    let moments = try Moments(of: x)
    let model = try FactorAnalysis(fitting: x, factors: 5)
    for a in 0..<5 {
      let scale = (moments.covariance[a, a]).squareRoot()
      for b in 0..<5 {
        let size = scale * moments.covariance[b, b].squareRoot()
        #expect(abs(model.covariance[a, b] - moments.covariance[a, b]) < 0.02 * size)
      }
    }
  }

  @Test("Each iteration raises the likelihood, and more factors never fit worse")
  func likelihood() throws {
    let x = Self.table(500)
    var last = -Double.infinity
    for iterations in [1, 2, 4, 8, 16, 64] {
      let model = try FactorAnalysis(fitting: x, factors: 2, iterations: iterations, tolerance: 0)
      let mean = try model.logDensity(x).reduce(0, +) / 500
      #expect(mean >= last - 1e-9)
      last = mean
    }
    let three = try FactorAnalysis(fitting: x, factors: 3)
    #expect(try three.logDensity(x).reduce(0, +) / 500 >= last - 1e-6)
  }

  @Test("Tables and settings that can't be are refused")
  func refused() throws {
    let x = Self.table(20)
    #expect(throws: TableError.self) { try FactorAnalysis(fitting: x, factors: 0) }
    #expect(throws: TableError.self) { try FactorAnalysis(fitting: x, factors: 6) }
    #expect(throws: TableError.self) { try FactorAnalysis(fitting: x, leastNoise: 0) }
    #expect(throws: TableError.constantColumn(column: 1, value: 2)) {
      try FactorAnalysis(fitting: Matrix([[1, 2], [3, 2], [5, 2]]), factors: 1)
    }
    #expect(throws: TableError.self) { try FactorAnalysis(fitting: Matrix([[1.0, 2]]), factors: 1) }
  }
}
