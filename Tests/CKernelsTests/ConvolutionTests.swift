import CKernels
import GenModels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One convolution to test: small, and awkward in one way or another.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  let input: Shape
  let weights: Shape
  var stride = 1
  var padding = Padding.valid

  var geometry: ConvolutionGeometry {
    ConvolutionGeometry(input: input, weights: weights, stride: stride, padding: padding)
  }
  var testDescription: String { "\(input) * \(weights), stride \(stride), \(padding)" }

  static let all: [ConvolutionCase] =
    [Padding.valid, .same, .full].flatMap { padding in
      [1, 2, 3].flatMap { stride in
        [
          ConvolutionCase(input: [2, 7, 9, 3], weights: [3, 3, 3, 5], stride: stride, padding: padding),
          ConvolutionCase(input: [1, 6, 8, 17], weights: [5, 5, 17, 33], stride: stride, padding: padding),
          ConvolutionCase(input: [3, 9, 7, 1], weights: [5, 5, 1, 20], stride: stride, padding: padding),
          ConvolutionCase(input: [3, 8, 7, 20], weights: [5, 3, 20, 1], stride: stride, padding: padding),
          ConvolutionCase(input: [2, 9, 10, 40], weights: [7, 7, 40, 2], stride: stride, padding: padding),
          ConvolutionCase(input: [2, 4, 5, 6], weights: [1, 1, 6, 7], stride: stride, padding: padding),
          ConvolutionCase(input: [2, 6, 5, 4], weights: [2, 4, 4, 3], stride: stride, padding: padding),
          ConvolutionCase(input: [1, 5, 5, 1], weights: [5, 5, 1, 1], stride: stride, padding: padding),
        ]
      } + [
        ConvolutionCase(input: [3, 10, 10, 64], weights: [3, 3, 64, 64], padding: padding),
        ConvolutionCase(input: [11, 6, 7, 32], weights: [5, 5, 32, 48], padding: padding),
        ConvolutionCase(input: [2, 7, 6, 128], weights: [5, 5, 128, 128], padding: padding),
        ConvolutionCase(input: [2, 9, 8, 130], weights: [3, 3, 130, 100], padding: padding),
        ConvolutionCase(input: [40, 12, 12, 1], weights: [5, 5, 1, 80], padding: padding),
        ConvolutionCase(input: [9, 16, 15, 80], weights: [5, 5, 80, 1], padding: padding),
        ConvolutionCase(input: [4, 8, 8, 32], weights: [3, 3, 32, 3], padding: padding),
        ConvolutionCase(input: [4, 9, 8, 3], weights: [3, 3, 3, 32], padding: padding),
      ]
    }
}

/// The kernels of `variant`, without minimal filtering, which `WinogradTests` test.
private func withDirectSums(_ variant: KernelVariant, _ body: () -> Void) {
  ConvolutionAlgorithm.using(.direct) { withVariant(variant, body) }
}

@Suite struct ConvolutionTests {
  @Test func geometries() {
    let images: Shape = [2, 28, 27, 3]
    let valid = ConvolutionGeometry(input: images, weights: [5, 3, 3, 8])
    #expect(valid.outputShape == [2, 24, 25, 8])
    let same = ConvolutionGeometry(input: images, weights: [5, 5, 3, 8], padding: .same)
    #expect(same.outputShape == [2, 28, 27, 8])
    #expect(same.top == 2 && same.left == 2)
    let full = ConvolutionGeometry(input: images, weights: [5, 5, 3, 8], padding: .full)
    #expect(full.outputShape == [2, 32, 31, 8])
    let strided = ConvolutionGeometry(input: images, weights: [3, 3, 3, 8], stride: 2, padding: .same)
    #expect(strided.outputShape == [2, 14, 14, 8])
    // 27 wide needs one zero on each side; 28 high only one, which goes below.
    #expect(strided.top == 0 && strided.left == 1)
    let even = ConvolutionGeometry(input: images, weights: [4, 4, 3, 8], padding: .same)
    #expect(even.outputShape == [2, 28, 27, 8])
    #expect(even.top == 1)
  }

