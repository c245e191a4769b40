import ArgumentParser
import OODExperiments

/// How an autoencoder is applied to noise. Options are nil where they are not given, so that they can be refused elsewhere.
struct FixedPointOptions: ParsableArguments {
  @Option(help: "Autoencoders: the most applications of the model, 100 unless given.") var iterations: Int?
  @Option(
    help: "Autoencoders: the change in L1 below which an image counts as a fixed point, 1 unless given.")
  var tolerance: Double?
  @Flag(help: "Autoencoders: draw each image's way instead, a row an image, from noise to the end.")
  var trajectory = false

  var mostIterations: Int { iterations ?? 100 }

  func validate() throws {
    guard mostIterations >= 1, tolerance ?? 0 >= 0 else {
      throw ValidationError("--iterations must be 1 or more and --tolerance 0 or more.")
    }
  }

  func generation(count: Int) -> FixedPointGeneration {
    FixedPointGeneration(
      iterations: mostIterations, tolerance: tolerance ?? 1, trajectoryCount: trajectory ? count : 0)
  }

  /// The steps that a picture of trajectories shows.
  var steps: [Int] {
    [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500].filter { $0 < mostIterations } + [mostIterations]
  }

  /// - Throws: `Failure` where an option is given.
  func refuse(for kind: String, in file: String) throws {
    guard iterations == nil, tolerance == nil, !trajectory else {
      throw Failure(
        "\(file) holds a \(kind), which is sampled at once: leave out --iterations, --tolerance and --trajectory."
      )
    }
  }
}
