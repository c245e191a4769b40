import CKernels
import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Convolutions that minimal filtering computes: with whole tiles, ragged ones, more of them than a block holds, and channels
/// that don't fill vectors or exceed the depth of one product.
private let filteredCases: [ConvolutionCase] = [Padding.valid, .same, .full].flatMap { padding in
  [
    ConvolutionCase(input: [2, 12, 8, 32], weights: [5, 5, 32, 64], padding: padding),
    ConvolutionCase(input: [3, 11, 15, 48], weights: [5, 5, 48, 32], padding: padding),
    ConvolutionCase(input: [11, 9, 10, 45], weights: [5, 5, 45, 51], padding: padding),
    ConvolutionCase(input: [48, 8, 7, 32], weights: [5, 5, 32, 40], padding: padding),
    ConvolutionCase(input: [2, 8, 12, 140], weights: [5, 5, 140, 72], padding: padding),
    ConvolutionCase(input: [1, 8, 8, 64], weights: [5, 5, 64, 270], padding: padding),
  ]
}

/// Inputs as after a ReLU, and weights as Glorot and Bengio (2010) begin with.
private struct FilteredNumbers {
  let x, w, bias, upstream, gate: Tensor

  init(_ geometry: ConvolutionGeometry, seed: UInt64) {
    var numbers = TestNumbers(seed: seed)
    var x = numbers.tensor(geometry.inputShape)
    x.withUnsafeMutableElements { for i in $0.indices { $0[i] = max(0, $0[i]) } }
    var w = numbers.tensor(geometry.weightShape)
    let limit = (6 / Float(25 * (geometry.inChannels + geometry.outChannels))).squareRoot()
    w.withUnsafeMutableElements { for i in $0.indices { $0[i] *= limit } }
    self.x = x
    self.w = w
    bias = numbers.tensor([geometry.outChannels])
    upstream = numbers.tensor(geometry.outputShape)
    gate = numbers.tensor(geometry.outputShape)
  }
}

/// Largest difference, relative to the largest value of the reference.
private func relativeError(_ result: Tensor, _ reference: [Double]) -> Double {
  precondition(result.count == reference.count)
  let scale = reference.reduce(0) { max($0, abs($1)) }
  var error = 0.0
  for (a, b) in zip(result.elements, reference) {
    guard a.isFinite else { return .infinity }
    error = max(error, abs(Double(a) - b))
  }
  return error / scale
}

/// The errors that Docs/kernels.md states, which grow with the tiles: of sums and gradients to inputs, and of gradients to weights.
private func bounds(_ g: ConvolutionGeometry) -> (sums: Double, weights: Double) {
  let shape = ood_convolution_shape(
    source_height: g.inputHeight, source_width: g.inputWidth, source_channels: g.inChannels,
    target_height: g.outputHeight, target_width: g.outputWidth, target_channels: g.outChannels,
    kernel_height: 5, kernel_width: 5, stride: 1, top: g.top, left: g.left)
  return withUnsafePointer(to: shape) {
    switch ood_active_kernels().pointee.winograd.outputs($0) {
    case 4: (2e-5, 5e-5)
    case 5: (6e-5, 8e-5)
    default: (1.6e-4, 1e-4)
    }
  }
}

private func doubles(_ tensor: Tensor) -> [Double] { tensor.elements.map(Double.init) }

