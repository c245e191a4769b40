import CKernels
import Foundation
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

@Suite struct GateKernelTests {
  @Test("Gates and their gradients are their definition, with nothing written behind them", arguments: variants)
  func gatesAreTheirDefinition(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.gates
    var numbers = SampleNumbers(seed: 1)
    for (rows, columns) in [(0, 3), (1, 1), (5, 3), (3, 8), (2, 17), (4, 64), (7, 33)] {
      let x = numbers.floats(2 * rows * columns, scale: 4)
      let upstream = numbers.floats(rows * columns, scale: 1)
      for function in [ood_gated_identity, ood_gated_tanh] {
        var y = [Float](repeating: -7, count: rows * columns + 1)
        var dx = [Float](repeating: -7, count: 2 * rows * columns + 1)
        kernels.forward(function, x, &y, rows, columns)
        kernels.backward(function, upstream, x, &dx, rows, columns)
        for r in 0..<rows {
          for c in 0..<columns {
            let at = 2 * r * columns + c
            let (a, b, u) = (Double(x[at]), Double(x[at + columns]), Double(upstream[r * columns + c]))
            let gate = 1 / (1 + exp(-b))
            let value = function == ood_gated_tanh ? tanh(a) : a
            let slope = function == ood_gated_tanh ? 1 - value * value : 1
            #expect(abs(Double(y[r * columns + c]) - value * gate) <= 1e-6 * max(1, abs(value)))
            #expect(abs(Double(dx[at]) - u * slope * gate) <= 1e-6 * max(1, abs(u)))
            #expect(
              abs(Double(dx[at + columns]) - u * value * gate * (1 - gate)) <= 1e-6 * max(1, abs(u * value)))
          }
        }
        #expect(y.last == -7 && dx.last == -7)
        var inPlace = x + [-7]
        kernels.backward(function, upstream, inPlace, &inPlace, rows, columns)
        #expect(inPlace == dx)
      }
    }
  }

  @Test("A gate that is closed or open for good gives no NaN", arguments: variants)
  func extremesStayNumbers(variant: String) {
    let kernels = ood_kernels_named(variant)!.pointee.gates
    let x: [Float] = [100, -100, 100, -1e30, 100, 1e30]
    var y = [Float](repeating: 0, count: 3)
    var dx = [Float](repeating: 0, count: 6)
    kernels.forward(ood_gated_tanh, x, &y, 1, 3)
    kernels.backward(ood_gated_tanh, [1, 1, 1], x, &dx, 1, 3)
    #expect(y == [0, -1, 1])
    #expect(dx.allSatisfy(\.isFinite))
  }
}