  @Test func byHand() {
    let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 3, 3, 1])
    let w = Tensor([1, 0, 0, -1], shape: [2, 2, 1, 1])
    let geometry = ConvolutionGeometry(input: x.shape, weights: w.shape)
    #expect(convolution(x, weights: w, geometry: geometry).elements == [-4, -4, -4, -4])
    let bias = Tensor([5])
    #expect(convolution(x, weights: w, bias: bias, geometry: geometry).elements == [1, 1, 1, 1])
    #expect(convolution(x, weights: w, activation: .relu, geometry: geometry).elements == [0, 0, 0, 0])
    let half = convolution(x, weights: w, bias: Tensor([4]), activation: .sigmoid, geometry: geometry)
    #expect(half.elements == [0.5, 0.5, 0.5, 0.5])
  }

  @Test(arguments: ConvolutionCase.all)
  func agreesWithReference(convolutionCase: ConvolutionCase) {
    let geometry = convolutionCase.geometry
    let reference = ConvolutionReference(geometry: geometry)
    var numbers = TestNumbers(seed: 1)
    let x = numbers.tensor(geometry.inputShape)
    let w = numbers.tensor(geometry.weightShape)
    let bias = numbers.tensor([geometry.outChannels])
    let upstream = numbers.tensor(geometry.outputShape)
    let gate = numbers.tensor(geometry.outputShape)
    let gated = zip(upstream.elements, gate.elements).map { $1 > 0 ? $0 : 0 }
    let expected = reference.output(x, w, bias: bias)
    let expectedGradients = [upstream.elements, gated].map { upstream in
      var sums = [Double](repeating: 0, count: geometry.outChannels)
      for (i, value) in upstream.enumerated() { sums[i % sums.count] += Double(value) }
      return (
        input: reference.inputGradient(upstream, w), weights: reference.weightGradient(x, upstream),
        bias: sums
      )
    }
    for variant in KernelVariant.available {
      withDirectSums(variant) {
        let linear = convolution(x, weights: w, bias: bias, geometry: geometry)
        #expect(largestError(linear, expected) < 2e-6, "\(variant)")
        let y = convolution(x, weights: w, bias: bias, activation: .relu, geometry: geometry)
        #expect(largestError(y, expected.map { max($0, 0) }) < 2e-6, "\(variant)")
        let unbiased = convolution(x, weights: w, activation: .sigmoid, geometry: geometry)
        let offsets = bias.elements.map(Double.init)
        let probabilities = expected.enumerated().map { i, value in
          1 / (1 + exp(offsets[i % offsets.count] - value))
        }
        #expect(largestError(unbiased, probabilities) < 1e-5, "\(variant)")
        for (gate, expected) in zip([nil, gate], expectedGradients) {
          let dx = convolutionInputGradient(upstream, weights: w, gate: gate, geometry: geometry)
          #expect(largestError(dx, expected.input) < 3e-6, "\(variant)")
          let dw = convolutionWeightGradient(x, upstream: upstream, gate: gate, geometry: geometry)
          #expect(largestError(dw, expected.weights) < 3e-6, "\(variant)")
          #expect(largestError(biasGradient(upstream, gate: gate), expected.bias) < 3e-6, "\(variant)")
        }
      }
    }
  }

  @Test(arguments: ConvolutionCase.all)
  func gradientsAreAdjoints(convolutionCase: ConvolutionCase) {
    let geometry = convolutionCase.geometry
    var numbers = TestNumbers(seed: 2)
    let x = numbers.tensor(geometry.inputShape)
    let w = numbers.tensor(geometry.weightShape)
    let upstream = numbers.tensor(geometry.outputShape)
    let y = dot(convolution(x, weights: w, geometry: geometry), upstream)
    let byInput = dot(x, convolutionInputGradient(upstream, weights: w, geometry: geometry))
    let byWeights = dot(w, convolutionWeightGradient(x, upstream: upstream, geometry: geometry))
    let scale = max(1, dot(upstream, upstream))
    #expect(abs(y - byInput) < 1e-5 * scale)
    #expect(abs(y - byWeights) < 1e-5 * scale)
  }

  @Test func fullIsAdjointOfValid() {
    var numbers = TestNumbers(seed: 3)
    let valid = ConvolutionGeometry(input: [2, 9, 8, 18], weights: [5, 3, 18, 21])
    let w = numbers.tensor(valid.weightShape)
    let upstream = numbers.tensor(valid.outputShape)
    // The adjoint of a valid convolution is a full one with taps reversed and channels exchanged.
    let full = ConvolutionGeometry(input: valid.outputShape, weights: [5, 3, 21, 18], padding: .full)
    var flipped = Tensor.zeros(full.weightShape)
    for a in 0..<5 {
      for b in 0..<3 {
        for c in 0..<18 { for o in 0..<21 { flipped[4 - a, 2 - b, o, c] = w[a, b, c, o] } }
      }
    }
    let one = convolutionInputGradient(upstream, weights: w, geometry: valid)
    let other = convolution(upstream, weights: flipped, geometry: full)
    #expect(largestError(one, other.elements.map(Double.init)) < 2e-6)
  }

  @Test(arguments: KernelVariant.available)
  func sameBitsForAnyNumberOfThreads(variant: KernelVariant) {
    for convolutionCase in ConvolutionCase.all.suffix(8) + ConvolutionCase.all.prefix(3) {
      let geometry = convolutionCase.geometry
      var numbers = TestNumbers(seed: 4)
      let x = numbers.tensor(geometry.inputShape)
      let w = numbers.tensor(geometry.weightShape)
      let upstream = numbers.tensor(geometry.outputShape)
      withDirectSums(variant) {
        let results = [1, 2, 3].map { threads in
          Parallelism.withThreads(threads) {
            [
              convolution(x, weights: w, activation: .relu, geometry: geometry),
              convolutionInputGradient(upstream, weights: w, geometry: geometry),
              convolutionWeightGradient(x, upstream: upstream, geometry: geometry),
              biasGradient(upstream),
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

  @Test(arguments: KernelVariant.available)
  func imagesDoNotMix(variant: KernelVariant) {
    // Image by image gives the same bits as all at once, so that scores don't depend on the batch.
    var numbers = TestNumbers(seed: 5)
    for padding in [Padding.valid, .same, .full] {
      let x = numbers.tensor([5, 7, 7, 24])
      let w = numbers.tensor([3, 3, 24, 40])
      withVariant(variant) {
        let geometry = ConvolutionGeometry(input: x.shape, weights: w.shape, padding: padding)
        let together = convolution(x, weights: w, geometry: geometry).elements
        var apart: [Float] = []
        let size = 7 * 7 * 24
        for i in 0..<5 {
          let one = Tensor(Array(x.elements[i * size..<(i + 1) * size]), shape: [1, 7, 7, 24])
          let geometry = ConvolutionGeometry(input: one.shape, weights: w.shape, padding: padding)
          apart += convolution(one, weights: w, geometry: geometry).elements
        }
        #expect(together == apart)
      }
    }
  }

  /// Results that are too large for the caches take another way to memory, to the same bits: dense ones, those of codes, and
  /// those with channels that fill no vector.
  @Test(arguments: KernelVariant.available, [32, 37])
  func largeResults(variant: KernelVariant, channels: Int) {
    let (side, pieces) = (40, 4)
    let batch = pieces * (1 + Int(ood_streaming_count) / (pieces * (side + 4) * (side + 4) * channels))
    var numbers = TestNumbers(seed: 12)
    let x = numbers.tensor([batch, side, side, 1])
    let maps = numbers.tensor([batch, side, side, 3])
    let (dense, sparse) = (numbers.tensor([5, 5, 1, channels]), numbers.tensor([5, 5, 3, channels]))
    let bias = numbers.tensor([channels])
    func both(_ images: Range<Int>) -> (Tensor, Tensor) {
      func geometry(_ weights: Tensor) -> ConvolutionGeometry {
        ConvolutionGeometry(
          input: [images.count, side, side, weights.shape[2]], weights: weights.shape, padding: .full)
      }
      return withVariant(variant) {
        (
          convolution(
            x.sliced(axis: 0, images), weights: dense, bias: bias, activation: .relu,
            geometry: geometry(dense)),
          winnerConvolution(
            spatialWinners(maps.sliced(axis: 0, images)), weights: sparse, bias: bias, activation: .relu,
            geometry: geometry(sparse))
        )
      }
    }
    let whole = both(0..<batch)
    #expect(whole.0.count >= Int(ood_streaming_count))
    for start in stride(from: 0, to: batch, by: batch / pieces) {
      let images = start..<start + batch / pieces
      let piece = both(images)
      #expect(whole.0.sliced(axis: 0, images) == piece.0 && whole.1.sliced(axis: 0, images) == piece.1)
    }
  }

  @Test(arguments: KernelVariant.available)
  func notANumberStaysVisible(variant: KernelVariant) {
    var numbers = TestNumbers(seed: 6)
    let w = numbers.tensor([3, 3, 2, 16])
    let geometry = ConvolutionGeometry(input: [1, 8, 8, 2], weights: w.shape)
    var x = numbers.tensor(geometry.inputShape)
    x[0, 4, 4, 1] = .nan
    withVariant(variant) {
      let y = convolution(x, weights: w, activation: .relu, geometry: geometry)
      for i in 0..<6 {
        for j in 0..<6 {
          let near = (2...4).contains(i) && (2...4).contains(j)
          for c in 0..<16 { #expect(y[0, i, j, c].isNaN == near) }
        }
      }
      // A closed gate keeps NaN out.
      var upstream = Tensor.ones(geometry.outputShape)
      upstream[0, 3, 3, 7] = .nan
      var gate = Tensor.ones(geometry.outputShape)
      gate[0, 3, 3, 7] = 0
      let dx = convolutionInputGradient(upstream, weights: w, gate: gate, geometry: geometry)
      #expect(dx.elements.allSatisfy { $0.isFinite })
    }
  }

  @Test func emptyBatch() {
    let geometry = ConvolutionGeometry(input: [0, 8, 8, 2], weights: [3, 3, 2, 4])
    let x = Tensor.zeros(geometry.inputShape)
    let w = Tensor.ones(geometry.weightShape)
    #expect(convolution(x, weights: w, geometry: geometry).shape == [0, 6, 6, 4])
    let upstream = Tensor.zeros(geometry.outputShape)
    #expect(convolutionInputGradient(upstream, weights: w, geometry: geometry).count == 0)
    let dw = convolutionWeightGradient(x, upstream: upstream, geometry: geometry)
    #expect(dw == Tensor.zeros(geometry.weightShape))
  }

  @Test(arguments: KernelVariant.available, ConvolutionCase.all)
  func patches(variant: KernelVariant, convolutionCase: ConvolutionCase) {
    // Patches times weights are the convolution, and taking patches is the adjoint of adding them back.
    let geometry = convolutionCase.geometry
    var shape = geometry.kernelShape
    var numbers = TestNumbers(seed: 7)
    let x = numbers.tensor(geometry.inputShape)
    let w = numbers.tensor(geometry.weightShape)
    let depth = geometry.kernelHeight * geometry.kernelWidth * geometry.inChannels
    let rows = geometry.outputShape.elementCount / geometry.outChannels
    let table = ood_kernels_named(variant.name)!.pointee.convolution
    let patches = Tensor(shape: [rows, depth]) { patches in
      x.withUnsafeElements { table.im2col(&shape, geometry.batch, $0.baseAddress!, patches.baseAddress!) }
    }
    let (p, weights) = (patches.elements, w.elements)
    var product = [Double](repeating: 0, count: rows * geometry.outChannels)
    for r in 0..<rows {
      for k in 0..<depth {
        for o in 0..<geometry.outChannels {
          product[r * geometry.outChannels + o] +=
            Double(p[r * depth + k]) * Double(weights[k * geometry.outChannels + o])
        }
      }
    }
    let direct = ConvolutionAlgorithm.using(.direct) { convolution(x, weights: w, geometry: geometry) }
    #expect(largestError(direct, product) < 2e-6)
    let other = numbers.tensor(patches.shape)
    let back = Tensor(shape: geometry.inputShape) { back in
      other.withUnsafeElements { table.col2im(&shape, geometry.batch, $0.baseAddress!, back.baseAddress!) }
    }
    #expect(abs(dot(patches, other) - dot(x, back)) < 1e-5 * max(1, dot(other, other)))
  }

  @Test func refusesShapesThatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(input: [1, 8, 8, 3], weights: [3, 3, 4, 8])
    }
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(input: [1, 4, 4, 3], weights: [5, 5, 3, 8])
    }
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(input: [1, 4, 4, 3], weights: [3, 3, 3, 8], stride: 0)
    }
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(input: [1, 8, 8, 3], weights: [3, 3, 3, 8])
      _ = convolution(.zeros([1, 8, 8, 2]), weights: .zeros([3, 3, 3, 8]), geometry: geometry)
    }
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(input: [1, 8, 8, 3], weights: [3, 3, 3, 8])
      _ = convolutionInputGradient(.zeros([1, 8, 8, 8]), weights: .zeros([3, 3, 3, 8]), geometry: geometry)
    }
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(input: [1, 8, 8, 3], weights: [3, 3, 3, 8])
      _ = convolution(
        .zeros([1, 8, 8, 3]), weights: .zeros([3, 3, 3, 8]), bias: .zeros([3]), geometry: geometry)
    }
  }
}
