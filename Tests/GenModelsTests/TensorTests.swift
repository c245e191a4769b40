import GenModels
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test("A tensor is a value: a copy does not change with the original")
  func values() {
    var a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let b = a
    a[1, 2] = 60
    #expect(a[1, 2] == 60)
    #expect(b[1, 2] == 6)
    #expect(b == Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
    #expect(a != b)
  }

  @Test("Equality is that of floats: NaN equals nothing, shapes count")
  func equality() {
    #expect(Tensor([0]) == Tensor([-0.0]))
    let bad = Tensor([.nan])
    #expect(bad != bad)
    #expect(Tensor([1, 2], shape: [2, 1]) != Tensor([1, 2]))
  }

  @Test("Arithmetic broadcasts as NumPy does")
  func broadcasting() {
    let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(matrix + Tensor([10, 20, 30]) == Tensor([11, 22, 33, 14, 25, 36], shape: [2, 3]))
    #expect(matrix * Tensor([2, -1], shape: [2, 1]) == Tensor([2, 4, 6, -4, -5, -6], shape: [2, 3]))
    #expect(Tensor(1) / Tensor([2, 4]) == Tensor([0.5, 0.25]))
    #expect(Tensor([1, 2], shape: [2, 1]) - Tensor([1, 2]) == Tensor([0, -1, 1, 0], shape: [2, 2]))
    #expect(Tensor([7]).broadcast(to: [2, 2, 2]) == Tensor(repeating: 7, shape: [2, 2, 2]))
    #expect(Tensor.zeros([0, 3]) + Tensor([1, 2, 3]) == .zeros([0, 3]))
  }

  @Test("Broadcasting over every pair of axes agrees with the loop", arguments: 0..<40)
  func broadcastingLaw(_ seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    let full = random.integers(4, below: 3).elements.map { $0 + 1 }
    func thinned() -> Shape {
      Shape(zip(full, random.integers(4, below: 2).elements).map { $1 == 0 ? 1 : $0 })
    }
    let (a, b) = (random.normal(thinned()), random.normal(thinned()))
    let sum = a - b
    for i in 0..<sum.shape[0] {
      for j in 0..<sum.shape[1] {
        for k in 0..<sum.shape[2] {
          for l in 0..<sum.shape[3] {
            func at(_ x: Tensor) -> Float {
              x[i % x.shape[0], j % x.shape[1], k % x.shape[2], l % x.shape[3]]
            }
            #expect(sum[i, j, k, l] == at(a) - at(b))
          }
        }
      }
    }
  }

  @Test("Sums, means and positions of the largest")
  func reductions() {
    let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2])
    #expect(x.sum() == Tensor(36))
    #expect(x.sum(axes: [1]) == Tensor([4, 6, 12, 14], shape: [2, 2]))
    #expect(x.sum(axes: [0, 2]) == Tensor([14, 22]))
    #expect(x.sum(axes: [-1], keepingAxes: true) == Tensor([3, 7, 11, 15], shape: [2, 2, 1]))
    #expect(x.mean() == Tensor(4.5))
    #expect(x.maximum(axis: 1) == Tensor([3, 4, 7, 8], shape: [2, 2]))
    #expect(Tensor([3, 9, 9, 1], shape: [2, 2]).positionOfMaximum(axis: 1) == Indexes([1, 0]))
  }

  @Test("A long sum keeps its accuracy, and its bits for any number of threads")
  func longSums() {
    let x = Tensor(repeating: 0.1, shape: [1000, 1000, 4])
    let exact = Double(Float(0.1)) * 4e6
    let sums = (1...3).map { threads in Parallelism.withThreads(threads) { x.sum().scalar } }
    #expect(abs(Double(sums[0]) - exact) / exact < 1e-6)
    #expect(Set(sums).count == 1)
    let columns = (1...3).map { threads in Parallelism.withThreads(threads) { x.sum(axes: [0, 1]) } }
    #expect(columns[0] == columns[1] && columns[0] == columns[2])
  }

  @Test("Slices, pads, concatenations and transpositions")
  func layout() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(x.transposed() == Tensor([1, 4, 2, 5, 3, 6], shape: [3, 2]))
    #expect(x.sliced(axis: 1, 1..<3) == Tensor([2, 3, 5, 6], shape: [2, 2]))
    #expect(x.zeroPadded(axis: 0, before: 1, after: 0).sum(axes: [1]) == Tensor([0, 6, 15]))
    #expect(Tensor.concatenate([x.sliced(axis: 1, 0..<1), x.sliced(axis: 1, 1..<3)], axis: 1) == x)
    #expect(x.rows(Indexes([1, 1, 0])).sliced(axis: 1, 0..<1).elements == [4, 4, 1])
    #expect(x.elements(at: Indexes([5, 0])) == Tensor([6, 1]))
  }

  @Test("The first element that is not finite is found wherever it is")
  func nonFinite() {
    #expect(Tensor([1, 2, 3]).firstNonFinite == nil)
    #expect(Tensor.zeros([0]).firstNonFinite == nil)
    for position in [0, 1, 15, 16, 17, 99] {
      var x = Tensor.zeros([100])
      x[position] = position % 2 == 0 ? .nan : -.infinity
      #expect(x.firstNonFinite == position)
    }
  }

  @Test("Shapes that can't be right stop the program with a sentence that has both shapes")
  func misuse() async {
    func expectStop(_ sentence: String, _ result: ExitTest.Result?) {
      let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(text.contains(sentence), "\(text)")
    }
    expectStop(
      "Shapes [2, 3] and [2, 2] don't fit together",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor.zeros([2, 3]) + Tensor.zeros([2, 2])
      })
    expectStop(
      "has 6 elements and can't take the shape [4, 2]",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor.zeros([2, 3]).reshaped([4, 2])
      })
    expectStop(
      "Tensors of shapes [2, 3] and [3, 3] differ in more than axis 1",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor.concatenate([.zeros([2, 3]), .zeros([3, 3])], axis: 1)
      })
    expectStop(
      "A dense layer with weights [3, 2] takes [batch, 3], not [5, 4]",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let layer = Dense(weight: .zeros([3, 2]), bias: .zeros([2]))
        _ = layer(Tensor.zeros([5, 4]))
      })
    expectStop(
      "takes batches of examples of shape [8, 8, 1], not a tensor of shape [2, 9, 9, 1]",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let model = Sequential([.convolution(channels: 2, kernel: 3)], exampleShape: [8, 8, 1], seed: 1)
        _ = model(Tensor.zeros([2, 9, 9, 1]))
      })
    expectStop(
      "There is no number 3 among the 3 classes",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor.zeros([1, 3]).crossEntropy(labels: Indexes([3]))
      })
  }
}
