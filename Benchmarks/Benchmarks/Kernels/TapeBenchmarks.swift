import GenModels

/// What an operation costs beside its arithmetic, and whole training steps.
func tapeBenchmarks() {
  let x = RandomTensors.normal([32])
  latency("unrecorded operation on 32 floats") { _ = x + x }
  let chain = 1_000
  latency("\(chain) recorded operations on 32 floats, with their scope") {
    _ = valueWithGradient(at: x) { variable in
      var y = variable
      for _ in 0..<chain { y = y + variable }
      return y.detached().sum()
    }
  }
  latency("\(chain) recorded operations on 32 floats, forward and backward") {
    _ = valueWithGradient(at: x) { variable in
      var y = variable
      for _ in 0..<chain { y = y + variable }
      return y.sum()
    }
  }

  let data = Lazy { try! TrainingSet(RandomTensors.normal([640, 28, 28, 1]).sigmoid()) }
  for layers in [1, 2] {
    let encoder = Array(
      repeating: LayerSpecification.convolution(channels: 128, kernel: 5), count: layers)
    let decoder =
      Array(
        repeating: LayerSpecification.convolution(channels: 128, kernel: 5, padding: .full), count: layers - 1
      )
      + [.convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full)]
    let model = Sequential(encoder + [.winnerTakeAll()] + decoder, exampleShape: [28, 28, 1], seed: 1)
    latency("ten training steps of a winner-take-all autoencoder, L = \(layers), batches of 64") {
      _ = try! Trainer(optimizer: Adadelta(learningRate: 0.1), epochs: 1).train(model, on: data.value) {
        model, batch, scope in
        let x = scope.constant(batch.inputs)
        return (model(x, scope.context) - x).squared().mean()
      }
    }
  }
}
