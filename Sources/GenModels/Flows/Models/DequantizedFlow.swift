/// A flow of images of grey levels as a density of the levels themselves: ln p averaged over noise between the levels,
///
///     (1/S) Σₛ ln p(x + uₛ),   uₛ uniform on ±1/2 level,
///
/// which plus the logarithm of a level's cell is a lower bound of ln P(x) (L. Theis, A. van den Oord and M. Bethge, 2016,
/// section 3.1). A flow that is asked at the levels themselves, in the middle of each cell, answers with the peaks that training
/// leaves there: too high a density above all for images with a plain background.
///
/// All images get the same S draws of noise, so an image's density depends on it alone. Cost: S log-densities.
public struct DequantizedFlow: DensityModel {
  public let flow: Flow
  /// S.
  public let draws: Int
  /// Decides the noise.
  public let seed: UInt64
  /// S draws, each `[1] + exampleShape`.
  private let noise: [Tensor]

  /// Traps when the flow has no grey levels, or there is no draw.
  public init(_ flow: Flow, draws: Int, seed: UInt64 = 0) {
    precondition(draws >= 1, "An average is over at least one draw of noise, and \(draws) were asked for.")
    guard let levels = flow.architecture.greyLevels else {
      preconditionFailure("Noise between grey levels needs a flow that has them, and this one has none.")
    }
    self.flow = flow
    self.draws = draws
    self.seed = seed
    let half = 0.5 / Float(levels - 1)
    let random = RandomGenerator(seed: seed).split("noise between levels")
    noise = (0..<draws).map { draw in
      var random = random.split(UInt64(draw))
      return random.uniform(Shape([1] + flow.exampleShape), in: -half..<half)
    }
  }

  public var exampleShape: Shape { flow.exampleShape }

  /// The average of ln p(x + u), in nats.
  /// - Throws: `ExampleError`, see `Flow.logDensity`.
  public func logDensity(checked x: Tensor) throws -> [Double] {
    var sums = [Double](repeating: 0, count: x.shape[0])
    for u in noise {
      for (row, number) in try flow.logDensity(x + u).enumerated() { sums[row] += number }
    }
    return sums.map { $0 / Double(noise.count) }
  }

  /// Draws of the flow: values between levels, not rounded to them.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    flow.sample(count: count, using: &random)
  }
}

extension DequantizedFlow: Model {
  public static let kind = "dequantized-flow"

  public struct Configuration: Codable, Hashable, Sendable {
    var draws: Int
    var seed: UInt64
  }

  public var configuration: Configuration { Configuration(draws: draws, seed: seed) }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("flow", flow) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let flow = try archive.part("flow", as: Flow.self)
    guard (1...1 << 20).contains(settings.draws), flow.architecture.greyLevels != nil else {
      throw ModelFileError.malformed(
        reason: "\(settings.draws) draws of noise between the grey levels of a flow can't be")
    }
    self.init(flow, draws: settings.draws, seed: settings.seed)
  }
}
