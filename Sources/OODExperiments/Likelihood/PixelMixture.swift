#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels
import OODDatasets
import OODMetrics

/// A mixture of Gaussians on the pixels of images: the classical generative model beside the deep ones, fitted without a network.
///
/// The density is that of pixels x in 0...1 whose grey levels k / (K − 1) have noise of ±1/2 level.
public struct PixelMixture: DensityModel {
  public let mixture: GaussianMixture
  /// [height, width, channels].
  public let imageShape: Shape
  /// Number K of grey levels.
  public let levels: Int

  /// Fits a mixture to images `[count, height, width, channels]` with values from 0 to 1.
  ///
  /// Memory and time grow with the square of the number of pixels.
  /// - Throws: `TransformError` for values outside 0...1, and what `GaussianMixture` throws.
  public init(fitting images: Tensor, components: Int = 1, levels: Int = 256, seed: UInt64 = 0) throws {
    let shape = Shape(images.shape.dropFirst())
    var random = RandomGenerator(seed: seed).split("dequantization")
    let noisy = try Dequantization(levels: levels).forward(images, using: &random)
    var settings = GaussianMixture.Settings()
    // About the variance of ±2 grey levels: pixels that are black in every training image keep some width.
    settings.regularization = 5e-5
    settings.largestIterationCount = 20
    settings.seed = seed
    mixture = try GaussianMixture(
      fitting: Matrix(noisy.reshaped([images.shape[0], shape.elementCount])), components: components,
      settings: settings)
    imageShape = shape
    self.levels = levels
  }

  /// ln p(x), in nats.
  public func logDensity(_ x: Tensor) throws -> [Double] {
    precondition(
      x.shape.dropFirst().elementsEqual(imageShape),
      "The mixture scores images of shape \(imageShape), not a tensor of shape \(x.shape).")
    let features = imageShape.elementCount
    // The mixture's own variables are (x (K − 1) + 1/2) / K.
    let (count, top) = (Float(levels), Float(levels - 1))
    let centred = (x.reshaped([x.shape[0], features]) * top + 0.5) / count
    let stretch = Double(features) * (log(Double(levels - 1)) - log(Double(levels)))
    return try mixture.logDensity(Matrix(centred)).map { $0 + stretch }
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    let drawn = Tensor(mixture.sample(count: count, using: &random))
    let (levels, top) = (Float(levels), Float(levels - 1))
    return ((drawn * levels - 0.5) / top).reshaped(Shape([count] + imageShape))
  }
}