@Suite struct WinogradTests {
  @Test(arguments: filteredCases)
  func agreesWithReference(convolutionCase: ConvolutionCase) {
    let geometry = convolutionCase.geometry
    let reference = ConvolutionReference(geometry: geometry)
    let numbers = FilteredNumbers(geometry, seed: 1)
    let (x, w, bias, upstream, gate) = (numbers.x, numbers.w, numbers.bias, numbers.upstream, numbers.gate)
    let gated = zip(upstream.elements, gate.elements).map { $1 > 0 ? $0 : 0 }
    let bounds = bounds(geometry)
    let expected = reference.output(x, w, bias: bias)
    let unbiased = reference.output(x, w)
    let expectedGradients = [upstream.elements, gated].map { upstream in
      (input: reference.inputGradient(upstream, w), weights: reference.weightGradient(x, upstream))
    }
    for variant in KernelVariant.available {
      withVariant(variant) {
        let linear = convolution(x, weights: w, geometry: geometry)
        #expect(relativeError(linear, unbiased) < bounds.sums, "\(variant)")
        let direct = ConvolutionAlgorithm.using(.direct) { convolution(x, weights: w, geometry: geometry) }
        #expect(!sameBits(linear, direct), "\(variant): minimal filtering was not used")
        let y = convolution(x, weights: w, bias: bias, activation: .relu, geometry: geometry)
        #expect(relativeError(y, expected.map { max($0, 0) }) < bounds.sums, "\(variant)")
        let sigmoid = convolution(x, weights: w, bias: bias, activation: .sigmoid, geometry: geometry)
        #expect(relativeError(sigmoid, expected.map { 1 / (1 + exp(-$0)) }) < bounds.sums, "\(variant)")
        for (gate, expected) in zip([nil, gate], expectedGradients) {
          let dx = convolutionInputGradient(upstream, weights: w, gate: gate, geometry: geometry)
          #expect(relativeError(dx, expected.input) < bounds.sums, "\(variant)")
          let dw = convolutionWeightGradient(x, upstream: upstream, gate: gate, geometry: geometry)
          #expect(relativeError(dw, expected.weights) < bounds.weights, "\(variant)")
        }
      }
    }
  }

  @Test(arguments: filteredCases)
  func gradientsAreAdjoints(convolutionCase: ConvolutionCase) {
    let geometry = convolutionCase.geometry
    let numbers = FilteredNumbers(geometry, seed: 2)
    let (x, w, upstream) = (numbers.x, numbers.w, numbers.upstream)
    let y = convolution(x, weights: w, geometry: geometry)
    let forward = dot(y, upstream)
    let byInput = dot(x, convolutionInputGradient(upstream, weights: w, geometry: geometry))
    let byWeights = dot(w, convolutionWeightGradient(x, upstream: upstream, geometry: geometry))
    let scale = (dot(y, y) * dot(upstream, upstream)).squareRoot()
    #expect(abs(forward - byInput) < 1e-5 * scale)
    #expect(abs(forward - byWeights) < 1e-5 * scale)
  }

