import Foundation
import GenModels
import OODLaws
import Testing

@Suite("The laws of damaged files hold for checkpoints")
struct CheckpointLawTests {
  @Test("A flipped bit of a checkpoint is refused, or the training ends with the same model")
  func damage() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("checkpoint.safetensors")
    let x = LawData.unit([20, 6], seed: 1)
    func trained(stopsAfter last: Int? = nil) throws -> [Tensor] {
      let trainer = Trainer(
        optimizer: Adam(), epochs: 2, batchSize: 10,
        checkpointing: Checkpointing(path: file.path, everySteps: 2))
      let model = DenseAutoencoder(.init(features: 6, hidden: [5, 3]), seed: 1)
      let result = try trainer.train(
        model, on: TrainingSet(x),
        loss: { model, batch, scope in
          (model(scope.constant(batch.inputs), scope.context) - batch.inputs).squared().mean()
        }, progress: { if $0.step == last { throw CancellationError() } })
      return result.model.namedTensors.map(\.tensor)
    }
    #expect(throws: CancellationError.self) { try trained(stopsAfter: 2) }
    let bytes = Array(try Data(contentsOf: file))
    let expected = try trained()
    let violations = FileDamageLaws.violations(bytes: bytes, flips: 400) { damaged in
      try Data(damaged).write(to: file)
      return try trained() == expected
    }
    #expect(violations.isEmpty, "\(violations)")
    // The checkpoint itself is taken up, so that the law was asked of something.
    try Data(bytes).write(to: file)
    #expect(try trained() == expected)
  }
}
