import GenModels

/// The three passes of convolutions, and the winner-take-all code's, as a batch of 64 on two threads; and the same by
/// im2col's product alone (without the im2col) where that is the alternative.
func convolutionBenchmarks() {
  let layers: [(side: Int, inChannels: Int, outChannels: Int)] = [
    (28, 1, 128), (24, 128, 128), (12, 128, 128), (28, 128, 1), (12, 32, 64),
  ]
  for (side, inChannels, outChannels) in layers {
    let batch = 64
    let x = Lazy { RandomTensors.normal([batch, side, side, inChannels]) }
    let w = RandomTensors.normal([5, 5, inChannels, outChannels]) * 0.02
    let bias = Tensor.zeros([outChannels])
    let out = side - 4
    let operations = 2.0 * Double(batch * out * out * 25 * inChannels * outChannels)
    let name = "5x5 convolution \(side)x\(side), \(inChannels) to \(outChannels)"
    for variant in KernelVariant.available {
      benchmark("\(name), forward [\(variant)]", .operations(operations), threads: 2) {
        KernelVariant.using(variant) { _ = x.value.convolved(weights: w, bias: bias, activation: .relu) }
      }
      benchmark("\(name), forward and backward [\(variant)]", .operations(3 * operations), threads: 2) {
        KernelVariant.using(variant) {
          _ = valueWithGradients(at: [x.value, w, bias]) {
            $0[0].convolved(weights: $0[1], bias: $0[2], activation: .relu).sum()
          }
        }
      }
    }
    let patches = Lazy { RandomTensors.normal([batch * out * out, 25 * inChannels]) }
    let matrix = w.reshaped([25 * inChannels, outChannels])
    benchmark("\(name), the product of im2col alone", .operations(operations), threads: 2) {
      _ = patches.value.matrixProduct(matrix)
    }
  }
  for side in [24, 12] {
    let x = Lazy { RandomTensors.normal([64, side, side, 128]) }
    let w = RandomTensors.normal([5, 5, 128, 128]) * 0.02
    let bias = Tensor.zeros([128])
    latency("spatial winners of 64 images \(side)x\(side), 128 maps") { _ = x.value.spatialWinners() }
    let lazyCode = Lazy { x.value.spatialWinners() }
    latency("convolution of 64 codes \(side)x\(side), 128 to 128 maps") {
      _ = lazyCode.value.convolved(weights: w, bias: bias, activation: .relu)
    }
    latency("convolution of 64 codes \(side)x\(side), forward and backward") {
      let code = lazyCode.value
      _ = valueWithGradients(at: [code.values, w, bias]) {
        code.with(values: $0[0]).convolved(weights: $0[1], bias: $0[2], activation: .relu).sum()
      }
    }
  }
}
