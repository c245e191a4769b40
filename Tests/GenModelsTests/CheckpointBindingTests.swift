import Foundation
import GenModels
import Testing

/// A checkpoint is resumed by the training that wrote it, and by no other.
@Suite("Checkpoints are bound to their training") struct CheckpointBindingTests {
  private struct Stop: Error {}

  /// All that a training depends on. Each test changes one thing.
  private struct Setup {
    var images = CheckpointBindingTests.images(seed: 1)
    var validation: Tensor? = CheckpointBindingTests.images(seed: 2)
    var architecture = ConvolutionalAutoencoder.Architecture(
      height: 8, width: 8, channels: 1, layers: 1, maps: 4, bottleneckMaps: 4, kernel: 3,
      bottleneck: .winnerTakeAll(channelSparsity: 0.25, lifetimeRate: 0.5))
    var settings = AutoencoderTraining(
      trainer: Trainer(
        optimizer: Adam(learningRate: 1e-3), epochs: 4, batchSize: 8, seed: 3, schedule: .cosine(floor: 0.1),
        clipping: .norm(10), earlyStopping: EarlyStopping(patience: 9)), corruption: 0.1)

    /// Trains; stops after some steps where asked to.
    func run(_ path: String, stoppingAfter steps: Int? = nil) throws -> TrainingResult<
      ConvolutionalAutoencoder
    > {
      var settings = settings
      settings.trainer.checkpointing = Checkpointing(path: path, everySteps: 1)
      return try ConvolutionalAutoencoder.train(
        architecture, on: images, validation: validation, settings: settings
      ) {
        if $0.step == steps { throw Stop() }
      }
    }
  }

  private static func images(seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.uniform([32, 8, 8, 1])
  }

  @Test(
    "Every change of data or settings is refused with its name, and the same training goes on to the same bits"
  )
  func changes() throws {
    try withTemporaryFolder { folder in
      let (path, whole) = (folder + "/checkpoint", try Setup().run(folder + "/whole"))
      #expect(throws: Stop.self) { try Setup().run(path, stoppingAfter: 6) }
      let saved = try Data(contentsOf: URL(fileURLWithPath: path))
      let changes: [(name: String, change: (inout Setup) -> Void)] = [
        ("training examples", { $0.images = Self.images(seed: 9) }),
        (
          "training examples",
          {
            // The same images in another order.
            let order = Indexes([1, 0] + Array(2..<32))
            $0.images = $0.images.rows(order)
          }
        ),
        ("validation examples", { $0.validation = Self.images(seed: 9) }),
        ("validation examples", { $0.validation = nil }),
        (
          "architecture",
          { $0.architecture.bottleneck = .winnerTakeAll(channelSparsity: 0.5, lifetimeRate: 0.5) }
        ),
        (
          "architecture",
          { $0.architecture.bottleneck = .winnerTakeAll(channelSparsity: 0.25, lifetimeRate: 0.25) }
        ),
        ("architecture", { $0.architecture.bottleneck = .winnerTakeAll(channelSparsity: 0.25) }),
        (
          "architecture",
          {
            $0.architecture.bottleneck = .winnerTakeAll(
              channelSparsity: 0.25, channelStride: 2, lifetimeRate: 0.5)
          }
        ),
        ("architecture", { $0.architecture.bottleneck = .plain }),
        ("first parameters", { $0.settings.startsAtMean = true }),
        ("corruption", { $0.settings.corruption = 0.2 }),
        ("optimizer", { $0.settings.trainer.optimizer = Adam(learningRate: 2e-3) }),
        ("optimizer", { $0.settings.trainer.optimizer = Adam(learningRate: 1e-3, beta2: 0.99) }),
        ("optimizer", { $0.settings.trainer.optimizer = Adam.adamW(learningRate: 1e-3) }),
        ("optimizer", { $0.settings.trainer.optimizer = RMSProp(learningRate: 1e-3) }),
        ("batch size", { $0.settings.trainer.batchSize = 16 }),
        ("seed", { $0.settings.trainer.seed = 4 }),
        ("parts of a batch", { $0.settings.trainer.batchParts = 2 }),
        ("schedule", { $0.settings.trainer.schedule = .cosine(floor: 0.2) }),
        ("schedule", { $0.settings.trainer.schedule = .constant }),
        ("gradient clipping", { $0.settings.trainer.clipping = .norm(11) }),
        ("gradient clipping", { $0.settings.trainer.clipping = nil }),
        ("early stopping", { $0.settings.trainer.earlyStopping = EarlyStopping(patience: 8) }),
        ("number of epochs", { $0.settings.trainer.epochs = 5 }),
        ("noise", { $0.settings.trainer.lossSettings["noise"] = "1" }),
      ]
      for (name, change) in changes {
        var setup = Setup()
        change(&setup)
        let error = #expect(throws: TrainingError.self, "\(name)") { try setup.run(path) }
        if case .checkpointOfOtherTraining(_, let setting, let found, let expected)? = error {
          #expect(setting.contains(name) && found != expected, "\(name): \(setting)")
        } else {
          Issue.record("\(name): \(String(describing: error))")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == saved)
      }
      let resumed = try Setup().run(path)
      #expect(
        resumed.model.namedTensors.map { $0.1.elements } == whole.model.namedTensors.map { $0.1.elements })
    }
  }

  @Test("Steps past the end and losses that are no numbers are refused")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/checkpoint"
      #expect(throws: Stop.self) { try Setup().run(path, stoppingAfter: 6) }
      let good = try SafetensorsFile(contentsOf: path)
      for step in ["17", "9223372036854775807", "-1", "6.5", "", "99999999999999999999"] {
        var file = good
        file.metadata["step"] = step
        try file.write(to: path)
        let error = #expect(throws: TrainingError.self, "\(step)") { try Setup().run(path) }
        guard case .damagedCheckpoint? = error else {
          Issue.record("\(step): \(String(describing: error))")
          continue
        }
      }
      var file = good
      file["training.loss_sum"] = .float64([.infinity], shape: [1])
      try file.write(to: path)
      #expect(throws: TrainingError.self) { try Setup().run(path) }
      var broken = good
      let name = try #require(good.names.first { $0.hasPrefix("model.") })
      broken[name] = .float32(Tensor(repeating: .nan, shape: try good.tensor(name).shape))
      try broken.write(to: path)
      #expect(throws: TrainingError.self) { try Setup().run(path) }
    }
  }

  @Test("More steps than can be counted are an error, not a trap")
  func tooManySteps() throws {
    var setup = Setup()
    setup.settings.trainer.epochs = .max
    let error = #expect(throws: TrainingError.self) {
      try ConvolutionalAutoencoder.train(setup.architecture, on: setup.images, settings: setup.settings)
    }
    #expect(error == .tooManySteps(epochs: .max, stepsPerEpoch: 4))
  }
}
