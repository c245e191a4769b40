import GenModels

/// The likelihood regret of Z. Xiao, Q. Yan and Y. Amit (2020, "Likelihood regret: an out-of-distribution detection score for variational
/// auto-encoder"): how many nats an example's bound gains when its own posterior is fitted to it,
///
///     score(x) = max over q of ELBO(x; q) − ELBO(x; q(z|x)),
///
/// from where the encoder puts it. The encoder is nearly best for what it was trained on, and far from it for other examples, whatever
/// their likelihood. Here the numbers of q move, not the encoder's weights. Cost: `steps` passes of the decoder with gradients.
public struct LikelihoodRegret: OODScorer {
  public let model: VariationalAutoencoder
  public let settings: Settings

  public struct Settings: Codable, Hashable, Sendable {
    /// Steps of Adam, and their size.
    public var steps = 50
    public var learningRate: Float = 0.05
    /// Draws that the bound is taken over.
    public var samples = 8
    /// Decides the draws.
    public var seed: UInt64 = 0

    public init() {}

    /// The error that says what is wrong, nil when nothing is.
    var problem: LikelihoodError? {
      (1...100_000).contains(steps) && (1...100_000).contains(samples) && learningRate > 0
        && learningRate.isFinite
        ? nil
        : .invalidSetting(
          name: "steps, samples or learning rate", value: "\(steps), \(samples), \(learningRate)",
          expected: "from 1 to 100000, and above 0")
    }
  }

  /// - Throws: `LikelihoodError.invalidSetting` for steps, samples or a rate that can't be, and for a model of two stochastic layers.
  public init(_ model: VariationalAutoencoder, settings: Settings = Settings()) throws(LikelihoodError) {
    if let problem = settings.problem { throw problem }
    guard model.configuration.upper == nil else {
      throw .invalidSetting(
        name: "number of stochastic layers", value: "2", expected: "1: the regret moves one posterior")
    }
    self.model = model
    self.settings = settings
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try model.check(x) }

  /// The regret of each example, in nats.
  public func score(checked x: Tensor) throws -> [Double] {
    try model.likelihoodRegret(
      x, steps: settings.steps, learningRate: settings.learningRate, samples: settings.samples,
      seed: settings.seed)
  }
}

extension LikelihoodRegret: Model {
  public static let kind = "likelihood-regret"

  public var configuration: Settings { settings }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws {
    try self.init(
      archive.part("model", as: VariationalAutoencoder.self),
      settings: archive.configuration(as: Settings.self))
  }
}
