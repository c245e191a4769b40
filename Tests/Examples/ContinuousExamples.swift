import GenModels
import OODExperiments

private func solverExample() throws {
  let solver = DifferentialEquationSolver(.dormandPrince, control: .tolerance(1e-6))
  let decayed = try solver.solve(from: 0, to: 2, start: Tensor([1, 2], shape: [2, 1])) { _, y in -y }
  // decayed.end: e⁻² and 2e⁻²
}

struct Decay: VectorField {
  var rate: Parameter
  func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value {
    -(state * state.value(of: rate))
  }
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("rate", &rate) }
}

private func continuousFlowExample(points: Tensor) throws {
  let flow = ContinuousFlow(.vectors(features: 2, objective: .matching()), seed: 1)
  let settings = DensityTraining(trainer: Trainer(epochs: 100, batchSize: 256))
  let trained = try flow.train(on: points, settings: settings).model
  let nats = try trained.logDensity(points)
}

private func densityExperimentExample() throws {
  let result = try DensityExperiment(settings: .quick).run()
}
