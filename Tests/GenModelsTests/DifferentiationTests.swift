import GenModels
import Testing

@Suite("Differentiation")
struct DifferentiationTests {
  @Test("Gradients, values and products")
  func usage() {
    #expect(gradient(at: Tensor([0.5, -1])) { $0.squared().sum() } == Tensor([1, -2]))

    let (value, slope) = valueWithGradient(at: Tensor([1, 2])) { x in x.squared().sum() }
    #expect(value == Tensor(5))
    #expect(slope == Tensor([2, 4]))

    // y = (x₀ x₁, x₀²) at (3, 2): J = ((2, 3), (6, 0)).
    func y(_ x: Variable) -> Variable {
      let (a, b) = (x.sliced(axis: 0, 0..<1), x.sliced(axis: 0, 1..<2))
      return Variable.concatenate([a * b, a * a], axis: 0)
    }
    #expect(vjp(at: Tensor([3, 2]), upstream: { _ in Tensor([1, 10]) }, of: y).product == Tensor([62, 3]))
    #expect(jvp(at: Tensor([3, 2]), tangent: Tensor([1, 10]), of: y).product == Tensor([32, 6]))
  }

  @Test("Gradients inside a loss: a penalty on the gradient's norm")
  func penalty() {
    // f = Σ x³, |∇f|² = Σ 9 x⁴, whose gradient is 36 x³.
    let x = Tensor([1, -2, 0.5])
    let slope = gradient(at: x) { x in
      (x * x * x).gradient(withRespectTo: x).squared().sum()
    }
    #expect(slope == Tensor([36, -288, 4.5]))
  }

  @Test("Only what the result depends on gets a gradient")
  func independence() {
    let (_, gradients) = valueWithGradients(at: [Tensor([1, 2]), Tensor([3])]) { inputs in
      (inputs[0] * inputs[0].detached()).sum()
    }
    #expect(gradients[0] == Tensor([1, 2]))
    #expect(gradients[1] == Tensor([0]))
  }

  @Test("A chain of 200,000 operations is recorded, pulled back and released")
  func longChain() {
    let slope = gradient(at: Tensor([1])) { x in
      (0..<200_000).reduce(x) { y, _ in y + 0.5 }.sum()
    }
    #expect(slope == Tensor([1]))
  }

  @Test("Jacobian diagonal and trace: exact, and Hutchinson's estimate")
  func jacobian() {
    // y = tanh(x W): ∂yᵢ/∂xᵢ = (1 − yᵢ²) Wᵢᵢ.
    var random = RandomGenerator(seed: 5)
    let (x, w) = (random.normal([4, 3]), random.normal([3, 3]))
    func f(_ x: Variable) -> Variable { x.matrixProduct(x.constant(w)).tanh() }
    let (y, diagonal) = jacobianDiagonal(at: x, using: &random, of: f)
    let expected = (1 - y.squared()) * Tensor([w[0, 0], w[1, 1], w[2, 2]])
    #expect(zip(diagonal.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-6 })

    let exact = jacobianTrace(at: x, using: &random, of: f).trace
    #expect(zip(exact.elements, expected.sum(axes: [1]).elements).allSatisfy { abs($0 - $1) < 1e-5 })
    let estimate = jacobianTrace(at: x, method: .hutchinson(samples: 4000), using: &random, of: f).trace
    #expect(zip(estimate.elements, exact.elements).allSatisfy { abs($0 - $1) < 0.15 })
  }

  @Test("A variable that escapes its scope stops the program with a sentence")
  func escape() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      nonisolated(unsafe) var escaped: Variable?
      _ = gradient(at: Tensor([1])) { x in
        escaped = x
        return x.sum()
      }
      _ = escaped! + escaped!
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("after its gradient scope had ended"))
  }
}
