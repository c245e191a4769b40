import GenModels
import Testing

/// Operations on images of 7 × 5 pixels against loops over their definitions: height and width, window and stride, channels in
/// and out all differ, so that none can stand for another.
@Suite("Images that are no squares")
struct ImageOrientationTests {
  static let (height, width, channels) = (7, 5, 2)

  private func images(_ count: Int = 3, seed: UInt64 = 1, channels: Int = channels) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.normal([count, Self.height, Self.width, channels])
  }

  private func pixel(_ x: Tensor, _ n: Int, _ row: Int, _ column: Int, _ channel: Int) -> Double {
    guard row >= 0, column >= 0, row < x.shape[1], column < x.shape[2] else { return 0 }
    return Double(x[n, row, column, channel])
  }

  private func expectEqual(
    _ found: Tensor, _ shape: Shape, _ what: String, _ value: (Int, Int, Int, Int) -> Double
  ) {
    #expect(found.shape == shape, "\(what)")
    guard found.shape == shape else { return }
    for n in 0..<shape[0] {
      for row in 0..<shape[1] {
        for column in 0..<shape[2] {
          for channel in 0..<shape[3] {
            let (a, b) = (Double(found[n, row, column, channel]), value(n, row, column, channel))
            if abs(a - b) > 1e-4 {
              Issue.record(
                "\(what), image \(n), pixel (\(row), \(column)), channel \(channel): \(a) for \(b)")
              return
            }
          }
        }
      }
    }
  }

  @Test("Convolutions, for each padding and stride", arguments: [1, 2, 3], [2, 3])
  func convolution(stride: Int, kernel: Int) throws {
    var random = RandomGenerator(seed: 2)
    let weight = random.normal([kernel, kernel, 2, 3])
    let bias = random.normal([3])
    let x = images()
    for padding in [Padding.valid, .same, .full] {
      let layer = Convolution(weight: weight, bias: bias, activation: .tanh, padding: padding, stride: stride)
      let y = layer(x, .inference)
      // How far the first window begins outside, and how many there are.
      func extent(_ size: Int) -> (start: Int, count: Int) {
        switch padding {
        case .valid: return (0, (size - kernel) / stride + 1)
        case .full: return (kernel - 1, (size + kernel - 2) / stride + 1)
        case .same:
          let count = (size + stride - 1) / stride
          return (max(0, (count - 1) * stride + kernel - size) / 2, count)
        }
      }
      let (rows, columns) = (extent(7), extent(5))
      expectEqual(y, [3, rows.count, columns.count, 3], "\(padding), stride \(stride), kernel \(kernel)") {
        n, row, column, channel in
        var sum = Double(bias[channel])
        for i in 0..<kernel {
          for j in 0..<kernel {
            for c in 0..<2 {
              sum +=
                Double(weight[i, j, c, channel])
                * pixel(x, n, row * stride + i - rows.start, column * stride + j - columns.start, c)
            }
          }
        }
        let square = Double(Tensor(Float(2 * sum)).exp().scalar)
        return square > 1e30 ? 1 : (square - 1) / (square + 1)
      }
    }
  }

  @Test(
    "Maximum pooling, for windows and strides that differ",
    arguments: [(2, 1), (2, 2), (3, 2), (2, 3), (3, nil)])
  func pooling(window: Int, stride: Int?) {
    let (x, step) = (images(), stride ?? window)
    let y = MaximumPooling(window: window, stride: stride)(x, .inference)
    expectEqual(
      y, [3, (7 - window) / step + 1, (5 - window) / step + 1, 2], "window \(window), stride \(step)"
    ) {
      n, row, column, channel in
      var largest = -Double.infinity
      for i in 0..<window {
        for j in 0..<window {
          largest = max(largest, pixel(x, n, row * step + i, column * step + j, channel))
        }
      }
      return largest
    }
  }

  @Test("Winner-take-all keeps the largest pixel of each map, and each image's strongest maps")
  func winnerTakeAll() {
    let x = images(4, channels: 5)
    // ρ = 0.4 zeroes two of five maps.
    let y = WinnerTakeAll(channelSparsity: 0.4)(x, .inference)
    expectEqual(y, x.shape, "winner-take-all") { n, row, column, channel in
      func winner(_ map: Int) -> Double {
        (0..<35).map { pixel(x, n, $0 / 5, $0 % 5, map) }.max()!
      }
      let own = winner(channel)
      let stronger = (0..<5).count { winner($0) > own }
      return stronger < 3 && pixel(x, n, row, column, channel) == own ? own : 0
    }
  }

  @Test("Lifetime sparsity keeps each map's strongest images over the batch, in training only")
  func lifetime() {
    let x = images(5, channels: 3)
    let layer = WinnerTakeAll(lifetimeRate: 0.4)
    let all = layer(x, .inference)
    let kept = layer(x, .training(using: RandomGenerator(seed: 1)))
    for map in 0..<3 {
      let winners = (0..<5).map { n in (0..<35).map { pixel(x, n, $0 / 5, $0 % 5, map) }.max()! }
      for n in 0..<5 {
        let isKept = winners.count { $0 > winners[n] } < 2
        let sum = (0..<35).reduce(0.0) { $0 + pixel(kept, n, $1 / 5, $1 % 5, map) }
        #expect(abs(sum - (isKept ? winners[n] : 0)) < 1e-6)
        #expect(abs((0..<35).reduce(0.0) { $0 + pixel(all, n, $1 / 5, $1 % 5, map) } - winners[n]) < 1e-6)
      }
    }
  }

  @Test(
    "A squeeze puts the pixels of a square into channels: row by row, or the checkerboard's colours in halves"
  )
  func squeeze() {
    var random = RandomGenerator(seed: 3)
    let x = random.normal([2, 4, 6, 3])
    for (isCheckerboard, places) in [
      (false, [(0, 0), (0, 1), (1, 0), (1, 1)]), (true, [(0, 0), (1, 1), (0, 1), (1, 0)]),
    ] {
      let flow = Flow(
        Flow.Architecture(exampleShape: [4, 6, 3], bijections: [.squeeze(checkerboard: isCheckerboard)]),
        seed: 1)
      let y = flow.latent(of: x).value.reshaped([2, 2, 3, 12])
      expectEqual(y, [2, 2, 3, 12], "squeeze") { n, row, column, channel in
        let (i, j) = places[channel / 3]
        return pixel(x, n, 2 * row + i, 2 * column + j, channel % 3)
      }
    }
  }

  @Test("Flattening is row by row, channels last")
  func flatten() {
    let x = images()
    let y = Sequential([.flatten], exampleShape: [7, 5, 2], seed: 1)(x)
    #expect(y.shape == [3, 70])
    #expect(y[1, (3 * 5 + 4) * 2 + 1] == x[1, 3, 4, 1])
    let back = Sequential([.reshape([5, 7, 2])], exampleShape: [70], seed: 1)(y)
    #expect(back[2, 1, 6, 0] == y[2, (1 * 7 + 6) * 2])
  }

  @Test("Norms of errors sum over all pixels of an image, each image by itself")
  func norms() {
    let (x, m) = (images(3, seed: 5), images(3, seed: 6))
    let found = ReconstructionNorm.l1.distances(m, x)
    for n in 0..<3 {
      var sum = 0.0
      for row in 0..<7 {
        for column in 0..<5 {
          for channel in 0..<2 {
            sum += abs(pixel(m, n, row, column, channel) - pixel(x, n, row, column, channel))
          }
        }
      }
      #expect(abs(Double(found[n]) - sum) < 1e-3)
    }
  }

  @Test("An autoencoder's reconstruction of an image is the same alone and among many", arguments: [1, 2, 3])
  func autoencoder(layers: Int) throws {
    let model = ConvolutionalAutoencoder(
      .init(height: 9, width: 7, channels: 2, layers: layers, maps: 4, bottleneckMaps: 3, kernel: 3), seed: 1)
    var random = RandomGenerator(seed: 7)
    let x = random.uniform([150, 9, 7, 2])
    let (whole, errors) = (try model.reconstruct(x), try model.reconstructionError(x, norm: .l2))
    for row in [0, 1, 31, 32, 63, 64, 74, 75, 127, 128, 148, 149] {
      let alone = try model.reconstruct(x.sliced(axis: 0, row..<row + 1))
      let difference = (alone - whole.sliced(axis: 0, row..<row + 1)).absolute()
      #expect(difference.elements.allSatisfy { $0 < 1e-5 }, "image \(row)")
      let error = (alone - x.sliced(axis: 0, row..<row + 1)).squared().sum().scalar.squareRoot()
      #expect(abs(error - errors[row]) < 1e-4)
    }
  }

  @Test("Errors of examples beyond the first batch are their own, in order", arguments: [1, 7, 64, 256])
  func errorsInBatches(batch: Int) throws {
    let model = DenseAutoencoder(.init(features: 6, hidden: [3]), seed: 1)
    var random = RandomGenerator(seed: 8)
    let x = random.uniform([600, 6])
    let reconstructions = try model.reconstruct(x)
    let found = try model.reconstructionError(x, norm: .l1, batchSize: batch).elements
    #expect(found.count == 600)
    for row in 0..<600 {
      let sum = (0..<6).reduce(0.0) { $0 + abs(Double(reconstructions[row, $1] - x[row, $1])) }
      #expect(abs(Double(found[row]) - sum) < 1e-5)
    }
  }
}
