import GenModels

/// The laws of layers: names, shapes, gradients, files, and what is refused.
///
/// ```swift
/// LayerLaws.violations(of: lawCase, catalogue: .generative.adding(block: Scaling.Description.self))
/// ```
public enum LayerLaws {
  /// - Parameters:
  ///   - lawCase: The layer and its examples.
  ///   - catalogue: Knows the layer's description.
  public static func violations(of lawCase: LayerLawCase, catalogue: ModelCatalogue) -> [LawViolation] {
    var findings = Findings()
    let description = lawCase.specification.description
    let shape = lawCase.exampleShape
    findings.attempt("layer: builds", tried: "examples of shape \(shape)") { findings in
      let source = TensorSource.drawnByName(from: RandomGenerator(seed: 1))
      let built = try description.layer(after: shape, source)
      findings.add(
        NamesLaw.violations(of: "layer", named: built.layer.namedTensors) {
          try description.layer(after: shape, $0).layer.namedTensors
        })
      let x = lawCase.examples(6)
      findings.add(outputs(of: built, on: x))
      for isTraining in [false, true] {
        findings.add(gradients(of: built.layer, on: x, isTraining: isTraining))
      }
    }
    for wrong in lawCase.malformedShapes {
      findings.add(
        RefusedBlockLaw.violations(of: "layer", tried: "examples of shape \(wrong)") {
          _ = try description.layer(after: wrong, $0)
        })
    }
    for wrong in lawCase.malformed {
      findings.add(
        RefusedBlockLaw.violations(of: "layer", tried: "the description \(wrong.description)") {
          _ = try wrong.description.layer(after: shape, $0)
        })
    }
    findings.add(file(lawCase, catalogue: catalogue))
    return findings.violations.map { $0.of(lawCase.name) }
  }

  /// Outputs have the shape that the layer said, depend on their example alone, and are the same recorded.
  private static func outputs(of built: BuiltLayer, on x: Tensor) -> [LawViolation] {
    var findings = Findings()
    let layer = built.layer
    func output(_ x: Tensor) -> Tensor { layer(x, .inference) }
    let y = output(x)
    let expected = Shape([x.exampleCount] + built.outputShape)
    findings.require(
      y.shape == expected, "layer: output shape", tried: "a batch \(x.shape)", found: "\(y.shape)",
      expected: "\(expected), as the layer said")
    // Sums over a batch may be taken in another order in another batch.
    findings.add(BatchLaw.violations(of: "layer", on: x, tolerance: 1e-5) { output($0).rows })
    var recorded = y
    _ = gradient(at: x) { variable in
      let value = layer(variable, .inference)
      recorded = value.tensor
      return value.sum()
    }
    findings.require(
      y.numbers.isSame(as: recorded.numbers, tolerance: 1e-5), "layer: the same value when recorded",
      tried: "a batch \(x.shape)", found: recorded.numbers.summary, expected: y.numbers.summary)
    return findings.violations
  }

  /// Gradients to the input and to the parameters agree with differences.
  private static func gradients(of layer: any Layer, on x: Tensor, isTraining: Bool) -> [LawViolation] {
    // Each evaluation draws the same numbers.
    func context() -> Context { isTraining ? .training(using: RandomGenerator(seed: 9)) : .inference }
    var random = RandomGenerator(seed: 10)
    let weights = random.normal(layer(x, context()).shape)
    func value(_ layer: any Layer, _ x: Tensor) -> Double {
      zip(layer(x, context()).numbers, weights.numbers).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let name = isTraining ? "layer in training" : "layer in use"
    let slope = gradient(at: x) { (layer($0, context()) * $0.constant(weights)).sum() }
    let inputs = GradientLaw.violations(of: "\(name), by the input", at: [x], gradients: [slope]) {
      value(layer, $0[0])
    }
    let parameters = ParameterGradientLaw.violations(
      of: "\(name), by the parameters", model: Holder(layer: layer),
      loss: { holder, scope in
        let y = holder.layer(scope.constant(x), context())
        return (y * y.constant(weights)).sum()
      }, value: { value($0.layer, x) })
    return inputs + parameters
  }

  private struct Holder: Parameterized {
    var layer: any Layer
    mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("layer", &layer) }
  }

  /// A model of the layer comes back from its file with the same description and the same bits.
  private static func file(_ lawCase: LayerLawCase, catalogue: ModelCatalogue) -> [LawViolation] {
    var findings = Findings()
    let law = "layer: comes back from a file"
    findings.attempt(law, tried: "a Sequential of it") { findings in
      let model = try Sequential.validating(
        Sequential.Architecture(layers: [lawCase.specification], exampleShape: Array(lawCase.exampleShape)),
        seed: 2)
      let bytes = try model.safetensors().bytes()
      let loaded = try Sequential(safetensors: SafetensorsFile(bytes: bytes), catalogue: catalogue)
      findings.require(
        loaded.specifications == model.specifications, law, tried: "a Sequential of it",
        found: "the description \(loaded.specifications.first.map { "\($0.description)" } ?? "none")",
        expected: "\(lawCase.specification.description)")
      let x = lawCase.examples(4)
      let (found, expected) = (loaded(x).numbers, model(x).numbers)
      findings.require(
        found.isSame(as: expected, tolerance: 0), law, tried: "the loaded model's output",
        found: found.summary, expected: expected.summary)
    }
    return findings.violations
  }
}

extension LayerLawCase {
  /// Normal numbers.
  fileprivate func examples(_ count: Int) -> Tensor {
    var random = RandomGenerator(seed: 8)
    return random.normal(Shape([count] + exampleShape))
  }
}

extension LawViolation {
  /// The violation with the name of what was asked, unless it has one.
  func of(_ subject: String) -> LawViolation {
    var named = self
    if named.subject.isEmpty { named.subject = subject }
    return named
  }
}
