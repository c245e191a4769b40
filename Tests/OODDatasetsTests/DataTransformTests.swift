import GenModels
import OODDatasets
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Invertible transforms of data, with their log-determinants.
struct DataTransformTests {
  /// 200 examples of three features of very different ranges, and one that is constant.
  static let table: Tensor = {
    var random = RandomGenerator(seed: 1)
    let normal = random.normal([200, 3]).elements
    return Tensor(shape: [200, 4]) { table in
      for row in 0..<200 {
        table[4 * row] = normal[3 * row]
        table[4 * row + 1] = 1000 + 0.5 * normal[3 * row + 1]
        table[4 * row + 2] = -3e4 * normal[3 * row + 2]
        table[4 * row + 3] = 7.3
      }
    }
  }()

  static let unit: Tensor = {
    var random = RandomGenerator(seed: 2)
    return random.uniform([50, 5], in: 0.05..<0.95)
  }()

  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let transform: any DataTransform
    let x: Tensor
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "standardization", transform: try! Standardization(fitting: table), x: table),
    Case(name: "min-max", transform: try! MinMaxScaling(fitting: table), x: table),
    Case(name: "logit", transform: LogitTransform(), x: unit),
    Case(name: "symmetric logit", transform: LogitTransform(alpha: 0.01, isSymmetric: true), x: unit),
    Case(name: "plain logit", transform: LogitTransform(alpha: 0), x: unit),
  ]

  @Test(arguments: cases) func thereAndBack(test: Case) throws {
    let back = try test.transform.inverse(test.transform.forward(test.x))
    for feature in 0..<test.x.shape[1] {
      let values = (0..<test.x.shape[0]).map { test.x[$0, feature] }
      let size = values.map(abs).max()!
      for (row, value) in values.enumerated() { #expect(abs(back[row, feature] - value) <= 1e-6 * size) }
    }
  }

  /// The transforms work on each feature alone, so ln |det| is the sum of the logarithms of the features' slopes.
  @Test(arguments: cases) func logDeterminantsAgainstFiniteDifferences(test: Case) throws {
    let features = test.x.shape[1]
    var logs = [Double](repeating: 0, count: test.x.shape[0])
    for feature in 0..<features {
      let values = (0..<test.x.shape[0]).map { test.x[$0, feature] }
      let step = max(2e-3 * (values.max()! - values.min()!), 1e-3)
      var (low, high) = (test.x, test.x)
      for row in logs.indices {
        low[row, feature] -= step
        high[row, feature] += step
      }
      let (a, b) = (try test.transform.forward(low), try test.transform.forward(high))
      for row in logs.indices {
        let slope =
          (Double(b[row, feature]) - Double(a[row, feature]))
          / (Double(high[row, feature]) - Double(low[row, feature]))
        logs[row] += log(slope)
      }
    }
    let exact = try test.transform.logDeterminant(at: test.x)
    for (a, b) in zip(exact, logs) { #expect(abs(a - b) < 0.02) }
    let inverse = try test.transform.inverseLogDeterminant(at: test.transform.forward(test.x))
    for (a, b) in zip(exact, inverse) { #expect(abs(a + b) < 1e-4 * max(1, abs(a))) }
  }

  @Test func standardizedFeaturesHaveMeanZeroAndDeviationOne() throws {
    let y = try Standardization(fitting: Self.table).forward(Self.table)
    for feature in 0..<3 {
      let values = (0..<200).map { Double(y[$0, feature]) }
      let mean = values.reduce(0, +) / 200
      #expect(abs(mean) < 1e-5)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 200 - 1) < 1e-4)
    }
  }

  @Test func scaledFeaturesFillTheUnitInterval() throws {
    let scaling = try MinMaxScaling(fitting: Self.table)
    let y = try scaling.forward(Self.table)
    for feature in 0..<3 {
      let values = (0..<200).map { y[$0, feature] }
      #expect(values.min() == 0 && values.max() == 1)
    }
    // Nothing is clipped.
    #expect(try scaling.forward(Tensor([1e6, 1e6, 1e6, 1e6], shape: [1, 4])).elements.min()! > 1)
  }

  /// A feature that didn't vary becomes 0, and another value later on stands out by its distance.
  @Test func constantFeatures() throws {
    let other = Tensor([0, 1000, 0, 9.3], shape: [1, 4])
    for transform in Self.cases.prefix(2).map(\.transform) {
      let y = try transform.forward(Self.table)
      #expect((0..<200).allSatisfy { y[$0, 3] == 0 })
      #expect(abs(try transform.forward(other)[0, 3] - 2) < 1e-6)
    }
  }

  @Test func imagesAreTransformedPixelByPixel() throws {
    let images = Tensor((0..<24).map { Float($0 * $0) }, shape: [2, 3, 4, 1])
    let fitted = try MinMaxScaling(fitting: images)
    #expect(fitted.minima.count == 12)
    #expect(
      try fitted.forward(images).elements == [Float](repeating: 0, count: 12)
        + [Float](repeating: 1, count: 12))
  }

  @Test func theLogitOfRealNVP() throws {
    // logit(0.05 + 0.95 · 0.5) = ln(0.525 / 0.475).
    let y = try LogitTransform(alpha: 0.05).forward(Tensor([0, 0.5], shape: [1, 2])).elements
    #expect(abs(Double(y[0]) - log(0.05 / 0.95)) < 1e-6)
    #expect(abs(Double(y[1]) - log(0.525 / 0.475)) < 1e-6)
  }

  @Test func badValuesAreRefused() {
    #expect(throws: TransformError.noExamples([0, 3])) { try Standardization(fitting: .zeros([0, 3])) }
    #expect(throws: TransformError.notFinite(example: 1, feature: 0)) {
      try MinMaxScaling(fitting: Tensor([1, 2, .infinity, 3], shape: [2, 2]))
    }
    #expect(throws: TransformError.notFinite(example: 0, feature: 1)) {
      try LogitTransform().forward(Tensor([0.5, .nan], shape: [1, 2]))
    }
    for value: Float in [-0.1, 1, 1.1] {
      #expect(throws: TransformError.self) { try LogitTransform().forward(Tensor([value], shape: [1, 1])) }
    }
    #expect(throws: Never.self) {
      try LogitTransform(alpha: 0.01, isSymmetric: true).forward(Tensor([0, 1], shape: [1, 2]))
    }
    #expect(throws: TransformError.self) { try LogitTransform(alpha: 0).forward(.zeros([1, 1])) }
  }

  @Test func dequantizationKeepsTheLevels() throws {
    let levels = Tensor((0..<256).map { Float($0) / 255 }, shape: [256, 1])
    let dequantization = Dequantization()
    var random = RandomGenerator(seed: 5)
    for _ in 0..<20 {
      let y = try dequantization.forward(levels, using: &random)
      for (level, value) in y.elements.enumerated() {
        #expect(value >= Float(level) / 256 && value < Float(level + 1) / 256)
      }
      #expect(try dequantization.inverse(y) == levels)
    }
    #expect(abs(dequantization.logVolume(features: 784) + 784 * log(256)) < 1e-9)
    #expect(throws: TransformError.self) {
      try dequantization.forward(Tensor([1.5], shape: [1, 1]), using: &random)
    }
    #expect(throws: TransformError.self) { try dequantization.inverse(Tensor([1], shape: [1, 1])) }
  }

  /// The noise is uniform, so a uniform density has −D ln K nats for each image, which is log₂ K bits per dimension.
  @Test func theVolumeOfALevel() throws {
    var random = RandomGenerator(seed: 6)
    let y = try Dequantization(levels: 4).forward(
      Tensor(repeating: 1 / 3, shape: [10_000, 1]), using: &random)
    let inside: [Double] = y.elements.map { Double($0) * 4 - 1 }
    #expect(inside.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean: Double = inside.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.015)
    let squares: [Double] = inside.map { ($0 - 0.5) * ($0 - 0.5) }
    let variance: Double = squares.reduce(0, +) / 10_000
    #expect(abs(variance - 1.0 / 12) < 0.003)
  }
}
