/// Why an energy model was not made, or a chain of it not run.
public enum EnergyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A network that gives something else than one number an example.
  case notScalar(found: Shape)
  /// A network that gives neither one number an example nor something of the example's shape.
  case noVectorField(found: Shape, expected: Shape)
  case invalidSetting(name: String, value: String, expected: String)
  /// A chain of Markov-chain Monte Carlo ran away. Chains are counted from 0, steps from 1.
  case chainExploded(step: Int, chain: Int)
  /// Energies of different examples can't be added.
  case exampleShapesDiffer(Shape, Shape)
  case noMembers
  /// Every path of annealed importance sampling has the weight 0.
  case noWeight

  public var description: String {
    switch self {
    case .notScalar(let found):
      """
      An energy is one number an example, and this network gives examples of shape \(found); let its last layer have one unit.
      """
    case .noVectorField(let found, let expected):
      """
      A score network gives one number an example (its energy) or something of the example's shape \(expected), and this one gives \
      \(found).
      """
    case .invalidSetting(let name, let value, let expected):
      "The \(name) must be \(expected), and it is \(value)."
    case .chainExploded(let step, let chain):
      """
      Chain \(chain) (counted from 0) ran away at step \(step): its position or the slope there is not finite, or beyond all examples. \
      Take smaller steps, clip the slope, or keep the chain in a range.
      """
    case .exampleShapesDiffer(let first, let second):
      "Energies of examples of the shapes \(first) and \(second) can't be added; all members take the same examples."
    case .noMembers: "A sum of energies needs at least one."
    case .noWeight:
      """
      All paths from the base to the model have the weight 0; take a base that covers the model, more temperatures, or smaller steps.
      """
    }
  }

  /// Throws `invalidSetting` unless the condition holds.
  static func require(
    _ condition: Bool, _ name: String, _ value: some Any, _ expected: String
  ) throws(EnergyError) {
    guard condition else { throw .invalidSetting(name: name, value: "\(value)", expected: expected) }
  }
}
