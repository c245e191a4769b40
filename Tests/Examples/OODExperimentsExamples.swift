import GenModels
import OODDatasets
import OODExperiments

// MARK: Demonstration

private func demonstrationExample() async throws {
  let result = try await Demonstration().run(in: "demo")
  result.records
  result.page
}

// MARK: Likelihood

private func likelihoodExperimentExample() throws {
  let experiment = try LikelihoodExperiment(
    training: Dataset("fashion-mnist:train"), test: Dataset("fashion-mnist:test"),
    others: [Dataset("mnist:test")])
  let result = try experiment.run()
  result.report.scores.first { $0.name == "log-density" }!.comparisons[0].auroc
  try OutputPlace.write(result.page.html.utf8, to: "likelihood.html")
}

// MARK: Report

private func sweepPageExample() throws {
  let page = try SweepPage(directory: "results")
  try page.write(to: "results/index.html")
}

// MARK: SpuriousModes

private func fixedPointGenerationExample(model: ConvolutionalAutoencoder) throws {
  let generation = FixedPointGeneration(iterations: 100, tolerance: 1)
  let points = try generation.generate(count: 1000, imageShape: [28, 28, 1], from: model, seed: 0)
  points.images
  points.convergedShare
}

private func modelMeasurementExample(data: SweepData, model: ConvolutionalAutoencoder, point: SweepPoint)
  throws
{
  let measurement = try ModelMeasurement(settings: .init(), data: data, digits: nil, symbols: nil)
  let (record, panel) = try measurement.measure(model, as: point, loss: 0.004, epochsDone: 10)
}

private func sweepExample(mnist: Dataset, held: Dataset, symbols: Dataset) async throws {
  let data = try SweepData(training: mnist, test: held, controls: [symbols])
  try await Sweep(.quick(), data: data, directory: "sweep").run(resumes: false)
  try SweepDirectory("sweep").records()
}

private func sweepFindingsExample() throws {
  let records = try SweepDirectory("sweep").records()
  for findings in SweepFindings.all(records) {
    print(findings.control, findings.irrOrrCorrelation ?? .nan, findings.best.delta)
  }
}

private func sweepGridExample() {
  let grid = SweepGrid.quick()
  let mine = grid.shard(1, of: 4)
}
