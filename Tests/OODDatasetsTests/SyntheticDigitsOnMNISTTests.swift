import GenModels
import OODDatasets
import Testing

/// The drawn digits are an honest stand-in: what learns from them alone reads real handwriting.
@Suite(.enabled(if: SharedData.isHere, "\(SharedData.message)"))
struct SyntheticDigitsOnMNISTTests {
  @Test func aConvolutionalClassifierReadsMNIST() throws {
    let train = SyntheticGlyphs.digits.examples(0..<16_000, of: .train, seed: 0)
    let network = Sequential(
      [
        .convolution(channels: 8, kernel: 5), .maximumPooling(window: 2),
        .convolution(channels: 16, kernel: 3), .maximumPooling(window: 2),
        .flatten, .dense(units: 64, activation: .relu), .dense(units: 10),
      ], exampleShape: [28, 28, 1], seed: 1)
    let trainer = Trainer(
      optimizer: Adam(learningRate: 2e-3), epochs: 3, batchSize: 64, seed: 2, schedule: .cosine(floor: 0.02))
    let data = try TrainingSet(train.images, labels: train.labels)
    let trained = try trainer.train(network, on: data) { network, batch, scope in
      network(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
    }.model

    let test = try SharedData.library.load("mnist:test")
    let right = accuracy(of: trained, on: test)
    #expect(right >= 0.88, "\(right) of the MNIST test images were read")
    #expect(accuracy(of: network, on: test) < 0.3)
  }

  private func accuracy(of network: Sequential, on data: Dataset) -> Double {
    var right = 0
    for start in stride(from: 0, to: data.count, by: 500) {
      let part = data[start..<min(data.count, start + 500)]
      let named = network(part.examples).positionOfMaximum(axis: 1)
      right += zip(named.elements, part.labels!.elements).count { $0 == $1 }
    }
    return Double(right) / Double(data.count)
  }
}
