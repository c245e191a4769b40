import GenModels
import Testing

/// Shapes of layers that are known before there is a tensor.
@Suite struct LayerShapeTests {
  /// A source that has every tensor, as zeros, and counts how often it is asked.
  private final class Counter {
    var asked = 0

    var source: TensorSource {
      TensorSource.stored { (_, shape) throws(ModelFileError) in
        self.asked += 1
        return Tensor.zeros(shape)
      }
    }
  }

  @Test(
    "The shape found without tensors is that of the built layer",
    arguments: [
      (.dense(units: 3), [5]), (.convolution(channels: 2, kernel: 3, padding: .full), [4, 5, 1]),
      (.convolution(channels: 2, kernel: 3, stride: 2), [7, 5, 3]), (.batchNormalization, [4, 4, 2]),
      (.maximumPooling(window: 2), [4, 6, 2]), (.flatten, [2, 3, 1]), (.reshape([6]), [2, 3]),
      (.dropout(probability: 0.5), [3]), (.activation(.tanh), [3]), (.winnerTakeAll(), [4, 4, 2]),
      (.residual([.dense(units: 7), .dense(units: 4)]), [4]),
    ] as [(LayerSpecification, Shape)])
  func shapes(specification: LayerSpecification, input: Shape) throws {
    let built = try specification.description.layer(after: input, Counter().source)
    #expect(try specification.description.outputShape(after: input) == built.outputShape)
  }

  @Test("A residual block whose layers don't keep the shape is refused before it asks for a tensor")
  func residual() {
    let counter = Counter()
    let block = LayerSpecification.residual([.residual([.dense(units: 4)]), .dense(units: 1 << 20)])
    #expect(throws: ModelFileError.self) { try block.description.layer(after: [4], counter.source) }
    #expect(counter.asked == 0)
  }

  @Test("A coupling whose network gives no vectors is refused before it asks for a tensor")
  func coupling() {
    let counter = Counter()
    let coupling = BijectionSpecification.coupling(network: [
      .dense(units: 1 << 20), .reshape([1 << 10, 1 << 10]),
    ])
    #expect(throws: ModelFileError.self) {
      try coupling.description.bijection(after: [4], conditions: 0, counter.source)
    }
    #expect(counter.asked == 0)
  }

  @Test(
    "Of channels that a file tells of and does not hold nothing is made",
    arguments: [
      (.batchNormalization, [Int(Int32.max)]), (.residual([.batchNormalization]), [Int(Int32.max)]),
      (.dense(units: 3), [1 << 29]), (.dense(units: 1 << 29), [3]),
      (.convolution(channels: 2, kernel: 3), [4, 4, 1 << 26]),
      (.convolution(channels: 1 << 26, kernel: 3), [4, 4, 2]),
    ] as [(LayerSpecification, Shape)])
  func missingTensors(specification: LayerSpecification, input: Shape) {
    let empty = TensorSource.stored { (name, shape) throws(ModelFileError) in
      throw .missingTensor(name: name, shape: shape)
    }
    #expect(throws: ModelFileError.self) { try specification.description.layer(after: input, empty) }
  }
}
