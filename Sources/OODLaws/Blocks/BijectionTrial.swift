import GenModels

/// One bijection in one state of its parameters, under the laws.
struct BijectionTrial {
  let flow: Flow
  let lawCase: BijectionLawCase
  let x: Tensor
  let labels: Indexes?

  init(_ flow: Flow, _ lawCase: BijectionLawCase) {
    self.flow = flow
    self.lawCase = lawCase
    x = lawCase.examples(12)
    labels = lawCase.labels(12)
  }

  private var condition: Tensor? {
    both(labels, lawCase.classCount).map { Tensor.oneHot($0, classes: $1) }
  }

  /// f⁻¹(f(x)) = x and f(f⁻¹(y)) = y.
  func roundTrip() -> [LawViolation] {
    var findings = Findings()
    let there = flow.bijections.forward(x, condition: condition)
    let expected = Shape([x.exampleCount] + flow.bijections.outputShape)
    findings.require(
      there.value.shape == expected && there.logDeterminant.shape == [x.exampleCount],
      "bijection: output shape", tried: "a batch \(x.shape)",
      found: "\(there.value.shape) and log-determinants \(there.logDeterminant.shape)",
      expected: "\(expected) and one log-determinant for each example")
    guard findings.violations.isEmpty else { return findings.violations }
    let back = flow.bijections.inverse(there.value, condition: condition)
    let again = flow.bijections.forward(back.value, condition: condition)
    for (name, found, expected) in [("f⁻¹(f(x))", back.value, x), ("f(f⁻¹(y))", again.value, there.value)] {
      findings.require(
        found.shape == expected.shape && expected.numbers.isSame(as: found.numbers, tolerance: 2e-3),
        "bijection: round trip", tried: name, found: found.numbers.summary, expected: expected.numbers.summary
      )
    }
    return findings.violations
  }

  /// The inverse's log-determinant is minus the map's.
  func logDeterminants() -> [LawViolation] {
    var findings = Findings()
    let there = flow.bijections.forward(x, condition: condition)
    let back = flow.bijections.inverse(there.value, condition: condition)
    let expected = there.logDeterminant.numbers.map { -$0 }
    findings.require(
      expected.isSame(as: back.logDeterminant.numbers, tolerance: 2e-3),
      "bijection: the inverse's log-determinant is minus the map's", tried: "f⁻¹ at f(x)",
      found: back.logDeterminant.numbers.summary, expected: expected.summary)
    return findings.violations
  }

  /// The log-determinant is that of the Jacobian, found by differences. A map with kinks may cross one on the way: of five examples
  /// one may disagree.
  func jacobians() -> [LawViolation] {
    var findings = Findings()
    let law = "bijection: the log-determinant is the Jacobian's"
    findings.attempt(law, tried: "five examples") { findings in
      var disagreements: [String] = []
      for number in 0..<5 {
        let example = x.example(number)
        let found = flow.latent(of: example, labels: label(number)).logDeterminant.numbers[0]
        let expected = try LU(jacobian(at: example, label(number))).logDeterminant
        if !(abs(found - expected) <= 0.02 * max(1, abs(expected))) {
          disagreements.append("\(found) where it is \(expected)")
        }
      }
      findings.require(
        disagreements.count <= 1, law, tried: "five examples",
        found: disagreements.joined(separator: "; "), expected: "the logarithm of the determinant")
    }
    return findings.violations
  }

  private func label(_ number: Int) -> Indexes? { labels.map { Indexes([$0.elements[number]]) } }

  /// ∂f/∂x at one example, by central differences of the fourth order.
  private func jacobian(at example: Tensor, _ label: Indexes?) -> Matrix {
    let (step, features) = (Float(4e-3), flow.features)
    var transposed: [[Double]] = []
    for feature in 0..<features {
      func moved(_ t: Float) -> [Double] {
        let number = example.numbers[feature] + Double(t)
        return flow.latent(of: example.replacing(example: 0, feature: feature, with: number), labels: label)
          .value.numbers
      }
      let (near, far) = (zip(moved(step), moved(-step)), zip(moved(2 * step), moved(-2 * step)))
      transposed.append(
        zip(near, far).map { near, far in
          (8 * (near.0 - near.1) - (far.0 - far.1)) / (12 * Double(step))
        })
    }
    // The determinant of the transposed matrix is the same.
    return Matrix(transposed)
  }

  /// An example's answer depends on that example alone.
  func batches() -> [LawViolation] {
    guard labels == nil else { return [] }
    return BatchLaw.violations(of: "bijection", on: x, tolerance: 1e-4) { x in
      let mapped = flow.bijections.forward(x)
      return zip(mapped.value.rows, mapped.logDeterminant.numbers).map { $0 + [$1] }
    }
  }

  /// Gradients of value and log-determinant, by the input and by the parameters.
  func gradients() -> [LawViolation] {
    var random = RandomGenerator(seed: 6)
    let weights = random.normal([x.exampleCount, flow.features])
    func value(_ flow: Flow, _ x: Tensor) -> Double {
      let mapped = flow.latent(of: x, labels: labels)
      return zip(mapped.value.numbers, weights.numbers).reduce(mapped.logDeterminant.numbers.reduce(0, +)) {
        $0 + $1.0 * $1.1
      }
    }
    func recorded(_ flow: Flow, _ x: Variable) -> Variable {
      let mapped = flow.latent(of: x, labels: labels)
      return (mapped.value * x.constant(weights)).sum() + mapped.logDeterminant.sum()
    }
    let slope = gradient(at: x) { recorded(flow, $0) }
    return GradientLaw.violations(of: "bijection, by the input", at: [x], gradients: [slope]) {
      value(flow, $0[0])
    }
      + ParameterGradientLaw.violations(
        of: "bijection, by the parameters", model: flow,
        loss: { flow, scope in recorded(flow, scope.constant(x)) }, value: { value($0, x) })
  }

  /// A flow of the bijection comes back from its file with the same description and the same bits.
  func file(catalogue: ModelCatalogue) -> [LawViolation] {
    var findings = Findings()
    let law = "bijection: comes back from a file"
    findings.attempt(law, tried: "a Flow of it") { findings in
      let bytes = try flow.safetensors().bytes()
      let loaded = try Flow(safetensors: SafetensorsFile(bytes: bytes), catalogue: catalogue)
      findings.require(
        loaded.architecture == flow.architecture, law, tried: "a Flow of it",
        found: "\(loaded.architecture)", expected: "\(flow.architecture)")
      let found = loaded.latent(of: x, labels: labels).value.numbers
      let expected = flow.latent(of: x, labels: labels).value.numbers
      findings.require(
        found.isSame(as: expected, tolerance: 0), law, tried: "the loaded flow's f(x)", found: found.summary,
        expected: expected.summary)
    }
    return findings.violations
  }
}

/// Both, where there are both.
private func both<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
