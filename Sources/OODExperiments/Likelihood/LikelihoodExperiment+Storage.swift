import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension LikelihoodExperiment {
  /// The entry of a model file's metadata that says how the experiment trained it.
  private static let key = "likelihood_experiment"

  /// What decides a trained model, to the bit; two trainings with equal records give equal models.
  private struct Record: Codable, Equatable {
    var role: String
    var trainingSet: String
    /// A sum over the pixels of the images trained on, so that other images under the same name are noticed.
    var pixelSum: Double
    var digest: String?
    var count: Int
    var seed: UInt64
    var epochs, batchSize: Int
    var learningRate: Double
    var mutationRate: Float?
    var weightDecay: Double?
    var loss: Double?

    func isSameTraining(as other: Record) -> Bool {
      var copy = self
      copy.loss = other.loss
      return copy == other
    }
  }

  private func record(_ role: LikelihoodRole, _ images: Tensor, loss: Double?) -> Record {
    var digest = ContentDigest()
    digest.add(images)
    return Record(
      role: role.name, trainingSet: training.name,
      pixelSum: images.withUnsafeElements { $0.reduce(0.0) { $0 + Double($1) } }, digest: digest.text,
      count: images.shape[0],
      seed: settings.seed, epochs: settings.epochs, batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      mutationRate: role == .background ? settings.mutationRate : nil,
      weightDecay: role == .background ? settings.backgroundWeightDecay : nil, loss: loss)
  }

  private func path(_ role: LikelihoodRole) -> String? {
    modelFolder.map { "\($0)/\(role.name).safetensors" }
  }

  /// The network that an earlier run trained in the same way, with its last loss; nil where there is none, or another one.
  /// - Throws: When the file is there and damaged.
  func storedNetwork<Model: TrainableDensity>(
    _ role: LikelihoodRole, like start: Model, _ images: Tensor
  ) throws -> (Model, loss: Double?)? {
    guard let path = path(role), FileManager.default.fileExists(atPath: path) else { return nil }
    let archive = try ModelArchive(contentsOf: path, catalogue: .complete)
    guard let text = archive.notes[Self.key],
      let stored = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)),
      record(role, images, loss: nil).isSameTraining(as: stored)
    else { return nil }
    guard archive.kind == Model.kind else { return nil }
    let model = try Model(decoding: archive)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let isSame = try encoder.encode(model.configuration) == encoder.encode(start.configuration)
    return isSame ? (model, stored.loss) : nil
  }

  /// Writes a trained network, where models are kept.
  func store(_ model: some TrainableDensity, _ role: LikelihoodRole, _ images: Tensor, loss: Double?) throws {
    guard let path = path(role) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(record(role, images, loss: loss)), as: UTF8.self)
    try model.save(to: path, notes: [Self.key: text])
  }
}
