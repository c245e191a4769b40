/// Why a density experiment can't run.
public enum DensityExperimentError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidSettings(String)
  /// A family or a toy that there is not.
  case unknown(String, known: [String])

  public var description: String {
    switch self {
    case .invalidSettings(let problem): "The experiment can't run: \(problem)."
    case .unknown(let name, let known):
      "There is no \(name) here; there are \(known.joined(separator: "; "))."
    }
  }
}
