import GenModels
import Testing

/// The fused passes around a winner-take-all code, against the separate ones.
@Suite struct WinnerGradientTests {
  /// A decoder's convolution: a code of maps of this size, full padding.
  struct Decoder: Sendable {
    var side: (height: Int, width: Int)
    var maps: Int
    var channels: Int
    var kernel: Int
    var batch = 3
  }

  static let decoders = [
    Decoder(side: (6, 6), maps: 16, channels: 128, kernel: 5),
    Decoder(side: (4, 7), maps: 37, channels: 33, kernel: 5, batch: 9),
    Decoder(side: (1, 1), maps: 3, channels: 20, kernel: 3),
    Decoder(side: (5, 3), maps: 130, channels: 1, kernel: 5, batch: 17),
    Decoder(side: (5, 3), maps: 8, channels: 3, kernel: 5),
    Decoder(side: (3, 3), maps: 5, channels: 2, kernel: 7),
    Decoder(side: (3, 3), maps: 5, channels: 70, kernel: 7),
  ]

  @Test(arguments: KernelVariant.available, decoders)
  func decoderGradientsInOnePass(variant: KernelVariant, decoder: Decoder) {
    var numbers = TestNumbers(seed: 21)
    let input: Shape = [decoder.batch, decoder.side.height, decoder.side.width, decoder.maps]
    let code = numbers.code(input)
    let weights = numbers.tensor([decoder.kernel, decoder.kernel, decoder.maps, decoder.channels])
    let geometry = ConvolutionGeometry(input: input, weights: weights.shape, padding: .full)
    let upstream = numbers.tensor(geometry.outputShape)
    let output = numbers.tensor(geometry.outputShape)
    withVariant(variant) {
      for gate in [nil, output] {
        let fused = winnerConvolutionGradients(
          upstream, code: code, weights: weights, gate: gate, wantsBias: true, geometry: geometry)
        let toWeights = winnerConvolutionWeightGradient(upstream, code: code, gate: gate, geometry: geometry)
        let toValues = winnerConvolutionValueGradient(
          upstream, weights: weights, positions: code.positions, gate: gate, geometry: geometry)
        let toBias = biasGradient(upstream, gate: gate)
        #expect(largestError(fused.weights, toWeights.elements.map(Double.init)) < 2e-6)
        #expect(largestError(fused.values, toValues.elements.map(Double.init)) < 3e-6)
        #expect(largestError(fused.bias!, toBias.elements.map(Double.init)) < 3e-6)
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func sameBitsForAnyNumberOfThreads(variant: KernelVariant) {
    var numbers = TestNumbers(seed: 22)
    let code = numbers.code([21, 8, 8, 64])
    let weights = numbers.tensor([5, 5, 64, 96])
    let geometry = ConvolutionGeometry(input: [21, 8, 8, 64], weights: weights.shape, padding: .full)
    let upstream = numbers.tensor(geometry.outputShape)
    withVariant(variant) {
      let results = [1, 2, 5].map { threads in
        Parallelism.withThreads(threads) {
          winnerConvolutionGradients(
            upstream, code: code, weights: weights, gate: upstream, wantsBias: true, geometry: geometry)
        }
      }
      for other in results.dropFirst() {
        #expect(sameBits(other.weights, results[0].weights))
        #expect(sameBits(other.values, results[0].values))
        #expect(sameBits(other.bias!, results[0].bias!))
      }
    }
  }

  static let encoders: [(input: Shape, weights: Shape, padding: Padding)] = [
    ([3, 12, 12, 1], [5, 5, 1, 128], .valid), ([2, 9, 7, 3], [5, 5, 3, 37], .valid),
    ([2, 6, 5, 2], [3, 3, 2, 5], .same), ([3, 12, 16, 64], [5, 5, 64, 48], .valid),
    ([2, 11, 13, 40], [5, 5, 40, 72], .valid), ([2, 8, 8, 4], [3, 3, 4, 16], .valid),
  ]

  @Test(arguments: KernelVariant.available, encoders)
  func winnersWithoutImages(
    variant: KernelVariant, encoder: (input: Shape, weights: Shape, padding: Padding)
  ) {
    var numbers = TestNumbers(seed: 23)
    let x = numbers.tensor(encoder.input)
    let weights = numbers.tensor(encoder.weights)
    let bias = numbers.tensor([encoder.weights[3]])
    let geometry = ConvolutionGeometry(input: x.shape, weights: weights.shape, padding: encoder.padding)
    withVariant(variant) {
      for activation in [Activation.identity, .relu] {
        let images = convolution(
          x, weights: weights, bias: bias, activation: activation, geometry: geometry)
        let reference = spatialWinners(images)
        let code = convolutionWinners(
          x, weights: weights, bias: bias, activation: activation, geometry: geometry)
        #expect(code.height == reference.height && code.width == reference.width)
        #expect(largestError(code.values, reference.values.elements.map(Double.init)) < 1e-5)
        // Where it says the largest value is, the image has one that is the largest to rounding.
        let maps = encoder.weights[3]
        for (index, position) in code.positions.elements.enumerated() {
          let (image, map) = (index / maps, index % maps)
          let there = images[image, position / code.width, position % code.width, map]
          #expect(abs(there - reference.values[image, map]) < 1e-4)
        }
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func nothingPositiveBehindTheReLU(variant: KernelVariant) {
    // All values are 0 behind the ReLU, and the first of equals wins.
    let x = Tensor.ones([2, 8, 8, 1])
    let weights = Tensor(repeating: -1, shape: [5, 5, 1, 20])
    let geometry = ConvolutionGeometry(input: x.shape, weights: weights.shape)
    let code = withVariant(variant) {
      convolutionWinners(x, weights: weights, bias: nil, activation: .relu, geometry: geometry)
    }
    #expect(code.values == Tensor.zeros([2, 20]))
    #expect(code.positions.elements == Array(repeating: 0, count: 40))
  }

  @Test(arguments: KernelVariant.available, [1, 64])
  func winnersShowNotANumber(variant: KernelVariant, channels: Int) {
    var numbers = TestNumbers(seed: 24)
    let numbersOnly = numbers.tensor([2, 12, 12, channels])
    let weights = numbers.tensor([5, 5, channels, 40])
    let geometry = ConvolutionGeometry(input: numbersOnly.shape, weights: weights.shape)
    for place in [0, 5, 11] {
      var x = numbersOnly
      x[0, place, place, 0] = .nan
      let code = withVariant(variant) {
        convolutionWinners(x, weights: weights, bias: nil, activation: .identity, geometry: geometry)
      }
      #expect(code.values.elements[..<40].allSatisfy { $0.isNaN })
      #expect(code.values.elements[40...].allSatisfy { $0.isFinite })
      // The first sum that the NaN is in.
      let first = max(0, place - 4) * 8 + max(0, place - 4)
      if channels == 1 { #expect(code.positions.elements[..<40].allSatisfy { $0 == first }) }
    }
  }

  @Test(arguments: KernelVariant.available, [1, 64])
  func winnersOfLargeValues(variant: KernelVariant, channels: Int) {
    // A power of two changes no digit, but values that might overflow go another way.
    var numbers = TestNumbers(seed: 26)
    let x = numbers.tensor([2, 12, 12, channels])
    let weights = numbers.tensor([5, 5, channels, 40])
    let geometry = ConvolutionGeometry(input: x.shape, weights: weights.shape)
    let scale = Float(sign: .plus, exponent: 70, significand: 1)
    let (code, large) = withVariant(variant) {
      let winners = [x, x * scale].map {
        convolutionWinners($0, weights: weights, bias: nil, activation: .identity, geometry: geometry)
      }
      return (winners[0], winners[1])
    }
    #expect(large.positions.elements == code.positions.elements)
    #expect(large.values.elements == code.values.elements.map { $0 * scale })
  }

  @Test(arguments: KernelVariant.available)
  func weightAndBiasGradientTogether(variant: KernelVariant) {
    var numbers = TestNumbers(seed: 25)
    let x = numbers.tensor([5, 10, 9, 1])
    let geometry = ConvolutionGeometry(input: x.shape, weights: [5, 5, 1, 70])
    let upstream = numbers.tensor(geometry.outputShape)
    withVariant(variant) {
      for gate in [nil, numbers.tensor(geometry.outputShape)] {
        let both = convolutionWeightAndBiasGradient(x, upstream: upstream, gate: gate, geometry: geometry)
        let weights = convolutionWeightGradient(x, upstream: upstream, gate: gate, geometry: geometry)
        #expect(sameBits(both.weights, weights))
        let bias = biasGradient(upstream, gate: gate)
        #expect(largestError(both.bias, bias.elements.map(Double.init)) < 2e-6)
      }
    }
  }
}
