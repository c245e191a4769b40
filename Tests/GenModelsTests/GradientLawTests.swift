import GenModels
import Testing

/// A differentiable function of some tensors, for the laws below.
struct DifferentiableCase: Sendable, CustomTestStringConvertible {
  let name: String
  let inputs: [Tensor]
  let function: @Sendable ([Variable]) -> Variable

  var testDescription: String { name }

  init(_ name: String, _ inputs: [Tensor], _ function: @escaping @Sendable ([Variable]) -> Variable) {
    self.name = name
    self.inputs = inputs
    self.function = function
  }

  /// The function as a scalar: its elements weighted with fixed random numbers.
  func scalar(_ inputs: [Variable]) -> Variable {
    let y = function(inputs)
    var random = RandomGenerator(seed: 99)
    return (y * random.normal(y.shape)).sum()
  }

  func value(at inputs: [Tensor]) -> Double {
    Double(valueWithGradients(at: inputs) { scalar($0) }.value.scalar)
  }

  func gradients(at inputs: [Tensor]) -> [Tensor] {
    valueWithGradients(at: inputs) { scalar($0) }.gradients
  }
}

/// Random directions, one for each input.
private func directions(_ inputs: [Tensor], seed: UInt64) -> [Tensor] {
  var random = RandomGenerator(seed: seed)
  return inputs.map { random.normal($0.shape) }
}

private func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
  var sum = 0.0
  for (left, right) in zip(a, b) {
    for (x, y) in zip(left.elements, right.elements) { sum += Double(x) * Double(y) }
  }
  return sum
}

/// The derivative of `f` along `direction`, by central differences of the fourth order.
private func difference(
  of f: ([Tensor]) -> Double, at x: [Tensor], along direction: [Tensor], step: Float = 2e-2
) -> Double {
  func moved(_ t: Float) -> Double { f(zip(x, direction).map { $0 + $1 * t }) }
  return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * Double(step))
}

private func isClose(_ a: Double, _ b: Double, scale: Double) -> Bool {
  abs(a - b) <= 5e-3 * (abs(a) + abs(b)) + 2e-3 * scale
}

@Suite("Gradients agree with finite differences, to second order")
struct GradientLawTests {
  @Test("First derivatives", arguments: DifferentiableCase.all)
  func first(_ law: DifferentiableCase) {
    for seed in 1...3 as ClosedRange<UInt64> {
      let direction = directions(law.inputs, seed: seed)
      let byTape = dot(law.gradients(at: law.inputs), direction)
      let byDifference = difference(of: law.value, at: law.inputs, along: direction)
      #expect(isClose(byTape, byDifference, scale: 1), "\(law.name): \(byTape) against \(byDifference)")
    }
  }

  @Test("Second derivatives: the gradient of ⟨∇f, w⟩", arguments: DifferentiableCase.all)
  func second(_ law: DifferentiableCase) {
    let weights = directions(law.inputs, seed: 17)
    let direction = directions(law.inputs, seed: 18)
    let byTape = valueWithGradients(at: law.inputs) { inputs in
      let gradients = law.scalar(inputs).gradients(withRespectTo: inputs)
      return zip(gradients, weights).map { ($0 * $1).sum() }.reduce(inputs[0].constant(Tensor(0)), +)
    }
    let byDifference = difference(
      of: { dot(law.gradients(at: $0), weights) }, at: law.inputs, along: direction)
    let along = dot(byTape.gradients, direction)
    #expect(isClose(along, byDifference, scale: 1), "\(law.name): \(along) against \(byDifference)")
  }

  @Test("⟨u, Jv⟩ by jvp equals ⟨uᵀJ, v⟩ by vjp", arguments: DifferentiableCase.all)
  func products(_ law: DifferentiableCase) {
    let x = law.inputs[0]
    let v = directions([x], seed: 3)[0]
    func f(_ x: Variable) -> Variable {
      law.function([x] + law.inputs.dropFirst().map { x.constant($0) })
    }
    let forward = jvp(at: x, tangent: v, of: f)
    let u = directions([forward.value], seed: 4)[0]
    let backward = vjp(at: x, upstream: { _ in u }, of: f)
    let (a, b) = (dot([u], [forward.product]), dot([backward.product], [v]))
    #expect(abs(a - b) <= 1e-3 * (1 + abs(a)), "\(law.name): \(a) against \(b)")
  }
}
