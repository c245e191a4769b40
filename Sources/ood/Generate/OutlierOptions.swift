import ArgumentParser
import GenModels

/// Outliers instead of usual samples: from where in a flow's base, or of which coefficients in archetypes.
struct OutlierOptions: ParsableArguments {
  /// How outliers are made.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case temperature, deviations, gumbel, shell, dirichlet, nullspace

    var isOfArchetypes: Bool { self == .dirichlet || self == .nullspace }
  }

  @Option(
    name: .customLong("outliers"),
    help: ArgumentHelp(
      """
      Flows: outliers at a radius of the base: temperature (p times a usual draw), deviations (p standard deviations beyond the \
      mean radius), gumbel (p times the largest of --largest-of draws), shell (between --from and p deviations). Archetypal flows \
      also: dirichlet (coefficients at p times their distance from the middle), nullspace (that, with what coefficients don't see \
      drawn anew).
      """, valueName: "kind"))
  var kind: Kind?
  @Option(name: .customLong("p"), help: "Outliers: how far out; see --outliers [2.5].") var p: Double?
  @Option(help: "Outliers by gumbel: of how many draws the largest is taken [60000].") var largestOf: Int?
  @Option(help: "Outliers in a shell: its inner end, in standard deviations [0].") var from: Double?
  @Option(help: "Outliers by dirichlet and nullspace: below 1 coefficients lie near the archetypes [0.7].")
  var concentration: Double?

  func validate() throws {
    let given: [(String, Bool, [Kind])] = [
      ("--p", p != nil, Kind.allCases), ("--largest-of", largestOf != nil, [.gumbel]),
      ("--from", from != nil, [.shell]), ("--concentration", concentration != nil, [.dirichlet, .nullspace]),
    ]
    for (name, isGiven, kinds) in given where isGiven {
      guard let kind, kinds.contains(kind) else {
        throw ValidationError(
          "\(name) is for --outliers \(kinds.map(\.rawValue).joined(separator: ", ")).")
      }
    }
  }

  /// The outliers that are asked for, of a model that makes them; nil where none are.
  /// - Throws: `Failure` when the model makes no such outliers.
  func generator(of model: any Model, kind name: String, in file: String) throws -> (any OutlierGenerator)? {
    guard let kind else { return nil }
    if kind.isOfArchetypes {
      guard let model = model as? ArchetypalFlow else {
        throw Failure(
          "\(file) holds a \(name), which has no archetypes: --outliers \(kind.rawValue) is for archetypal flows."
        )
      }
      let law = CoefficientLaw(concentration: concentration ?? 0.7, extrapolation: p ?? 2.5)
      return ArchetypalOutliers(model, law: law, nullspace: kind == .nullspace)
    }
    guard let flow = model as? Flow ?? (model as? ArchetypalFlow)?.flow ?? (model as? DequantizedFlow)?.flow
    else {
      throw Failure("\(file) holds a \(name), and --outliers \(kind.rawValue) is for flows.")
    }
    return FlowOutliers(flow, radius: radius(kind))
  }

  private func radius(_ kind: Kind) -> RadiusLaw {
    let p = p ?? 2.5
    return switch kind {
    case .temperature: .temperature(p)
    case .gumbel: .gumbel(p, count: largestOf ?? 60_000)
    case .shell: .shell(from: from ?? 0, to: p)
    default: .deviations(p)
    }
  }
}
