import GenModels
import Synchronization

/// Gradients by a model's parameters agree with differences.
enum ParameterGradientLaw {
  /// - Parameters:
  ///   - name: What is differentiated, as reports name it.
  ///   - model: The model, whose parameters are moved.
  ///   - loss: A number, recorded.
  ///   - value: The same number in double precision.
  static func violations<Model: Parameterized>(
    of name: String, model: Model, loss: @escaping (Model, TrainingScope) -> Variable,
    value: (Model) -> Double
  ) -> [LawViolation] {
    let parameters = model.namedParameters
    guard !parameters.isEmpty else { return [] }
    var findings = Findings()
    findings.attempt("\(name): gradient", tried: "a step of training") { findings in
      // A step shows the gradients to the optimizer, in the order of visits.
      let recorder = GradientRecorder()
      _ = try Trainer(optimizer: recorder, epochs: 1, batchSize: 1).train(
        model, on: TrainingSet(Tensor.zeros([1, 1])), loss: { model, _, scope in loss(model, scope) })
      let all = Dictionary(uniqueKeysWithValues: model.namedTensors.map { ($0.name, $0.tensor) })
      findings.add(
        GradientLaw.violations(of: name, at: parameters.map(\.tensor), gradients: recorder.gradients) {
          moved in
          var copy = model
          var tensors = all
          for (parameter, tensor) in zip(parameters, moved) { tensors[parameter.name] = tensor }
          try copy.setTensors(tensors)
          return value(copy)
        })
    }
    return findings.violations
  }
}

/// Moves nothing, and keeps the gradients it is shown.
private final class GradientRecorder: Optimizer {
  private let kept = Mutex<[Tensor]>([])

  var gradients: [Tensor] { kept.withLock { $0 } }
  var learningRate: Double { 0 }
  var stateCount: Int { 0 }

  func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double
  ) {
    kept.withLock { $0.append(gradient) }
  }
}
