import GenModels

/// The density that a likelihood experiment learns: a name, and what makes a fresh network of it for images of a shape. Everything else,
/// training, keeping, scoring and the page, asks the network for what it can do.
///
/// ```swift
/// let wide = LikelihoodFamily("wide-made", title: "A wide MADE") { settings, shape, seed in
///   MADE(.init(exampleShape: shape, hidden: [2000]), seed: seed)
/// }
/// ```
public struct LikelihoodFamily: RawRepresentable, Sendable {
  /// As on the command line and in reports.
  public let rawValue: String
  /// For people.
  public let title: String
  /// Makes a network for images [height, width, channels] from a seed; nil for the Gaussian mixture, which is fitted without one.
  let network: (@Sendable (LikelihoodSettings, [Int], UInt64) throws -> any TrainableDensity)?

  public init(
    _ name: String, title: String,
    network: @escaping @Sendable (LikelihoodSettings, [Int], UInt64) throws -> any TrainableDensity
  ) {
    self.init(rawValue: name, title: title, network: network)
  }

  private init(
    rawValue: String, title: String,
    network: (@Sendable (LikelihoodSettings, [Int], UInt64) throws -> any TrainableDensity)?
  ) {
    self.rawValue = rawValue
    self.title = title
    self.network = network
  }

  /// The family of that name among `allCases`.
  public init?(rawValue: String) {
    guard let family = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = family
  }
}

extension LikelihoodFamily: CaseIterable {
  public static let allCases: [LikelihoodFamily] = [
    .realNVP, .glow, .mixture, .made, .pixelCNN, .pixelCNNPlusPlus, .vae, .iwae,
  ]

  /// Real NVP on images (L. Dinh, J. Sohl-Dickstein and S. Bengio, 2017).
  public static let realNVP = LikelihoodFamily("realnvp", title: "Real NVP") { settings, shape, seed in
    try Flow(
      validating: .realNVP(images: shape, couplings: settings.steps, hiddenChannels: settings.hiddenChannels),
      seed: seed)
  }

  /// Glow on images (D. P. Kingma and P. Dhariwal, 2018).
  public static let glow = LikelihoodFamily("glow", title: "Glow") { settings, shape, seed in
    try Flow(
      validating: .glow(images: shape, steps: settings.steps, hiddenChannels: settings.hiddenChannels),
      seed: seed)
  }

  /// A Gaussian mixture on pixels.
  public static let mixture = LikelihoodFamily(
    rawValue: "gaussian-mixture", title: "Gaussian mixture", network: nil)

  /// Numbers of the mixtures over grey levels that autoregressive models say a pixel by.
  private static let levels = ObservationModel.discretizedLogistic(mixtures: 5, levels: 256)

  /// MADE with 16 hidden units for each hidden channel (M. Germain and others, 2015).
  public static let made = LikelihoodFamily("made", title: "MADE") { settings, shape, seed in
    try MADE.validating(
      .init(exampleShape: shape, hidden: [16 * settings.hiddenChannels], observation: levels), seed: seed)
  }

  /// The gated PixelCNN (A. van den Oord and others, 2016).
  public static let pixelCNN = LikelihoodFamily("pixelcnn", title: "Gated PixelCNN") {
    settings, shape, seed in
    try PixelCNN.validating(
      .init(
        exampleShape: shape, channels: settings.hiddenChannels, layers: settings.steps, observation: levels),
      seed: seed)
  }

  /// PixelCNN++ (T. Salimans and others, 2017), halved twice where the sides allow it.
  public static let pixelCNNPlusPlus = LikelihoodFamily("pixelcnn++", title: "PixelCNN++") {
    settings, shape, seed in
    let halvings = [2, 1, 0].first { shape[0] % (1 << $0) == 0 && shape[1] % (1 << $0) == 0 }!
    return try PixelCNNPlusPlus.validating(
      .init(
        exampleShape: shape, channels: settings.hiddenChannels, layers: max(1, settings.steps / 2),
        halvings: halvings, dropout: 0, observation: levels), seed: seed)
  }

  /// A variational autoencoder with 8 hidden units for each hidden channel and as many latent numbers as channels.
  public static let vae = LikelihoodFamily("vae", title: "Variational autoencoder") { settings, shape, seed in
    try autoencoder(settings, shape, seed, VariationalObjective())
  }

  /// The same on the importance-weighted bound of ten samples.
  public static let iwae = LikelihoodFamily("iwae", title: "Importance-weighted autoencoder") {
    settings, shape, seed in
    try autoencoder(settings, shape, seed, VariationalObjective(samples: 10))
  }

  private static func autoencoder(
    _ settings: LikelihoodSettings, _ shape: [Int], _ seed: UInt64, _ objective: VariationalObjective
  ) throws -> VariationalAutoencoder {
    let units = 8 * settings.hiddenChannels
    return try VariationalAutoencoder.validating(
      .dense(
        exampleShape: shape, hidden: [units, units], latent: settings.hiddenChannels,
        observation: .discretizedLogistic(mixtures: 1, levels: 256), objective: objective), seed: seed)
  }
}

extension LikelihoodFamily: Hashable, Codable {
  public static func == (a: LikelihoodFamily, b: LikelihoodFamily) -> Bool { a.rawValue == b.rawValue }

  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let family = Self(rawValue: name) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "there is no family of models \(name)"))
    }
    self = family
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
