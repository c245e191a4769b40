#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mixture of Gaussians on the pixels of images: the classical generative model beside the deep ones, fitted without a network.
///
/// The density is that of pixels x in 0...1 whose grey levels k / (K − 1) have noise of ±1/2 level.
public struct PixelMixture: DensityModel {
  public let mixture: GaussianMixture
  /// [height, width, channels].
  public let exampleShape: Shape
  /// Number K of grey levels.
  public let levels: Int

  /// Fits a mixture to images `[count, height, width, channels]` with values from 0 to 1.
  ///
  /// Memory and time grow with the square of the number of pixels.
  /// - Throws: `ExampleError.outsideSupport` for values outside 0...1, and what `GaussianMixture` throws.
  public init(fitting images: Tensor, components: Int = 1, levels: Int = 256, seed: UInt64 = 0) throws {
    let shape = Shape(images.shape.dropFirst())
    try images.requireExamples(of: shape)
    var random = RandomGenerator(seed: seed).split("dequantization")
    let noisy = try Self.dequantized(images, levels: levels, using: &random)
    var settings = GaussianMixture.Settings()
    // About the variance of ±2 grey levels: pixels that are black in every training image keep some width.
    settings.regularization = 5e-5
    settings.largestIterationCount = 20
    settings.seed = seed
    mixture = try GaussianMixture(
      fitting: Matrix(noisy.reshaped([images.shape[0], shape.elementCount])), components: components,
      settings: settings)
    exampleShape = shape
    self.levels = levels
  }

  /// (k + u) / K for level k and u uniform on [0, 1).
  private static func dequantized(
    _ images: Tensor, levels: Int, using random: inout RandomGenerator
  ) throws(ExampleError) -> Tensor {
    precondition(
      (2...65_536).contains(levels), "There are between 2 and 65536 grey levels, and \(levels) were given.")
    let width = max(1, images.count / max(1, images.exampleCount))
    if let position = images.withUnsafeElements({ $0.firstIndex { !($0 >= 0 && $0 <= 1) } }) {
      throw .outsideSupport(
        example: position / width, feature: position % width,
        value: Double(images.withUnsafeElements { $0[position] }), support: 0...1)
    }
    let (top, count) = (Float(levels - 1), Float(levels))
    let noise = random.uniform(images.shape)
    return Tensor(shape: images.shape) { result in
      images.withUnsafeElements { x in
        noise.withUnsafeElements { u in
          for i in x.indices {
            let level = (x[i] * top).rounded()
            // Rounding must not carry a level's noise into the next level.
            result[i] = min(level + u[i], (level + 1).nextDown) / count
          }
        }
      }
    }
  }

  /// ln p(x), in nats.
  public func logDensity(checked x: Tensor) throws -> [Double] {
    let features = exampleShape.elementCount
    // The mixture's own variables are (x (K − 1) + 1/2) / K.
    let (count, top) = (Float(levels), Float(levels - 1))
    let centred = (x.reshaped([x.shape[0], features]) * top + 0.5) / count
    let stretch = Double(features) * (log(Double(levels - 1)) - log(Double(levels)))
    return try mixture.logDensity(Matrix(centred)).map { $0 + stretch }
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    let drawn = Tensor(mixture.sample(count: count, using: &random))
    let (levels, top) = (Float(levels), Float(levels - 1))
    return ((drawn * levels - 0.5) / top).reshaped(Shape([count] + exampleShape))
  }
}

extension PixelMixture: Model {
  public static let kind = "pixel-mixture"

  public struct Configuration: Codable, Hashable, Sendable {
    var exampleShape: [Int]
    var levels: Int
  }

  public var configuration: Configuration {
    Configuration(exampleShape: Array(exampleShape), levels: levels)
  }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("mixture", mixture) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    mixture = try archive.part("mixture", as: GaussianMixture.self)
    guard settings.exampleShape.count < Shape.maximumRank,
      settings.exampleShape.allSatisfy({ (1...1 << 20).contains($0) }),
      settings.exampleShape.reduce(1.0, { $0 * Double($1) }) == Double(mixture.featureCount),
      (2...65_536).contains(settings.levels)
    else {
      throw ModelFileError.malformed(
        reason:
          "a mixture of \(mixture.featureCount) pixels can't be one of images \(settings.exampleShape) with \(settings.levels) levels"
      )
    }
    exampleShape = Shape(settings.exampleShape)
    levels = settings.levels
  }
}
