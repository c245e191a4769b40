import Benchmark
import CKernels
import GenModels

/// Convolutions of shapes that fit no tile, beside im2col and our matrix product of the same pass, in turns: sides that are not
/// multiples of 4, kernels of 3 to 9 pixels, maps that fill no vector. 64 images, two threads.
func im2colBenchmarks() {
  let layers: [(side: Int, kernel: Int, inChannels: Int, outChannels: Int, padding: Padding)] = [
    (27, 5, 128, 128, .valid), (13, 5, 100, 100, .full), (26, 3, 48, 96, .same), (21, 7, 24, 40, .valid),
    (28, 3, 1, 32, .same), (9, 5, 64, 64, .same), (28, 9, 1, 16, .valid), (15, 3, 3, 64, .valid),
    (7, 3, 130, 20, .full), (28, 7, 64, 1, .full), (11, 1, 64, 32, .valid),
  ]
  for layer in layers {
    let (side, kernel, from, to) = (layer.side, layer.kernel, layer.inChannels, layer.outChannels)
    let x = Lazy { RandomTensors.normal([64, side, side, from]) }
    let w = RandomTensors.normal([kernel, kernel, from, to]) * 0.02
    @Sendable func convolved<Value: TensorAlgebra>(_ x: Value, _ w: Value) -> Value {
      x.convolved(weights: w, padding: layer.padding)
    }
    let patches = Lazy { Im2col(x.value, weights: w, padding: layer.padding) }
    let name = "\(kernel)x\(kernel) convolution \(side)x\(side), \(from) to \(to), \(layer.padding)"
    comparison("\(name), forward", { _ = convolved(x.value, w) }, { _ = patches.value.forward() })
    comparison(
      "\(name), forward and backward",
      { _ = valueWithGradients(at: [x.value, w]) { convolved($0[0], $0[1]).sum() } },
      { patches.value.forwardAndBackward() })
  }
}

/// Adds a benchmark of a call's time as a share of another's.
private func comparison(
  _ name: String, _ call: @escaping @Sendable () -> Void, _ other: @escaping @Sendable () -> Void
) {
  let share = BenchmarkMetric.custom("% of im2col's time", polarity: .prefersSmaller, useScalingFactor: false)
  Benchmark(
    name, configuration: .init(metrics: [share], warmupIterations: 1, maxDuration: .milliseconds(200))
  ) { benchmark in
    let seconds = secondsPerCall(atLeast: 2e-3, [call, other])
    benchmark.measurement(share, Int((100 * seconds[0] / seconds[1]).rounded()))
  }
}

/// A convolution as matrix products of copied patches (K. Chellapilla and others, 2006).
private struct Im2col: Sendable {
  private let x: Tensor
  private let weights: Tensor
  private let shape: ood_convolution_shape

  init(_ x: Tensor, weights: Tensor, padding: Padding) {
    let (side, kernel) = (x.shape[1], weights.shape[0])
    let before =
      switch padding {
      case .valid: 0
      case .same: (kernel - 1) / 2
      case .full: kernel - 1
      }
    let out =
      switch padding {
      case .valid: side - kernel + 1
      case .same: side
      case .full: side + kernel - 1
      }
    self.x = x
    self.weights = weights.reshaped([kernel * kernel * weights.shape[2], weights.shape[3]])
    shape = ood_convolution_shape(
      source_height: side, source_width: side, source_channels: x.shape[3], target_height: out,
      target_width: out, target_channels: weights.shape[3], kernel_height: kernel, kernel_width: kernel,
      stride: 1, top: before, left: before)
  }

  private var pixels: Int { x.shape[0] * shape.target_height * shape.target_width }

  private func patches() -> Tensor {
    let size = x.count / x.shape[0]
    let depth = weights.shape[0]
    let perImage = shape.target_height * shape.target_width * depth
    return Tensor(shape: [pixels, depth]) { patches in
      nonisolated(unsafe) let patches = patches.baseAddress!
      x.withUnsafeElements { x in
        nonisolated(unsafe) let x = x.baseAddress!
        parallelFor(self.x.shape[0], grain: 4) { images in
          var shape = shape
          ood_active_kernels().pointee.convolution.im2col(
            &shape, images.count, x + images.lowerBound * size, patches + images.lowerBound * perImage)
        }
      }
    }
  }

  func forward() -> Tensor { patches().matrixProduct(weights) }

  func forwardAndBackward() {
    let patches = patches()
    let y = patches.matrixProduct(weights)
    let upstream = Tensor.ones(y.shape)
    _ = patches.matrixProduct(upstream, transposingSelf: true)
    let back = upstream.matrixProduct(weights, transposingOther: true)
    let size = x.count / x.shape[0]
    let perImage = back.count / x.shape[0]
    _ = Tensor(shape: x.shape) { dx in
      nonisolated(unsafe) let dx = dx.baseAddress!
      back.withUnsafeElements { back in
        nonisolated(unsafe) let back = back.baseAddress!
        parallelFor(x.shape[0], grain: 4) { images in
          var shape = shape
          ood_active_kernels().pointee.convolution.col2im(
            &shape, images.count, back + images.lowerBound * perImage, dx + images.lowerBound * size)
        }
      }
    }
  }
}
