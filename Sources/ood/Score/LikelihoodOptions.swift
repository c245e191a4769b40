import ArgumentParser
import OODDatasets

/// Scores of density models, by their names on the command line.
enum LikelihoodScorerName: String, CaseIterable, ExpressibleByArgument {
  case logDensity = "log-density"
  case typicality, complexity, ratio, waic
  case gradientNorm = "gradient-norm"
  case batchNorm = "batch-norm"

  /// The options that the score takes, by their names on the command line without dashes.
  var options: [String] {
    switch self {
    case .gradientNorm: []
    case .logDensity: ["noise-draws"]
    case .typicality: ["reference", "noise-draws"]
    case .complexity: ["compressor", "noise-draws"]
    case .ratio: ["background", "noise-draws"]
    case .waic: ["member", "noise-draws"]
    case .batchNorm: ["reference", "companions"]
    }
  }
}

/// Options of `ood score` and `ood evaluate` for density models.
struct LikelihoodOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training examples: for the entropy of typicality, or beside each example of batch-norm.",
      valueName: "spec"))
  var reference: String?
  @Option(help: "deflate, png, lzma or smallest: the compressor of complexity [smallest].")
  var compressor: Compressor?
  @Option(help: ArgumentHelp("The background model of ratio: another saved model.", valueName: "file"))
  var background: String?
  @Option(
    help: ArgumentHelp(
      "Another member of the ensemble of waic or ensemble-disagreement: a saved model; may be repeated.",
      valueName: "file"))
  var member: [String] = []
  @Option(help: "Reference examples beside each example of batch-norm [15].") var companions: Int?
  @Option(
    help: """
      Draws of noise between grey levels that a flow of images averages ln p over, but for gradient-norm and batch-norm; 0 to \
      ask at the levels [1].
      """)
  var noiseDraws: Int?

  /// A compressor, or the best of all for each image.
  enum Compressor: String, CaseIterable, ExpressibleByArgument {
    case deflate, png, lzma, smallest
  }

  /// Names of the options that were given, as on the command line without dashes.
  private var given: [String] {
    let options: [(String, Bool)] = [
      ("reference", reference != nil), ("compressor", compressor != nil), ("background", background != nil),
      ("member", !member.isEmpty), ("companions", companions != nil),
      ("noise-draws", noiseDraws != nil),
    ]
    return options.filter(\.1).map(\.0)
  }

  /// Refuses options that go with another score, and scores without what they need.
  func validate(for scorer: LikelihoodScorerName) throws {
    try refuseOptions(but: scorer.options, of: "The score \(scorer.rawValue)")
    switch scorer {
    case .typicality, .batchNorm:
      guard reference != nil else {
        throw ValidationError(
          "The score \(scorer.rawValue) compares with training examples: give --reference.")
      }
    case .ratio:
      guard background != nil else {
        throw ValidationError("The score ratio compares with a background model: give --background.")
      }
    case .waic:
      guard !member.isEmpty else {
        throw ValidationError("The score waic is one of an ensemble: give at least one --member.")
      }
    case .logDensity, .complexity, .gradientNorm: break
    }
    if let noiseDraws, noiseDraws < 0 {
      throw ValidationError("There are at least 0 draws of noise, and --noise-draws is \(noiseDraws).")
    }
    if let companions, companions < 1 {
      throw ValidationError("There is at least 1 example beside each, and --companions is \(companions).")
    }
  }

  /// Refuses the options of density models that were given, but for some.
  func refuseOptions(but allowed: [String] = [], of what: String) throws {
    for option in given where !allowed.contains(option) {
      throw ValidationError("\(what) has no option --\(option).")
    }
  }
}
