extension Flow {
  /// What a flow is made of.
  public struct Architecture: Sendable, Hashable, Codable {
    /// The shape of one example: `[features]` or `[height, width, channels]`.
    public var exampleShape: [Int]
    /// From data to noise.
    public var bijections: [BijectionSpecification]
    public var base: BaseSpecification
    /// Number of classes that densities and draws can be conditional on; nil for a flow without.
    public var classCount: Int?
    /// Number K of grey levels k / (K − 1) that pixels have. Training adds noise uniform on ±1/2 level to them (B. Uria, I. Murray
    /// and H. Larochelle, 2013), so that a density exists; nil where examples are continuous already.
    public var greyLevels: Int?

    public init(
      exampleShape: [Int], bijections: [BijectionSpecification], base: BaseSpecification = .standardNormal,
      classCount: Int? = nil, greyLevels: Int? = nil
    ) {
      self.exampleShape = exampleShape
      self.bijections = bijections
      self.base = base
      self.classCount = classCount
      self.greyLevels = greyLevels
    }

    private enum CodingKeys: String, CodingKey {
      case exampleShape = "inputShape"
      case bijections, base, classCount, greyLevels
    }
  }
}

extension Flow.Architecture {
  /// Real NVP on vectors: affine couplings of alternating halves (L. Dinh, J. Sohl-Dickstein and S. Bengio, 2017), after
  /// standardization of the features.
  public static func realNVP(
    features: Int, couplings: Int = 8, hidden: [Int] = [64, 64], clamp: Float = 2, classCount: Int? = nil,
    standardizes: Bool = true
  ) -> Flow.Architecture {
    Flow.Architecture(
      exampleShape: [features],
      bijections: (standardizes ? [.standardization] : [])
        + alternatingCouplings(.affine(clamp: clamp), couplings, hidden), classCount: classCount)
  }

  /// A neural spline flow on vectors: rational-quadratic spline couplings of alternating halves with a trained linear map
  /// (permutation, triangle, triangle) before each (C. Durkan et al., 2019, section 4.2).
  public static func splineFlow(
    features: Int, couplings: Int = 6, hidden: [Int] = [64, 64], bins: Int = 8, bound: Float = 5,
    classCount: Int? = nil, standardizes: Bool = true
  ) -> Flow.Architecture {
    let steps = (0..<couplings).flatMap { number -> [BijectionSpecification] in
      [
        .linear,
        .coupling(
          .spline(bins: bins, bound: bound), hidden: hidden, changes: number % 2 == 0 ? .second : .first),
      ]
    }
    return Flow.Architecture(
      exampleShape: [features], bijections: (standardizes ? [.standardization] : []) + steps,
      classCount: classCount)
  }

  /// Glow on vectors: steps of ActNorm, a trained linear map and an affine coupling (D. P. Kingma and P. Dhariwal, 2018).
  public static func glow(
    features: Int, steps: Int = 8, hidden: [Int] = [64, 64], clamp: Float = 2, classCount: Int? = nil,
    standardizes: Bool = true
  ) -> Flow.Architecture {
    Flow.Architecture(
      exampleShape: [features],
      bijections: (standardizes ? [.standardization] : []) + glowSteps(steps, hidden, clamp),
      classCount: classCount)
  }

  /// The masked autoregressive flow: MADE layers with the order of features reversed after each (G. Papamakarios, T. Pavlakou and
  /// I. Murray, 2017). Density in one pass a layer, sampling in as many as there are features.
  public static func maskedAutoregressive(
    features: Int, layers: Int = 5, hidden: [Int] = [64, 64], transform: CouplingTransform = .affine(),
    classCount: Int? = nil, standardizes: Bool = true
  ) -> Flow.Architecture {
    let steps = (0..<layers).flatMap { number -> [BijectionSpecification] in
      [.autoregressive(transform, hidden: hidden)] + (number + 1 < layers ? [.reversal] : [])
    }
    return Flow.Architecture(
      exampleShape: [features], bijections: (standardizes ? [.standardization] : []) + steps,
      classCount: classCount)
  }

  /// The inverse autoregressive flow (D. P. Kingma et al., 2016): the masked one turned round. Sampling takes one pass a layer, a
  /// density as many as there are features.
  public static func inverseAutoregressive(
    features: Int, layers: Int = 5, hidden: [Int] = [64, 64], transform: CouplingTransform = .affine(),
    classCount: Int? = nil, standardizes: Bool = true
  ) -> Flow.Architecture {
    var architecture = maskedAutoregressive(
      features: features, layers: layers, hidden: hidden, transform: transform, classCount: classCount,
      standardizes: standardizes)
    architecture.bijections = architecture.bijections.map { step in
      step.description is MaskedAutoregressive.Description ? .inverse(step) : step
    }
    return architecture
  }

