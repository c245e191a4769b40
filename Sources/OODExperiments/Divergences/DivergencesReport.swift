/// What an experiment on divergences found: plain data, as it stands in the JSON file.
public struct DivergencesReport: Codable, Sendable, Hashable {
  public var settings: DivergencesSettings
  public var trainingSet, testSet: String
  public var controls: [String]
  /// For each model of the plane its rows, one a criterion.
  public var toys: [Toy]
  /// Image flows: untrained, and one for each criterion.
  public var images: [ImageRow]

  package init(
    settings: DivergencesSettings, trainingSet: String, testSet: String, controls: [String], toys: [Toy],
    images: [ImageRow]
  ) {
    self.settings = settings
    self.trainingSet = trainingSet
    self.testSet = testSet
    self.controls = controls
    self.toys = toys
    self.images = images
  }

  /// A flow in the plane, misspecified or not, under every criterion.
  public struct Toy: Codable, Sendable, Hashable {
    public var model: String
    /// Sets of foreign points, in the order of `ToyRow.auroc`.
    public var foreign: [String]
    /// AUROC of −ln p, the true density's.
    public var truth: [Double]
    public var rows: [ToyRow]
  }

  public struct ToyRow: Codable, Sendable, Hashable {
    public var name, about: String
    /// KL(data ‖ flow), KL(flow ‖ data) and the Jensen-Shannon divergence in nats, estimated with both densities known.
    public var forward, reverse, jensenShannon: Double
    /// Sliced Wasserstein distance of draws to points of the data.
    public var slicedWasserstein: Double
    /// The smallest share of draws that is nearest to one mode; the data's is 1/3.
    public var rarestMode: Double
    /// Of −ln q, for each foreign set.
    public var auroc: [Double]
    /// Of the training; nil where its model alone was kept of an earlier run.
    public var seconds: Double?
  }

  /// A flow of images.
  public struct ImageRow: Codable, Sendable, Hashable {
    public var name, about: String
    /// Of the test images.
    public var bitsPerDimension: Double
    /// Sliced Wasserstein distance of draws to test images.
    public var slicedWasserstein: Double
    /// For each control set: of −ln q, and of |ln q − its mean over training images|.
    public var likelihood, typicality: [Interval]
    public var parameterCount: Int
    /// Of the training; nil where its model alone was kept of an earlier run.
    public var seconds: Double?

    package init(
      name: String, about: String, bitsPerDimension: Double, slicedWasserstein: Double,
      likelihood: [Interval], typicality: [Interval], parameterCount: Int, seconds: Double?
    ) {
      self.name = name
      self.about = about
      self.bitsPerDimension = bitsPerDimension
      self.slicedWasserstein = slicedWasserstein
      self.likelihood = likelihood
      self.typicality = typicality
      self.parameterCount = parameterCount
      self.seconds = seconds
    }
  }

  /// An AUROC with its 95% interval over the images (E. R. DeLong and others, 1988).
  public struct Interval: Codable, Sendable, Hashable {
    public var auroc, low, high: Double

    package init(
      auroc: Double, low: Double, high: Double
    ) {
      self.auroc = auroc
      self.low = low
      self.high = high
    }
  }

  /// The row of maximum likelihood, which the others are compared with.
  var likelihoodRow: ImageRow? { images.first { $0.name == DivergenceMethod.all[0].name } }

  /// A sentence for each control set: whether another divergence made −ln q a better score than maximum likelihood did, and better than
  /// that of a flow without training. That is what the conjecture asks.
  public var verdicts: [String] {
    guard let plain = likelihoodRow, let untrained = images.first, images.count > 2 else { return [] }
    return controls.indices.map { set in
      let others = images.dropFirst().filter { $0.name != plain.name }
      let best = others.max { $0.likelihood[set].auroc < $1.likelihood[set].auroc }!
      let (a, b, fresh) = (
        plain.likelihood[set], best.likelihood[set], untrained.likelihood[set]
      )
      func number(_ value: Double) -> String {
        let digits = "\(Int((value * 1000).rounded()))"
        return value >= 0.9995
          ? "1.000" : "0." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      }
      let found =
        "maximum likelihood has the AUROC \(number(a.auroc)) on \(controls[set]), the best of the others, \(best.name), "
        + "\(number(b.auroc)), and the flow without training \(number(fresh.auroc))"
      if b.low > a.high, b.low > fresh.high, b.low > 0.5 {
        return "The conjecture is confirmed here: \(found)."
      }
      if b.low > a.high {
        return
          "The conjecture is not confirmed here, for a flow that learned nothing does as well, or all are at chance: \(found)."
      }
      // What has learned nothing says nothing of any divergence.
      if a.low <= fresh.high, fresh.low <= a.high {
        return
          "The question stays open here, for maximum likelihood does as a flow without training: \(found)."
      }
      return "The conjecture is refuted here: \(found)."
    }
  }
}
