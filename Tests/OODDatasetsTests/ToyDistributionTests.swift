import GenModels
import OODDatasets
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Distributions in the plane whose truth is known.
struct ToyDistributionTests {
  /// A distribution with its density, and a grid that holds all of its mass.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let distribution: any ToyDistribution
    let density: @Sendable (Tensor) throws -> [Double]
    let extent: Double
    let step: Double
    let tolerance: Double

    init<Toy: ToyDistribution & DensityModel>(
      _ toy: Toy, extent: Double, step: Double, tolerance: Double = 1e-6
    ) where Toy.Examples == Tensor {
      name = toy.name
      distribution = toy
      density = { try toy.logDensity($0) }
      (self.extent, self.step, self.tolerance) = (extent, step, tolerance)
    }

    var testDescription: String { name }

    /// The density's logarithm at the middles of the cells of a grid.
    func onGrid() throws -> [Double] {
      let side = Int((2 * extent / step).rounded())
      let points = Tensor(shape: [side * side, 2]) { points in
        for cell in 0..<side * side {
          points[2 * cell] = Float(-extent + step * (Double(cell % side) + 0.5))
          points[2 * cell + 1] = Float(-extent + step * (Double(cell / side) + 0.5))
        }
      }
      return try density(points)
    }
  }

  static let cases = [
    Case(Rings(), extent: 2, step: 0.005, tolerance: 3e-3),
    Case(
      Rings(centers: [SIMD2(0, 0)], innerRadius: 0, thickness: 1), extent: 1.5, step: 0.005, tolerance: 3e-3),
    Case(TwoMoons(), extent: 2.8, step: 0.05, tolerance: 1e-5),
    Case(TwoMoons(deviation: 0.3), extent: 5, step: 0.1, tolerance: 1e-5),
    Case(TwoSpirals(), extent: 4, step: 0.05, tolerance: 1e-5),
    Case(GaussianBlobs.eightGaussians(), extent: 6, step: 0.1),
    Case(GaussianBlobs.scattered(count: 4, deviation: 0.8, extent: 5, seed: 3), extent: 12, step: 0.2),
    Case(Checkerboard(), extent: 5, step: 0.05),
  ]

  @Test(arguments: cases) func densitiesIntegrateToOne(toy: Case) throws {
    let mass = try toy.onGrid().reduce(0) { $0 + exp($1) } * toy.step * toy.step
    #expect(abs(mass - 1) <= toy.tolerance)
  }

  /// E[ln p(x)] over samples is minus the entropy, computed on the grid.
  @Test(arguments: cases) func samplesHaveTheDensity(toy: Case) throws {
    let logDensities = try toy.onGrid()
    let cell = toy.step * toy.step
    func moment(_ power: Double) -> Double {
      logDensities.reduce(0) { $1 == -.infinity ? $0 : $0 + exp($1) * cell * pow($1, power) }
    }
    let (mean, square) = (moment(1), moment(2))
    var random = RandomGenerator(seed: 11)
    let count = 4000
    let sampled = try toy.density(toy.distribution.sample(count: count, using: &random))
    #expect(sampled.allSatisfy { $0.isFinite })
    let deviation = max(0, square - mean * mean).squareRoot()
    let error = abs(sampled.reduce(0, +) / Double(count) - mean)
    #expect(error <= 4 * deviation / Double(count).squareRoot() + 10 * toy.tolerance)
  }

  @Test(arguments: ToyDistributions.all.map(\.name)) func samplesDependOnTheSeedAlone(name: String) throws {
    let toy = try #require(ToyDistributions.named(name))
    let few = toy.dataset(count: 100, seed: 4)
    #expect(few.examples.shape == [100, 2] && few.labels?.shape == [100])
    #expect(few == toy.dataset(count: 100, seed: 4))
    #expect(few.examples != toy.dataset(count: 100, seed: 5).examples)
    // A larger sample begins with the smaller one.
    let many = toy.dataset(count: 5000, seed: 4)
    #expect(Array(many.examples.elements.prefix(200)) == few.examples.elements)
    #expect(Array(many.labels!.elements.prefix(100)) == few.labels!.elements)
    // Every class has its share.
    let share = 5000 / toy.classCount
    let counts = try #require(many.classCounts)
    #expect(counts.count == toy.classCount)
    #expect(counts.allSatisfy { abs($0 - share) < 6 * Int(Double(share).squareRoot()) })
  }

  @Test func ringsAreSpiglersAndLabelledByCenter() {
    let rings = Rings()
    var random = RandomGenerator(seed: 2)
    let sample = rings.labeledSample(count: 3000, using: &random)
    var inner = 0
    for (index, label) in sample.labels.elements.enumerated() {
      let center = [SIMD2(-1.0, 1), SIMD2(1, 1), SIMD2(1, -1)][label]
      let radius = hypot(
        Double(sample.points[index, 0]) - center.x, Double(sample.points[index, 1]) - center.y)
      #expect(radius > 0.6 - 1e-6 && radius < 0.7 + 1e-6)
      if radius < 0.65 { inner += 1 }
    }
    // Uniform in area: the inner half of the thickness has (0.65² − 0.6²) / (0.7² − 0.6²) = 0.4808 of it.
    #expect(abs(Double(inner) / 3000 - 0.4808) < 0.04)
  }

  @Test func labelsNameTheNearestPart() {
    var random = RandomGenerator(seed: 3)
    let blobs = GaussianBlobs.eightGaussians(radius: 5, deviation: 0.2)
    let sample = blobs.labeledSample(count: 500, using: &random)
    for (index, label) in sample.labels.elements.enumerated() {
      let distances = blobs.centers.map {
        hypot(Double(sample.points[index, 0]) - $0.x, Double(sample.points[index, 1]) - $0.y)
      }
      #expect(distances.firstIndex(of: distances.min()!) == label)
    }
    let moons = TwoMoons(deviation: 0.02).labeledSample(count: 500, using: &random)
    for (index, label) in moons.labels.elements.enumerated() {
      let (x, y) = (Double(moons.points[index, 0]), Double(moons.points[index, 1]))
      let radius = label == 0 ? hypot(x, y) : hypot(x - 1, y - 0.5)
      #expect(abs(radius - 1) < 0.1)
    }
    let spirals = TwoSpirals(deviation: 0.003).labeledSample(count: 500, using: &random)
    for (index, label) in spirals.labels.elements.enumerated() {
      let (x, y) = (Double(spirals.points[index, 0]), Double(spirals.points[index, 1]))
      let radius = hypot(x, y)
      guard radius > 0.5 else { continue }
      let angle = 2 * Double.pi * 1.5 * radius / 3 + (label == 0 ? 0 : Double.pi)
      #expect(cos(atan2(y, x) - angle) > 0.99)
    }
  }

  @Test func farFromTheCurveTheNoiseDecides() throws {
    // Seen from 50 away, ln p is that of the nearest point of the curve up to the logarithm of a share of the arc.
    let far = try TwoMoons().logDensity(Tensor([50, 0.5, 0, -40], shape: [2, 2]))
    #expect(abs(far[0] + 0.5 * (48.0 * 48.0) / 0.01) < 30)
    #expect(far.allSatisfy { $0.isFinite && $0 < -7e4 })
    // Where the noise is wide, the moons are one blob: ln p at its middle, by hand with Simpson's rule elsewhere.
    let wide = try TwoMoons(deviation: 10).logDensity(Tensor([0.5, 0.25], shape: [1, 2]))
    #expect(abs(wide[0] + log(2 * Double.pi * 100)) < 0.01)
  }

  @Test func pointsThatAreNotPointsAreRefused() {
    #expect(throws: ExampleError.self) {
      try Rings().logDensity(Tensor([0, 0, .nan, 1], shape: [2, 2]))
    }
    #expect(throws: ExampleError.unexpectedShape(found: [], expected: [2])) {
      try Checkerboard().logDensity(Tensor([0, 0, 1]))
    }
    #expect(throws: ExampleError.unexpectedShape(found: [3], expected: [2])) {
      try GaussianBlobs.eightGaussians().logDensity(.zeros([1, 3]))
    }
  }

  @Test func theBoard() throws {
    let board = try Checkerboard().logDensity(
      Tensor([-4, -4, Float(-2).nextDown, -3, -2, -4, 3.9, 3.9, 4, 4, 0, 0], shape: [6, 2]))
    let dark = -log(32.0)
    #expect(board == [dark, dark, -.infinity, dark, -.infinity, dark])
  }
}
