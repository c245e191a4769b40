import GenModels

/// A convolution's sums written out, in `Double`.
struct ConvolutionReference {
  let geometry: ConvolutionGeometry

  /// Calls `body` with the flat indexes of the products x[i] w[j + o] that go into y[k + o] for all
  /// output channels o.
  private func forEachRow(_ body: (_ i: Int, _ j: Int, _ k: Int) -> Void) {
    let g = geometry
    for n in 0..<g.batch {
      for i in 0..<g.outputHeight {
        for j in 0..<g.outputWidth {
          for a in 0..<g.kernelHeight {
            for b in 0..<g.kernelWidth {
              let (row, column) = (i * g.stride + a - g.top, j * g.stride + b - g.left)
              guard (0..<g.inputHeight).contains(row), (0..<g.inputWidth).contains(column) else { continue }
              let x = ((n * g.inputHeight + row) * g.inputWidth + column) * g.inChannels
              let w = (a * g.kernelWidth + b) * g.inChannels * g.outChannels
              let y = ((n * g.outputHeight + i) * g.outputWidth + j) * g.outChannels
              for c in 0..<g.inChannels { body(x + c, w + c * g.outChannels, y) }
            }
          }
        }
      }
    }
  }

  func output(_ x: Tensor, _ w: Tensor, bias: Tensor? = nil) -> [Double] {
    let channels = geometry.outChannels
    let (x, w, bias) = (x.elements, w.elements, bias?.elements)
    var y = (0..<geometry.outputShape.elementCount).map { Double(bias?[$0 % channels] ?? 0) }
    forEachRow { i, j, k in
      for o in 0..<channels { y[k + o] += Double(x[i]) * Double(w[j + o]) }
    }
    return y
  }

  func inputGradient(_ upstream: [Float], _ w: Tensor) -> [Double] {
    let channels = geometry.outChannels
    let w = w.elements
    var dx = [Double](repeating: 0, count: geometry.inputShape.elementCount)
    forEachRow { i, j, k in
      var sum = 0.0
      for o in 0..<channels { sum += Double(upstream[k + o]) * Double(w[j + o]) }
      dx[i] += sum
    }
    return dx
  }

  func weightGradient(_ x: Tensor, _ upstream: [Float]) -> [Double] {
    let channels = geometry.outChannels
    let x = x.elements
    var dw = [Double](repeating: 0, count: geometry.weightShape.elementCount)
    forEachRow { i, j, k in
      for o in 0..<channels { dw[j + o] += Double(x[i]) * Double(upstream[k + o]) }
    }
    return dw
  }
}

/// Numbers that look random and are the same in every run.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// Between −1 and 1.
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }

  mutating func tensor(_ shape: Shape) -> Tensor {
    Tensor(shape: shape) { for i in $0.indices { $0[i] = next() } }
  }

  mutating func code(_ shape: Shape) -> WinnerCode<Tensor> {
    let positions = Indexes(shape: [shape[0], shape[3]]) {
      for i in $0.indices { $0[i] = Int32(below(shape[1] * shape[2])) }
    }
    var values = tensor([shape[0], shape[3]])
    values.withUnsafeMutableElements { for i in stride(from: 0, to: $0.count, by: 5) { $0[i] = 0 } }
    return WinnerCode(positions: positions, values: values, height: shape[1], width: shape[2])
  }
}

/// Largest difference, relative to the largest value of the reference (or to 1 when that is smaller).
func largestError(_ result: Tensor, _ reference: [Double]) -> Double {
  precondition(result.count == reference.count)
  var scale = 1.0
  for value in reference { scale = max(scale, abs(value)) }
  var error = 0.0
  for (a, b) in zip(result.elements, reference) {
    guard a.isFinite else { return .infinity }
    error = max(error, abs(Double(a) - b))
  }
  return error / scale
}

func dot(_ a: Tensor, _ b: Tensor) -> Double {
  zip(a.elements, b.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// The same bits, NaN included.
func sameBits(_ a: Tensor, _ b: Tensor) -> Bool {
  a.shape == b.shape && zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
}
