import GenModels
import Testing

/// Columns of large offset and small spread, constants, and examples far out.
@Suite("Flows and the numbers of their examples")
struct FlowNumberTests {
  private static func standardized(_ x: Tensor) -> (Flow, [Double]) {
    let flow = Flow(
      Flow.Architecture(exampleShape: [x.shape[1]], bijections: [.standardization], base: .standardNormal),
      seed: 1
    ).initialized(from: x)
    return (flow, (try? flow.logDensity(x)) ?? [])
  }

  @Test("A column of large offset and small spread is standardised, and only a constant one is not")
  func offset() throws {
    // 2²⁴ + 0, 2, …, 126: exact in 32 bits, with a deviation 4·10⁵ times smaller than the offset.
    let ramp = (0..<640).map { Float(16_777_216 + 2 * ($0 % 64)) }
    let plain = (0..<640).map { Float(2 * ($0 % 64)) }
    let (_, far) = Self.standardized(
      Tensor(shape: [640, 1], initializingWith: { for i in 0..<640 { $0[i] = ramp[i] } }))
    let (_, near) = Self.standardized(
      Tensor(shape: [640, 1], initializingWith: { for i in 0..<640 { $0[i] = plain[i] } }))
    let (farMean, nearMean) = (far.reduce(0, +) / 640, near.reduce(0, +) / 640)
    #expect(abs(farMean - nearMean) < 0.01)
    #expect(abs(nearMean + 5.03) < 0.05)
    // 0.1 in every row: what rounding leaves of its variance is no scale.
    let (_, constant) = Self.standardized(
      Tensor(shape: [333, 1], initializingWith: { for i in 0..<333 { $0[i] = 0.1 } }))
    #expect(constant.allSatisfy { abs($0 + 0.9189385) < 1e-4 })
    // A spread of 10⁻³⁵ is one.
    let (_, tiny) = Self.standardized(
      Tensor(shape: [64, 1], initializingWith: { for i in 0..<64 { $0[i] = Float(i % 2) * 1e-35 } }))
    #expect(tiny.allSatisfy { abs($0 - tiny[0]) < 1e-3 && $0 > 70 })
  }

  @Test("Activation normalization scales small spreads, and leaves constants")
  func activationNormalization() throws {
    let x = Tensor(
      shape: [100, 2],
      initializingWith: { for i in 0..<100 { ($0[2 * i], $0[2 * i + 1]) = (1e-9 * Float(i % 2), 0.1) } })
    let flow = Flow(
      Flow.Architecture(exampleShape: [2], bijections: [.activationNormalization], base: .standardNormal),
      seed: 1
    ).initialized(from: x)
    let z = flow.latent(of: x).value.elements
    for row in 0..<100 {
      #expect(abs(abs(z[2 * row]) - 1) < 1e-3)
      #expect(abs(z[2 * row + 1]) < 1e-5)
    }
  }

  @Test(
    "A hopeless example has the least density, and the others of its batch keep theirs",
    arguments: [1e19, 1e30, 1e38])
  func hopeless(size: Float) throws {
    var random = RandomGenerator(seed: 3)
    let flow = Flow(.realNVP(features: 3), seed: 2)
    let x = random.normal([6, 3])
    let plain = try flow.logDensity(x)
    var batch = x
    batch.withUnsafeMutableElements { for k in 0..<3 { $0[6 + k] = k == 1 ? -size : size } }
    let found = try flow.logDensity(batch)
    #expect(found.allSatisfy { $0.isFinite })
    for i in [0, 1, 3, 4, 5] { #expect(found[i] == plain[i]) }
    #expect(found[2] < plain.min()!)
    #expect(try flow.logDensity(batch.sliced(axis: 0, 2..<3)) == [found[2]])
  }
}
