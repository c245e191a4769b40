import GenModels
import Testing

struct PoolingCase: Sendable {
  let images: Shape
  let height, width, stride: Int
}

@Suite struct PoolingTests {
  @Test func byHand() {
    let x = Tensor([1, 2, 3, 4, 9, 9, 7, 8, 9], shape: [1, 3, 3, 1])
    let (values, positions) = maximumPool(x, window: (2, 2), stride: 1)
    #expect(values.shape == [1, 2, 2, 1])
    #expect(values.elements == [9, 9, 9, 9])
    // The first of equal maxima, row by row.
    #expect(positions.elements == [4, 4, 4, 4])
  }

  @Test(
    arguments: KernelVariant.available,
    [
      PoolingCase(images: [2, 8, 8, 32], height: 2, width: 2, stride: 2),
      PoolingCase(images: [3, 9, 7, 5], height: 3, width: 2, stride: 2),
      PoolingCase(images: [1, 5, 6, 17], height: 1, width: 3, stride: 1),
      PoolingCase(images: [2, 6, 6, 1], height: 2, width: 2, stride: 3),
    ])
  func agreesWithReference(variant: KernelVariant, pooling: PoolingCase) {
    let (shape, height, width, stride) = (pooling.images, pooling.height, pooling.width, pooling.stride)
    var numbers = TestNumbers(seed: 8)
    // Few distinct values, so that there are ties.
    let x = Tensor(shape: shape) { for i in $0.indices { $0[i] = Float(numbers.below(4)) } }
    withVariant(variant) {
      let (values, positions) = maximumPool(x, window: (height, width), stride: stride)
      #expect(
        values.shape == [
          shape[0], (shape[1] - height) / stride + 1, (shape[2] - width) / stride + 1, shape[3],
        ])
      #expect(positions.shape == values.shape)
      let (elements, found, places) = (x.elements, values.elements, positions.elements)
      var k = 0
      for n in 0..<shape[0] {
        for i in 0..<values.shape[1] {
          for j in 0..<values.shape[2] {
            for c in 0..<shape[3] {
              var best = -1
              for a in 0..<height {
                for b in 0..<width {
                  let at = ((n * shape[1] + i * stride + a) * shape[2] + j * stride + b) * shape[3] + c
                  if best < 0 || elements[at] > elements[best] { best = at }
                }
              }
              #expect(places[k] == best && found[k] == elements[best])
              k += 1
            }
          }
        }
      }
    }
  }

  @Test(arguments: KernelVariant.available)
  func notANumberWins(variant: KernelVariant) {
    var x = Tensor.zeros([1, 2, 2, 18])
    for c in 0..<18 {
      x[0, 0, 0, c] = .infinity
      x[0, 0, 1, c] = .nan
      x[0, 1, 0, c] = .nan
    }
    withVariant(variant) {
      let (values, positions) = maximumPool(x, window: (2, 2), stride: 2)
      #expect(values.elements.allSatisfy { $0.isNaN })
      #expect(positions.elements == Array(18..<36))
    }
  }

  @Test func refusesWindowsOutside() async {
    await #expect(processExitsWith: .failure) {
      _ = maximumPool(.zeros([1, 4, 4, 2]), window: (5, 2), stride: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = maximumPool(.zeros([4, 4, 2]), window: (2, 2), stride: 2)
    }
  }
}