  /// Glow on images with pixels in 0...1 (D. P. Kingma and P. Dhariwal, 2018): `levels` times squeeze, `steps` steps of ActNorm,
  /// invertible 1 × 1 convolution and coupling, and split. Height and width are multiples of 2^levels.
  ///
  /// - Parameters:
  ///   - shape: Height, width and channels of an image.
  ///   - levels: Times that squeeze, steps and split follow each other.
  ///   - steps: Steps of flow in a level.
  ///   - hiddenChannels: Channels of the couplings' networks.
  ///   - clamp: The bound of the couplings' log-scales.
  ///   - classCount: Classes of a class-conditional flow.
  ///   - greyLevels: See `Flow.Architecture.greyLevels`.
  ///   - alpha: The margin of the logit that pixels go through first.
  public static func glow(
    images shape: [Int], levels: Int = 2, steps: Int = 8, hiddenChannels: Int = 64, clamp: Float = 2,
    classCount: Int? = nil, greyLevels: Int? = 256, alpha: Float = 0.05
  ) -> Flow.Architecture {
    let body = (0..<levels).flatMap { level -> [BijectionSpecification] in
      [.squeeze()] + glowSteps(steps, [hiddenChannels, hiddenChannels], clamp)
        + (level + 1 < levels ? [.split] : [])
    }
    return Flow.Architecture(
      exampleShape: shape, bijections: .pixels(greyLevels: greyLevels, alpha: alpha) + body,
      classCount: classCount,
      greyLevels: greyLevels)
  }

  /// Real NVP on images with pixels in 0...1: at each of `levels` scales couplings over the two colours of a checkerboard, then over
  /// channels, and a split (L. Dinh, J. Sohl-Dickstein and S. Bengio, 2017, sections 3.4 to 3.6, with ActNorm in the place of batch
  /// normalization). The couplings over a checkerboard work on the squeezed image, whose halves are the two colours.
  /// Height and width are multiples of 2^levels.
  public static func realNVP(
    images shape: [Int], levels: Int = 2, couplings: Int = 4, hiddenChannels: Int = 64, clamp: Float = 2,
    classCount: Int? = nil, greyLevels: Int? = 256, alpha: Float = 0.05
  ) -> Flow.Architecture {
    let hidden = [hiddenChannels, hiddenChannels]
    var channels = shape.last ?? 1
    let body = (0..<levels).flatMap { level -> [BijectionSpecification] in
      // A checkerboard's squeeze gives the pixels (0, 0), (1, 1), (0, 1), (1, 0) of each square: their rows in turn are the halves
      // of couplings over channels.
      let squares = (0..<4).map { [0, 2, 3, 1][$0] }
      let order = squares.flatMap { square in (0..<channels).map { square * channels + $0 } }
      channels = level + 1 < levels ? 2 * channels : 4 * channels
      return [.squeeze(checkerboard: true)]
        + alternatingCouplings(.affine(clamp: clamp), couplings, hidden, normalizes: true)
        + [.permutation(order)]
        + alternatingCouplings(.affine(clamp: clamp), couplings, hidden, normalizes: true)
        + (level + 1 < levels ? [.split] : [])
    }
    return Flow.Architecture(
      exampleShape: shape, bijections: .pixels(greyLevels: greyLevels, alpha: alpha) + body,
      classCount: classCount,
      greyLevels: greyLevels)
  }

  private static func alternatingCouplings(
    _ transform: CouplingTransform, _ count: Int, _ hidden: [Int], normalizes: Bool = false
  ) -> [BijectionSpecification] {
    (0..<count).flatMap { number -> [BijectionSpecification] in
      (normalizes ? [.activationNormalization] : [])
        + [.coupling(transform, hidden: hidden, changes: number % 2 == 0 ? .second : .first)]
    }
  }

  private static func glowSteps(_ count: Int, _ hidden: [Int], _ clamp: Float) -> [BijectionSpecification] {
    (0..<count).flatMap { _ -> [BijectionSpecification] in
      [.activationNormalization, .linear, .coupling(.affine(clamp: clamp), hidden: hidden)]
    }
  }
}

extension [BijectionSpecification] {
  /// From pixels to the real line: level k = x (K − 1) becomes (k + 1/2) / K, which noise of ±1/2 level keeps inside 0...1, then
  /// the logit.
  static func pixels(greyLevels: Int?, alpha: Float) -> [BijectionSpecification] {
    let middle = greyLevels.map { levels -> BijectionSpecification in
      let count = Float(levels)
      return .rescaling(scale: (count - 1) / count, shift: 0.5 / count)
    }
    return (middle.map { [$0] } ?? []) + [.logit(alpha: alpha)]
  }
}
