import GenModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a likelihood experiment keeps of its trainings: the model of each role, and how its training went.
struct LikelihoodStorage: Sendable {
  private let experiment: LikelihoodExperiment
  /// What the networks learn.
  private let images: Tensor
  private let digest: String
  private let pixelSum: Double
  private let results: ResultStore
  private var settings: LikelihoodSettings { experiment.settings }

  init(_ experiment: LikelihoodExperiment, learning images: Tensor) {
    self.experiment = experiment
    self.images = images
    digest = ResultStore.digest(images)
    pixelSum = images.withUnsafeElements { $0.reduce(0.0) { $0 + Double($1) } }
    results = ResultStore(folder: experiment.modelFolder)
  }

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
    /// Of a mixture.
    var components: Int?
    var loss: Double?

    func isSameTraining(as other: Record) -> Bool {
      var copy = self
      copy.loss = other.loss
      return copy == other
    }
  }

  private func record(_ role: LikelihoodRole, loss: Double?) -> Record {
    Record(
      role: role.name, trainingSet: experiment.training.name, pixelSum: pixelSum, digest: digest,
      count: images.shape[0], seed: settings.seed, epochs: settings.epochs, batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      mutationRate: role == .background ? settings.mutationRate : nil,
      weightDecay: role == .background ? settings.backgroundWeightDecay : nil,
      components: settings.family.network == nil ? settings.components : nil, loss: loss)
  }

  private func path(_ role: LikelihoodRole) -> String? {
    experiment.modelFolder.map { "\($0)/\(role.name).safetensors" }
  }

  /// The model that an earlier run trained in the same way, with its last loss; nil where there is none, or another one.
  /// - Parameter start: What its training would begin with, of the same configuration; nil for a model that is fitted without.
  /// - Throws: When the file is there and damaged.
  func stored<Kept: Model>(_ role: LikelihoodRole, as type: Kept.Type, like start: Kept?) throws -> (
    model: Kept, loss: Double?
  )? {
    guard let path = path(role), FileManager.default.fileExists(atPath: path) else { return nil }
    let archive = try ModelArchive(contentsOf: path, catalogue: .complete)
    guard let text = archive.notes[Self.key],
      let stored = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)),
      record(role, loss: nil).isSameTraining(as: stored), archive.kind == Kept.kind
    else { return nil }
    let model = try Kept(decoding: archive)
    guard let start else { return (model, stored.loss) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let isSame = try encoder.encode(model.configuration) == encoder.encode(start.configuration)
    return isSame ? (model, stored.loss) : nil
  }

  /// Writes a trained model, where models are kept.
  func store(_ model: some Model, _ role: LikelihoodRole, loss: Double?) throws {
    guard let path = path(role) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(record(role, loss: loss)), as: UTF8.self)
    try model.save(to: path, notes: [Self.key: text])
  }

  // MARK: How trainings went

  private func name(_ role: LikelihoodRole) -> String { "training-" + role.name }
  private func key(_ role: LikelihoodRole) -> String {
    ResultStore.key(record(role, loss: nil), settings.family, settings.steps, settings.hiddenChannels)
  }

  /// What an earlier run noted of a training; nil where it did not.
  func training(_ role: LikelihoodRole) -> LikelihoodReport.Training? {
    results.stored(name(role), key: key(role))
  }

  func note(_ training: LikelihoodReport.Training, of role: LikelihoodRole) throws {
    _ = try results.result(name(role), key: key(role)) { training }
  }

  /// The task that leaves a role's model and its note in the folder.
  func task(
    _ role: LikelihoodRole,
    _ train: @escaping @Sendable (_ progress: (LikelihoodExperiment.Progress) throws -> Void) throws -> Void
  ) -> ExperimentTasks<LikelihoodExperiment.Progress>.Task {
    .init(
      name: name(role),
      isDone: {
        training(role) != nil && path(role).map { FileManager.default.fileExists(atPath: $0) } ?? false
      }, perform: { try train($0) })
  }
}
