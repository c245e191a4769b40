import ArgumentParser
import GenModels

/// How a flow is sampled.
struct SamplingOptions: ParsableArguments {
  @Option(
    help:
      "Flows: a factor on the base distribution's deviations; below 1 samples keep to where the density is high. Energies: T in exp(-E / T), above 0."
  )
  var temperature: Double?
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Flows and joint energies with classes: the class of all samples; drawn unless given.",
      valueName: "number"))
  var label: Int?

  func validate() throws {
    guard temperature.map({ $0 >= 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--temperature must be a finite number of 0 or more.")
    }
  }

  /// The class of each sample, where one is asked for.
  /// - Throws: `Failure` when the flow has no such class.
  func labels(count: Int, of flow: Flow, in file: String) throws -> Indexes? {
    try labels(count: count, classes: flow.architecture.classCount, in: file, "flow")
  }

  /// The class of each sample, where one is asked for.
  /// - Throws: `Failure` when the model has no such class.
  func labels(
    count: Int, classes: Int?, in file: String, _ what: String = "model"
  ) throws -> Indexes? {
    guard let label else { return nil }
    guard let classes else { throw Failure("\(file) holds a \(what) without classes: leave out --class.") }
    guard (0..<classes).contains(label) else {
      throw Failure("\(file) holds a \(what) with the classes 0 to \(classes - 1), and --class is \(label).")
    }
    return Indexes(Array(repeating: label, count: count))
  }

  /// - Throws: `Failure` where a temperature is given.
  func refuseTemperature(for kind: String, in file: String) throws {
    guard temperature == nil else {
      throw Failure("\(file) holds a \(kind), which has no --temperature: that is for flows.")
    }
  }

  /// - Throws: `Failure` where an option is given.
  func refuse(for kind: String, in file: String) throws {
    guard temperature == nil, label == nil else {
      throw Failure(
        "\(file) holds a \(kind), which has no --temperature and no --class: those are for flows.")
    }
  }

  /// - Throws: `ValidationError` where an option is given beside another way to sample.
  func refuse(for option: String) throws {
    guard temperature == nil, label == nil else {
      throw ValidationError("\(option) draws by its own law: leave out --temperature and --class.")
    }
  }
}
