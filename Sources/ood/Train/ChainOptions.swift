import ArgumentParser
import GenModels

/// How chains of Langevin dynamics are run: what `ood train energy`, `ood train joint-energy` and `ood generate` have in common. Nil is
/// the model's own.
struct ChainOptions: ParsableArguments {
  @Option(help: "Energies: steps of Langevin dynamics [60 for images, 40 else; 20 of joint-energy].")
  var steps: Int?
  @Option(help: "Energies: size of such a step [10 for images, 0.05 else].") var stepSize: Double?
  @Option(
    help:
      "Energies: deviation of the noise of a step [0.005 for images, else the root of twice the step's size]."
  )
  var noise: Double?
  @Option(help: "Energies: bound of each number of the slope; 0 for none [0.01 for images, none else].")
  var slopeBound: Double?

  var isGiven: Bool { steps != nil || stepSize != nil || noise != nil || slopeBound != nil }

  func validate() throws {
    try requireOption("--steps", steps, in: 0...1 << 24)
    for (name, value, isPositive) in [
      ("--step-size", stepSize, true), ("--noise", noise, false), ("--slope-bound", slopeBound, false),
    ] {
      guard let value else { continue }
      guard value.isFinite, Float(value).isFinite, isPositive ? Float(value) > 0 : value >= 0 else {
        throw ValidationError(
          "\(name) must be a number \(isPositive ? "above 0" : "of 0 or more"), and it is \(value).")
      }
    }
  }

  /// These options in the place of a model's own.
  func dynamics(_ own: LangevinDynamics) -> LangevinDynamics {
    var dynamics = own
    if let steps { dynamics.steps = steps }
    if let stepSize {
      // Noise that belongs to the step keeps belonging to it.
      if own.noise == (2 * own.stepSize).squareRoot() { dynamics.noise = Float(2 * stepSize).squareRoot() }
      dynamics.stepSize = Float(stepSize)
    }
    if let noise { dynamics.noise = Float(noise) }
    if let slopeBound { dynamics.slopeBound = slopeBound > 0 ? Float(slopeBound) : nil }
    return dynamics
  }

  /// - Throws: `Failure` where an option is given.
  func refuse(for kind: String, in file: String) throws {
    guard !isGiven else {
      throw Failure(
        "\(file) holds a \(kind), which runs no chains: leave out --steps, --step-size, --noise and --slope-bound."
      )
    }
  }
}
