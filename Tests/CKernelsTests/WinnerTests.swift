import GenModels
import Testing

@Suite struct WinnerTests {
  @Test(arguments: KernelVariant.available, [1, 3, 16, 37, 128])
  func spatialFindsFirstMaximum(variant: KernelVariant, maps: Int) {
    var numbers = TestNumbers(seed: 9)
    let x = Tensor(shape: [3, 5, 4, maps]) { for i in $0.indices { $0[i] = Float(numbers.below(6)) - 3 } }
    let code = withVariant(variant) { spatialWinners(x) }
    #expect(code.height == 5 && code.width == 4)
    for n in 0..<3 {
      for c in 0..<maps {
        let map = (0..<20).map { x[n, $0 / 4, $0 % 4, c] }
        let best = map.max()!
        #expect(code.values[n, c] == best)
        #expect(code.positions.elements[n * maps + c] == map.firstIndex(of: best)!)
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func spatialShowsNotANumber(variant: KernelVariant) {
    var x = Tensor.zeros([1, 2, 3, 19])
    for c in 0..<19 {
      x[0, 0, 0, c] = .infinity
      x[0, 0, 2, c] = .nan
      x[0, 1, 1, c] = .nan
    }
    let code = withVariant(variant) { spatialWinners(x) }
    #expect(code.values.elements.allSatisfy { $0.isNaN })
    #expect(code.positions.elements == Array(repeating: 2, count: 19))
  }

  @Test(arguments: KernelVariant.available)
  func channelWinnersByHand(variant: KernelVariant) {
    withVariant(variant) {
      let values = Tensor([3, 1, 2, 2, 0, -1, 2, 5, 5, 5], shape: [2, 5])
      let (kept, mask) = channelWinners(values, sparsity: 0.5)
      // ⌊0.5 · 5⌋ = 2 become 0. The first row loses 0 and 1; the second loses −1 and 2.
      #expect(kept.elements == [3, 0, 2, 2, 0, 0, 0, 5, 5, 5])
      #expect(mask.elements == [1, 0, 1, 1, 0, 0, 0, 1, 1, 1])
      // Of the equal ones the first stay.
      let (_, tied) = channelWinners(values, sparsity: 0.6)
      #expect(tied.elements == [1, 0, 1, 0, 0, 0, 0, 1, 1, 0])
      #expect(channelWinners(values, sparsity: 0).values == values)
      #expect(channelWinners(values, sparsity: 1).values == Tensor.zeros([2, 5]))
      let (strange, _) = channelWinners(
        Tensor([.infinity, .nan, -.infinity, -0.0, 0.0], shape: [1, 5]), sparsity: 0.8)
      #expect(strange.elements[0] == 0 && strange.elements[1].isNaN)
    }
  }

  @Test func fractionsThatAreNotBinary() {
    let values = Tensor((0..<100).map(Float.init), shape: [1, 100])
    for percent in 0...100 {
      let (_, mask) = channelWinners(values, sparsity: Double(percent) / 100)
      #expect(mask.elements.filter { $0 == 1 }.count == 100 - percent)
      if percent > 0 {
        let column = Tensor(values.elements, shape: [100, 1])
        let (_, mask) = lifetimeWinners(column, rate: Double(percent) / 100)
        #expect(mask.elements.filter { $0 == 1 }.count == percent)
      }
    }
  }

  @Test(arguments: KernelVariant.available, [(1, 1), (4, 7), (9, 33), (40, 128), (130, 20)])
  func rowsAndColumnsAgreeWithSorting(variant: KernelVariant, size: (Int, Int)) {
    let (rows, columns) = size
    var numbers = TestNumbers(seed: 10)
    let values = Tensor(shape: [rows, columns]) {
      for i in $0.indices { $0[i] = Float(numbers.below(9) - 4) / 2 }
    }
    func expectedMask(_ line: [Float], keep: Int) -> [Float] {
      let order = line.indices.sorted { line[$0] > line[$1] || (line[$0] == line[$1] && $0 < $1) }
      var mask = [Float](repeating: 0, count: line.count)
      for i in order.prefix(keep) { mask[i] = 1 }
      return mask
    }
    withVariant(variant) {
      let (kept, mask) = channelWinners(values, sparsity: 0.4)
      let keep = columns - Int((0.4 * Double(columns) + 1e-6).rounded(.down))
      for r in 0..<rows {
        let line = (0..<columns).map { values[r, $0] }
        let expected = expectedMask(line, keep: keep)
        #expect((0..<columns).map { mask[r, $0] } == expected)
        #expect((0..<columns).map { kept[r, $0] } == zip(line, expected).map { $1 == 1 ? $0 : 0 })
      }
      let (lived, life) = lifetimeWinners(values, rate: 0.3)
      let keepRows = max(1, Int((0.3 * Double(rows) - 1e-6).rounded(.up)))
      for c in 0..<columns {
        let line = (0..<rows).map { values[$0, c] }
        let expected = expectedMask(line, keep: keepRows)
        #expect((0..<rows).map { life[$0, c] } == expected)
        #expect((0..<rows).map { lived[$0, c] } == zip(line, expected).map { $1 == 1 ? $0 : 0 })
      }
    }
  }

  @Test(
    "Of a cell's winners the largest stays: on every kernel, by hand", arguments: KernelVariant.available)
  func cellWinnersByHand(variant: KernelVariant) {
    withVariant(variant) {
      // 3 x 5 positions, cells of 2 x 2: the last ones have one row, or one column.
      let code = WinnerCode(
        positions: Indexes([0, 6, 1, 4, 9, 10, 14, 14], shape: [1, 8]),
        values: Tensor([1, 3, 3, 2, 5, 0, -2, -1], shape: [1, 8]), height: 3, width: 5)
      let (kept, mask) = channelWinners(code, stride: 2)
      // Positions 0, 6 and 1 share a cell, and of the two 3s the lower map's stays; 4 and 9 share the last column's.
      #expect(kept.elements == [0, 3, 0, 0, 5, 0, 0, -1])
      #expect(mask.elements == [0, 1, 0, 0, 1, 1, 0, 1])
      // Cells of one position: only the last two meet.
      #expect(channelWinners(code, stride: 1).mask.elements == [1, 1, 1, 1, 1, 1, 0, 1])
      // One cell for all.
      for stride in [5, 6, Int.max] {
        #expect(channelWinners(code, stride: stride).mask.elements == [0, 0, 0, 0, 1, 0, 0, 0])
      }
      let strange = WinnerCode(
        positions: Indexes([0, 0, 0, 1, 1], shape: [1, 5]),
        values: Tensor([.infinity, .nan, .nan, -0.0, 0.0], shape: [1, 5]), height: 1, width: 2)
      let (values, first) = channelWinners(strange, stride: 1)
      #expect(first.elements == [0, 1, 0, 1, 0])
      #expect(values.elements[1].isNaN && values.elements[2] == 0)
    }
  }

  @Test(
    "Cells agree with a search over all winners, whatever the batch", arguments: KernelVariant.available,
    [(1, 4, 4, 3), (5, 7, 3, 40), (70, 8, 8, 128), (3, 24, 24, 17)])
  func cellWinnersAgreeWithSearch(variant: KernelVariant, size: (Int, Int, Int, Int)) {
    let (batch, height, width, maps) = size
    var numbers = TestNumbers(seed: 12)
    let positions = (0..<batch * maps).map { _ in numbers.below(height * width) }
    let values = (0..<batch * maps).map { _ in Float(numbers.below(9) - 2) }
    let code = WinnerCode(
      positions: Indexes(positions.map(Int32.init), shape: [batch, maps]),
      values: Tensor(values, shape: [batch, maps]),
      height: height, width: width)
    for stride in [1, 2, 3, 7] {
      let (kept, mask) = withVariant(variant) { channelWinners(code, stride: stride) }
      let expected = (0..<batch * maps).map { index -> Float in
        func cell(_ i: Int) -> [Int] { [positions[i] / width / stride, positions[i] % width / stride] }
        let rivals = (index / maps * maps..<(index / maps + 1) * maps).filter { cell($0) == cell(index) }
        let best = rivals.max { values[$0] < values[$1] || values[$0] == values[$1] && $0 > $1 }
        return best == index ? 1 : 0
      }
      #expect(mask.elements == expected)
      #expect(kept.elements == zip(values, expected).map { $1 == 1 ? $0 : 0 })
    }
  }

  static let cases = ConvolutionCase.all

  @Test(arguments: cases)
  func codeFunctionsEqualDenseOnes(convolutionCase: ConvolutionCase) {
    let geometry = convolutionCase.geometry
    let reference = ConvolutionReference(geometry: geometry)
    var numbers = TestNumbers(seed: 11)
    let w = numbers.tensor(geometry.weightShape)
    let bias = numbers.tensor([geometry.outChannels])
    let x = numbers.tensor(geometry.inputShape)
    let upstream = numbers.tensor(geometry.outputShape)
    let gate = numbers.tensor(geometry.outputShape)
    let gated = zip(upstream.elements, gate.elements).map { $1 > 0 ? $0 : 0 }
    // Decoding: the code is the convolution's input.
    let code = numbers.code(geometry.inputShape)
    let image = denseImage(from: code)
    let expected = reference.output(image, w, bias: bias)
    let (pixels, maps) = (geometry.inputHeight * geometry.inputWidth, geometry.inChannels)
    let expectedGradients = [upstream.elements, gated].map { upstream in
      let dense = reference.inputGradient(upstream, w)
      let picked = code.positions.elements.enumerated().map { i, position in
        dense[(i / maps * pixels + position) * maps + i % maps]
      }
      return (values: picked, weights: reference.weightGradient(image, upstream))
    }
    // Encoding: the code is what became of the convolution's output.
    let produced = numbers.code(geometry.outputShape)
    let gradient = denseImage(from: produced).elements
    let expectedInputGradient = reference.inputGradient(gradient, w)
    let expectedWeightGradient = reference.weightGradient(x, gradient)
    for variant in KernelVariant.available {
      withVariant(variant) {
        let y = winnerConvolution(code, weights: w, bias: bias, geometry: geometry)
        #expect(largestError(y, expected) < 2e-6, "\(variant)")
        let rectified = winnerConvolution(code, weights: w, bias: bias, activation: .relu, geometry: geometry)
        #expect(largestError(rectified, expected.map { max($0, 0) }) < 2e-6, "\(variant)")
        for (gate, expected) in zip([nil, gate], expectedGradients) {
          let dv = winnerConvolutionValueGradient(
            upstream, weights: w, positions: code.positions, gate: gate, geometry: geometry)
          #expect(largestError(dv, expected.values) < 2e-6, "\(variant)")
          let dw = winnerConvolutionWeightGradient(upstream, code: code, gate: gate, geometry: geometry)
          #expect(largestError(dw, expected.weights) < 2e-6, "\(variant)")
        }
        let dx = convolutionAtWinnersInputGradient(produced, weights: w, geometry: geometry)
        #expect(largestError(dx, expectedInputGradient) < 2e-6, "\(variant)")
        let dw = convolutionAtWinnersWeightGradient(x, codeGradient: produced, geometry: geometry)
        #expect(largestError(dw, expectedWeightGradient) < 2e-6, "\(variant)")
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func sameBitsForAnyNumberOfThreads(variant: KernelVariant) {
    for convolutionCase in Self.cases.suffix(8) {
      let geometry = convolutionCase.geometry
      var numbers = TestNumbers(seed: 12)
      let w = numbers.tensor(geometry.weightShape)
      let x = numbers.tensor(geometry.inputShape)
      let upstream = numbers.tensor(geometry.outputShape)
      let code = numbers.code(geometry.inputShape)
      let produced = numbers.code(geometry.outputShape)
      withVariant(variant) {
        let results = [1, 2, 3].map { threads in
          Parallelism.withThreads(threads) {
            [
              spatialWinners(x).values,
              channelWinners(code.values, sparsity: 0.3).values,
              lifetimeWinners(code.values, rate: 0.3).values,
              winnerConvolution(code, weights: w, geometry: geometry),
              winnerConvolutionValueGradient(
                upstream, weights: w, positions: code.positions, geometry: geometry),
              winnerConvolutionWeightGradient(upstream, code: code, geometry: geometry),
              convolutionAtWinnersInputGradient(produced, weights: w, geometry: geometry),
              convolutionAtWinnersWeightGradient(x, codeGradient: produced, geometry: geometry),
            ]
          }
        }
        for i in results[0].indices {
          #expect(sameBits(results[0][i], results[1][i]), "\(convolutionCase), function \(i), two threads")
          #expect(sameBits(results[0][i], results[2][i]), "\(convolutionCase), function \(i), three threads")
        }
      }
    }
  }

  @Test func wholeChain() {
    // The way a convolutional winner-take-all autoencoder goes: spatial, then channel winners, then decode.
    var numbers = TestNumbers(seed: 13)
    let x = numbers.tensor([4, 12, 12, 32])
    let code = spatialWinners(x)
    let sparse = code.with(values: channelWinners(code.values, sparsity: 0.5).values)
    let geometry = ConvolutionGeometry(input: x.shape, weights: [5, 5, 32, 8], padding: .full)
    let w = numbers.tensor(geometry.weightShape)
    let y = winnerConvolution(sparse, weights: w, geometry: geometry)
    let dense = ConvolutionAlgorithm.using(.direct) {
      convolution(denseImage(from: sparse), weights: w, geometry: geometry)
    }
    #expect(largestError(y, dense.elements.map(Double.init)) < 2e-6)
  }

  @Test func refusesWhatCannotBe() async {
    await #expect(processExitsWith: .failure) {
      _ = WinnerCode(
        positions: Indexes([0, 9], shape: [1, 2]), values: Tensor.ones([1, 2]), height: 3, width: 3)
    }
    await #expect(processExitsWith: .failure) {
      _ = WinnerCode(
        positions: Indexes([0, 1], shape: [2, 1]), values: Tensor.ones([1, 2]), height: 3, width: 3)
    }
    await #expect(processExitsWith: .failure) { _ = channelWinners(.ones([2, 4]), sparsity: 1.5) }
    await #expect(processExitsWith: .failure) { _ = lifetimeWinners(.ones([2, 4]), rate: 0) }
    await #expect(processExitsWith: .failure) {
      let code = WinnerCode(
        positions: Indexes([0, 1], shape: [1, 2]), values: Tensor.ones([1, 2]), height: 3, width: 3)
      let geometry = ConvolutionGeometry(input: [1, 4, 4, 2], weights: [3, 3, 2, 8])
      _ = winnerConvolution(code, weights: .ones([3, 3, 2, 8]), geometry: geometry)
    }
  }
}
