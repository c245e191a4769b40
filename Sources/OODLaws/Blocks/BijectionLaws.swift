import GenModels

/// The laws of bijections: round trips, log-determinants, gradients, names, files, and what is refused.
///
/// ```swift
/// BijectionLaws.violations(of: lawCase, catalogue: .generative.adding(block: CubeRoot.self))
/// ```
///
/// A bijection is tried fresh, with what is set from examples set, and with its parameters moved at random.
public enum BijectionLaws {
  /// - Parameters:
  ///   - lawCase: The bijection and its examples.
  ///   - catalogue: Knows the bijection's description.
  public static func violations(of lawCase: BijectionLawCase, catalogue: ModelCatalogue) -> [LawViolation] {
    var findings = Findings()
    findings.attempt("bijection: builds", tried: "examples of shape \(lawCase.exampleShape)") { findings in
      let flow = try lawCase.flow()
      for (state, flow) in [("fresh", flow), ("moved", try flow.moved(by: 0.2))] {
        let trial = BijectionTrial(flow, lawCase)
        findings.add(trial.roundTrip().map { $0.of("\(lawCase.name), \(state)") })
        findings.add(trial.logDeterminants().map { $0.of("\(lawCase.name), \(state)") })
        findings.add(trial.jacobians().map { $0.of("\(lawCase.name), \(state)") })
      }
      let moved = BijectionTrial(try flow.moved(by: 0.2), lawCase)
      findings.add(moved.batches())
      findings.add(moved.gradients())
      findings.add(moved.file(catalogue: catalogue))
      findings.add(
        NamesLaw.violations(of: "bijection", named: flow.bijections.namedTensors) {
          try BijectionChain(
            [lawCase.specification], inputShape: lawCase.exampleShape, conditions: lawCase.classCount ?? 0, $0
          ).namedTensors
        })
    }
    func refused(_ tried: String, _ specification: BijectionSpecification, _ shape: Shape) {
      findings.add(
        RefusedBlockLaw.violations(of: "bijection", tried: tried) {
          _ = try BijectionChain([specification], inputShape: shape, conditions: lawCase.classCount ?? 0, $0)
        })
    }
    for shape in lawCase.malformedShapes {
      refused("examples of shape \(shape)", lawCase.specification, shape)
    }
    for wrong in lawCase.malformed {
      refused("the description \(wrong.description)", wrong, lawCase.exampleShape)
    }
    return findings.violations.map { $0.of(lawCase.name) }
  }
}

extension BijectionLawCase {
  /// A flow of this bijection alone, with everything set that is set from examples.
  func flow() throws -> Flow {
    let architecture = Flow.Architecture(
      exampleShape: Array(exampleShape), bijections: [specification], classCount: classCount)
    return try Flow(validating: architecture, seed: 3).initialized(
      from: examples(128, seed: 4), labels: labels(128))
  }
}

extension Flow {
  /// The flow with normal numbers added to its trained parameters; to weights fewer, by the width of their sums.
  func moved(by deviation: Float) throws -> Flow {
    var (flow, random) = (self, RandomGenerator(seed: 5))
    var tensors = Dictionary(uniqueKeysWithValues: namedTensors.map { ($0.name, $0.tensor) })
    for (name, tensor) in namedParameters {
      let width = Float(max(1, tensor.shape.dropLast().reduce(1, *)))
      tensors[name] =
        tensor + random.normal(tensor.shape, mean: 0, standardDeviation: deviation / width.squareRoot())
    }
    try flow.setTensors(tensors)
    return flow
  }
}
