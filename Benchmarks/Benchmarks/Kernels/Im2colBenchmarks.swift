import Benchmark
import CKernels
import GenModels

/// Convolutions of shapes that fit no tile, beside im2col and our matrix product of the same pass, in turns: sides that are not
/// multiples of 4, kernels of 1 to 9 pixels, maps that fill no vector. 64 images, all threads.
func im2colBenchmarks() {
  let layers: [(side: Int, kernel: Int, inChannels: Int, outChannels: Int, padding: Padding)] = [
    (27, 5, 128, 128, .valid), (13, 5, 100, 100, .full), (26, 3, 48, 96, .same), (21, 7, 24, 40, .valid),
    (28, 3, 1, 32, .same), (9, 5, 64, 64, .same), (28, 9, 1, 16, .valid), (15, 3, 3, 64, .valid),
    (7, 3, 130, 20, .full), (28, 7, 64, 1, .full), (11, 1, 64, 32, .valid),
  ]
  for layer in layers {
    let (side, kernel, from, to) = (layer.side, layer.kernel, layer.inChannels, layer.outChannels)
    let padding = layer.padding
    let x = Lazy { RandomTensors.normal([64, side, side, from]) }
    let w = RandomTensors.normal([kernel, kernel, from, to]) * 0.02
    let patches = Lazy { Im2col(x.value, weights: w, padding: padding) }
    let name = "\(kernel)x\(kernel) convolution \(side)x\(side), \(from) to \(to), \(padding)"
    comparison(
      "\(name), forward", { _ = x.value.convolved(weights: w, padding: padding) },
      { _ = patches.value.forward() })
    comparison(
      "\(name), forward and backward",
      {
        _ = valueWithGradients(at: [x.value, w]) {
          $0[0].convolved(weights: $0[1], padding: padding).sum()
        }
      },
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
    let out = x.sliced(axis: 0, 0..<1).convolved(weights: weights, padding: padding).shape[1]
    let before = (out - side + kernel - 1) / 2
    self.x = x
    self.weights = weights.reshaped([kernel * kernel * weights.shape[2], weights.shape[3]])
    shape = ood_convolution_shape(
      source_height: side, source_width: side, source_channels: x.shape[3], target_height: out,
      target_width: out, target_channels: weights.shape[3], kernel_height: kernel, kernel_width: kernel,
      stride: 1, top: before, left: before)
  }

  private var pixels: Int { x.shape[0] * shape.target_height * shape.target_width }

  private func patches() -> Tensor {
    each(from: x, into: [pixels, weights.shape[0]], ood_active_kernels().pointee.convolution.im2col)
  }

  func forward() -> Tensor { patches().matrixProduct(weights) }

  func forwardAndBackward() {
    let patches = patches()
    let y = patches.matrixProduct(weights)
    let upstream = Tensor.ones(y.shape)
    _ = patches.matrixProduct(upstream, transposingSelf: true)
    let back = upstream.matrixProduct(weights, transposingOther: true)
    _ = each(from: back, into: x.shape, ood_active_kernels().pointee.convolution.col2im)
  }

  /// `im2col` or `col2im`.
  private typealias Copy = (
    UnsafePointer<ood_convolution_shape>, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>
  ) -> Void

  /// What `copy` makes of `source`, all images of the batch in parallel.
  private func each(from source: Tensor, into target: Shape, _ copy: @escaping Copy) -> Tensor {
    nonisolated(unsafe) let copy = copy
    let images = x.shape[0]
    let (read, written) = (source.count / images, target.count / images)
    return Tensor(shape: target) { target in
      nonisolated(unsafe) let target = target.baseAddress!
      source.withUnsafeElements { source in
        nonisolated(unsafe) let source = source.baseAddress!
        parallelFor(images, grain: 4) { some in
          withUnsafePointer(to: shape) {
            copy($0, some.count, source + some.lowerBound * read, target + some.lowerBound * written)
          }
        }
      }
    }
  }
}