  /// On layers of the size that models have: 128 maps, batches of 64. (Direct sums are within 2e-6 of the exact ones
  /// themselves.)
  @Test(arguments: [4, 8, 12, 20, 24], [Padding.valid, .full])
  func agreesWithDirectSumsOnLargeLayers(side: Int, padding: Padding) {
    let n = padding == .valid ? side + 4 : side
    let geometry = ConvolutionGeometry(
      input: [64, n, n, 128], weights: [5, 5, 128, 128], padding: padding)
    let numbers = FilteredNumbers(geometry, seed: 3)
    let (x, w, upstream) = (numbers.x, numbers.w, numbers.upstream)
    let bounds = bounds(geometry)
    func passes(_ algorithm: ConvolutionAlgorithm) -> [Tensor] {
      ConvolutionAlgorithm.using(algorithm) {
        [
          convolution(x, weights: w, geometry: geometry),
          convolutionInputGradient(upstream, weights: w, geometry: geometry),
          convolutionWeightGradient(x, upstream: upstream, geometry: geometry),
        ]
      }
    }
    withVariant(.active) {
      for (i, (fast, direct)) in zip(passes(.fastest), passes(.direct)).enumerated() {
        let error = relativeError(fast, doubles(direct))
        #expect(error > 0, "pass \(i) was not filtered")
        #expect(error < (i < 2 ? bounds.sums : bounds.weights), "pass \(i)")
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func sameBitsForAnyNumberOfThreads(variant: KernelVariant) {
    for convolutionCase in filteredCases {
      let geometry = convolutionCase.geometry
      let numbers = FilteredNumbers(geometry, seed: 4)
      withVariant(variant) {
        let results = [1, 2, 3].map { threads in
          Parallelism.withThreads(threads) {
            [
              convolution(numbers.x, weights: numbers.w, activation: .relu, geometry: geometry),
              convolutionInputGradient(numbers.upstream, weights: numbers.w, geometry: geometry),
              convolutionWeightGradient(numbers.x, upstream: numbers.upstream, geometry: geometry),
            ]
          }
        }
        for i in results[0].indices {
          #expect(sameBits(results[0][i], results[1][i]), "\(convolutionCase), pass \(i), two threads")
          #expect(sameBits(results[0][i], results[2][i]), "\(convolutionCase), pass \(i), three threads")
        }
      }
    }
  }

  @Test(arguments: KernelVariant.available, [Padding.valid, .same, .full])
  func imagesDoNotMix(variant: KernelVariant, padding: Padding) {
    // Image by image gives the same bits as all at once.
    var numbers = TestNumbers(seed: 5)
    let x = numbers.tensor([5, 9, 8, 40])
    let w = numbers.tensor([5, 5, 40, 48])
    let bias = numbers.tensor([48])
    withVariant(variant) {
      let geometry = ConvolutionGeometry(input: x.shape, weights: w.shape, padding: padding)
      let together = convolution(x, weights: w, bias: bias, activation: .relu, geometry: geometry)
      var apart: [Float] = []
      let size = 9 * 8 * 40
      for i in 0..<5 {
        let one = Tensor(Array(x.elements[i * size..<(i + 1) * size]), shape: [1, 9, 8, 40])
        let alone = ConvolutionGeometry(input: one.shape, weights: w.shape, padding: padding)
        apart += convolution(one, weights: w, bias: bias, activation: .relu, geometry: alone).elements
      }
      #expect(together.elements == apart)
    }
  }

  @Test func keptFormsFollowTheWeights() {
    // Weights are transformed once and the form is kept with them; it goes when an element changes, and a copy that
    // shares elements until then goes its own way.
    var numbers = TestNumbers(seed: 6)
    let x = numbers.tensor([2, 8, 8, 32])
    var w = numbers.tensor([5, 5, 32, 32])
    let geometry = ConvolutionGeometry(input: x.shape, weights: w.shape)
    withVariant(.active) {
      let first = convolution(x, weights: w, geometry: geometry)
      #expect(sameBits(convolution(x, weights: w, geometry: geometry), first))
      let copy = w
      w[0, 0, 0, 0] += 1
      let changed = convolution(x, weights: w, geometry: geometry)
      let fresh = convolution(x, weights: Tensor(w.elements, shape: w.shape), geometry: geometry)
      #expect(sameBits(changed, fresh) && changed != first)
      #expect(sameBits(convolution(x, weights: copy, geometry: geometry), first))
      let direct = ConvolutionAlgorithm.using(.direct) { convolution(x, weights: w, geometry: geometry) }
      #expect(!sameBits(direct, changed))
    }
  }

  @Test func directSumsWhereTilesDoNotPay() {
    // A 1 x 1 result has a tile of 16, few channels have more transforms than products, and other kernels and
    // strides have no tiles: all these run as before.
    var numbers = TestNumbers(seed: 7)
    for convolutionCase in [
      ConvolutionCase(input: [2, 5, 5, 64], weights: [5, 5, 64, 64]),
      ConvolutionCase(input: [2, 12, 12, 3], weights: [5, 5, 3, 64]),
      ConvolutionCase(input: [2, 12, 12, 64], weights: [5, 5, 64, 2]),
      ConvolutionCase(input: [2, 12, 12, 64], weights: [3, 3, 64, 64]),
      ConvolutionCase(input: [2, 12, 12, 64], weights: [5, 5, 64, 64], stride: 2),
    ] {
      let geometry = convolutionCase.geometry
      let x = numbers.tensor(geometry.inputShape)
      let w = numbers.tensor(geometry.weightShape)
      withVariant(.active) {
        let chosen = convolution(x, weights: w, geometry: geometry)
        let direct = ConvolutionAlgorithm.using(.direct) { convolution(x, weights: w, geometry: geometry) }
        #expect(sameBits(chosen, direct), "\(convolutionCase)")
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func notANumberSpreadsOverItsTiles(variant: KernelVariant) {
    var numbers = TestNumbers(seed: 8)
    let w = numbers.tensor([5, 5, 32, 32])
    let geometry = ConvolutionGeometry(input: [1, 16, 22, 32], weights: w.shape)
    var x = numbers.tensor(geometry.inputShape)
    x[0, 2, 8, 5] = .nan
    withVariant(variant) {
      // Tiles have 6 x 6 targets. Pixel (2, 8) is read by those of rows 0...5 and columns 0...5 and 6...11.
      let y = convolution(x, weights: w, activation: .relu, geometry: geometry)
      for i in 0..<12 {
        for j in 0..<18 {
          let reached = i < 6 && j < 12
          for c in 0..<32 { #expect(y[0, i, j, c].isNaN == reached) }
        }
      }
      // The gradient of a pixel spreads over the 10 x 10 of its tile, but for the outermost ones, which only the
      // tile's outermost pixels reach; a closed gate keeps it out.
      var upstream = Tensor.ones(geometry.outputShape)
      upstream[0, 7, 8, 7] = .nan
      let dx = convolutionInputGradient(upstream, weights: w, geometry: geometry)
      for i in 0..<16 {
        for j in 0..<22 {
          let reached = (7..<15).contains(i) && (7..<15).contains(j)
          for c in 0..<32 { #expect(dx[0, i, j, c].isNaN == reached) }
        }
      }
      var gate = Tensor.ones(geometry.outputShape)
      gate[0, 7, 8, 7] = 0
      let closed = convolutionInputGradient(upstream, weights: w, gate: gate, geometry: geometry)
      #expect(closed.elements.allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: KernelVariant.available)
  func weightGradientKernelWritesItsRowsOnly(variant: KernelVariant) {
    var numbers = TestNumbers(seed: 9)
    let (inward, outward, batch) = (20, 36, 3)
    var shape = ood_convolution_shape(
      source_height: 9, source_width: 10, source_channels: inward, target_height: 5, target_width: 6,
      target_channels: outward, kernel_height: 5, kernel_width: 5, stride: 1, top: 0, left: 0)
    let x = numbers.tensor([batch, 9, 10, inward])
    let dy = numbers.tensor([batch, 5, 6, outward])
    let table = ood_kernels_named(variant.name)!.pointee.winograd
    func gradient(_ order: ood_weight_order, _ ranges: [Range<Int>]) -> [Float] {
      var result = [Float](repeating: -99, count: 25 * inward * outward)
      for rows in ranges {
        let order = Int32(order.rawValue)
        let count = table.weight_gradient_scratch(&shape, batch, rows.count, order)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: 4 * count + 64, alignment: 64)
        defer { scratch.deallocate() }
        // The last floats are a sentinel.
        let floats = scratch.bindMemory(to: Float.self, capacity: count + 16)
        for i in 0..<16 { floats[count + i] = 7 }
        x.withUnsafeElements { x in
          dy.withUnsafeElements { dy in
            table.weight_gradient(
              &shape, batch, rows.lowerBound, rows.upperBound, x.baseAddress!, nil, dy.baseAddress!, nil,
              order, &result, floats)
          }
        }
        for i in 0..<16 { #expect(floats[count + i] == 7) }
      }
      return result
    }
    let whole = gradient(ood_weights_plain, [0..<20])
    #expect(gradient(ood_weights_plain, [0..<7, 7..<20]) == whole)
    let half = gradient(ood_weights_plain, [0..<7])
    for i in half.indices { #expect(half[i] == (i / outward % inward < 7 ? whole[i] : -99)) }
    // Transposed and reversed, the same sums lie elsewhere.
    let both = ood_weight_order(ood_weights_transposed.rawValue | ood_weights_reversed.rawValue)
    let other = gradient(both, [0..<36])
    var largest: Float = 0
    for t in 0..<25 {
      for c in 0..<inward {
        for o in 0..<outward {
          largest = max(
            largest,
            abs(whole[(t * inward + c) * outward + o] - other[((24 - t) * outward + o) * inward + c]))
        }
      }
    }
    #expect(largest < 1e-5)
  }

  @Test func emptyBatch() {
    let geometry = ConvolutionGeometry(input: [0, 12, 12, 32], weights: [5, 5, 32, 32])
    let x = Tensor.zeros(geometry.inputShape)
    let w = Tensor.ones(geometry.weightShape)
    #expect(convolution(x, weights: w, geometry: geometry).shape == [0, 8, 8, 32])
    let upstream = Tensor.zeros(geometry.outputShape)
    #expect(convolutionInputGradient(upstream, weights: w, geometry: geometry).count == 0)
    let dw = convolutionWeightGradient(x, upstream: upstream, geometry: geometry)
    #expect(dw == Tensor.zeros(geometry.weightShape))
  }
}
