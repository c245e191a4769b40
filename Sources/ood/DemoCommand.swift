import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train small autoencoders on drawn digits and ask them about symbols; no download.",
    discussion: """
      Prints the shares of digits (IRR) and symbols (ORR) that each model can reconstruct, beside those of an untrained \
      network, generates images from noise, and writes a page with all of it to OUT/ood-demo-SEED. What an earlier run \
      left there is used.
      """)

  @Option(help: "Decides the data, the networks' first weights and the order of training.")
  var seed: UInt64 = 0
  @Option(help: ArgumentHelp("Where the demo's directory goes.", valueName: "dir")) var out = "."
  @Option(help: "Threads; all cores unless given. Results do not depend on it.") var threads: Int?

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads must be 1 or more, and it is \(threads).")
    }
  }

  func run() async throws {
    let demonstration = Demonstration(seed: seed)
    let directory = "\(out)/ood-demo-\(seed)"
    try OutputPlace.requireWritable(folder: directory)
    Interruption.isSaved(
      "What is finished, and the checkpoints, are in \(directory). Go on with:\n  \(Interruption.command())")
    let line = SweepLine(try demonstration.sweep(in: directory))
    let result = try await Parallelism.withThreads(threads ?? Parallelism.threads) {
      try await demonstration.run(in: directory) { line.show($0) }
    }
    Console.endProgress()
    var table = TextTable(
      ["layers", "bottleneck", "epochs", "IRR", "ORR", "delta", "AUROC", "objectness", "fixed points"],
      rightAligned: Set(0...8))
    for record in result.records {
      let point = record.configuration
      table.add([
        "\(point.layers)", "\(point.bottleneck)", point.epochs == 0 ? "untrained" : "\(point.epochs)",
        percent(record.irr.estimate), percent(record.orr[0].estimate), percent(record.delta[0].estimate),
        "\(record.auroc[0].rounded(digits: 3))",
        record.objectness.map { "\($0.rounded(digits: 2))" } ?? "", percent(record.converged.estimate),
      ])
    }
    table.lines.forEach(Console.result)
    let best = result.records[0]
    Console.result(
      "IRR and ORR: drawn digits and drawn symbols with a reconstruction error below \(best.theta). Fixed points: of "
        + "\(best.converged.trials) images generated from noise.")
    Console.result("The page, with the images: \(result.page)")
  }

  private func percent(_ share: Double) -> String { "\((share * 100).rounded(digits: 1))%" }
}
