import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train a small autoencoder on drawn digits and ask it about symbols; no download.",
    discussion: """
      Prints the shares of digits (IRR) and symbols (ORR) that the model can reconstruct, beside those of the untrained network, \
      and draws a page: digits, their reconstructions, symbols, their reconstructions, and images generated from noise.
      """)

  @Option(help: "Decides the data, the network's first weights and the order of training.")
  var seed: UInt64 = 0

  @Option(help: "Where the page goes.")
  var out = "."

  func run() async throws {
    let demonstration = Demonstration(seed: seed)
    var line = TrainingLine()
    let result = try demonstration.run { line.show($0) }
    Console.endProgress()
    var table = TextTable(["model", "theta", "IRR", "ORR", "delta", "AUROC"], rightAligned: [1, 2, 3, 4, 5])
    for (name, measures) in [("trained", result.trained), ("untrained", result.untrained)] {
      let rates = measures.rates
      table.add([
        name, "\(rates.threshold.rounded(digits: 1))", percent(rates.inClass.estimate),
        percent(rates.controls[0].outOfClass.estimate), percent(rates.meanDelta.estimate),
        "\(measures.auroc.rounded(digits: 3))",
      ])
    }
    let path = out + "/ood-demo.png"
    try PNG.write(result.page, to: path)
    table.lines.forEach(Console.result)
    Console.result(
      "Generated from noise: \(result.generated.images.shape[0]) images, \(percent(result.generated.convergedShare)) of "
        + "them converged to fixed points.")
    Console.result("Digits, reconstructions, symbols, reconstructions and generated images: \(path)")
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }
}
