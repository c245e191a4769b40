import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Testing

/// One change of a likelihood experiment: which roles' flows must be trained anew.
private struct Change: Sendable, CustomTestStringConvertible {
  let property: String
  let trains: Set<String>
  let apply: @Sendable (inout LikelihoodSettings) -> Void

  var testDescription: String { property }

  static let all = [
    Change(property: "family", trains: ["model", "background"]) { $0.family = .glow },
    Change(property: "trainingCount", trains: ["model", "background"]) { $0.trainingCount = 23 },
    Change(property: "seed", trains: ["model", "background"]) { $0.seed = 1 },
    Change(property: "steps", trains: ["model", "background"]) { $0.steps = 2 },
    Change(property: "hiddenChannels", trains: ["model", "background"]) { $0.hiddenChannels = 3 },
    Change(property: "epochs", trains: ["model", "background"]) { $0.epochs = 2 },
    Change(property: "batchSize", trains: ["model", "background"]) { $0.batchSize = 9 },
    Change(property: "learningRate", trains: ["model", "background"]) { $0.learningRate = 2e-3 },
    Change(property: "mutationRate", trains: ["background"]) { $0.mutationRate = 0.3 },
    Change(property: "backgroundWeightDecay", trains: ["background"]) { $0.backgroundWeightDecay = 0.1 },
    // More models, and none of the old ones again.
    Change(property: "ensembleCount", trains: ["member-1"]) { $0.ensembleCount = 2 },
    Change(property: "companionCount", trains: ["batch-norm"]) { $0.companionCount = 2 },
    // These change what is asked, not what is trained.
    Change(property: "validationCount", trains: []) { $0.validationCount = 3 },
    Change(property: "testCount", trains: []) { $0.testCount = 4 },
    Change(property: "noiseDraws", trains: []) { $0.noiseDraws = 2 },
    Change(property: "batchSizes", trains: []) { $0.batchSizes = [3] },
    Change(property: "importanceSamples", trains: []) { $0.importanceSamples = 3 },
    Change(property: "components", trains: []) { $0.components = 2 },
  ]
}

/// Each setting of a likelihood experiment in turn: a stored flow of another training is not taken for this one's.
@Suite("Settings that an experiment's stored models are bound to")
struct LikelihoodSettingTests {
  private static func images(_ name: String, _ count: Int, seed: UInt64) -> Dataset {
    var random = RandomGenerator(seed: seed)
    let levels = random.integers(count * 64, below: 256).elements.map { Float($0) / 255 }
    return Dataset(name: name, examples: Tensor(levels, shape: [count, 8, 8, 1]))
  }

  private static let training = images("training", 32, seed: 1)
  private static let others = (images("test", 6, seed: 2), images("other", 6, seed: 3))

  private static var settings: LikelihoodSettings {
    var settings = LikelihoodSettings()
    (settings.trainingCount, settings.validationCount, settings.testCount) = (24, 4, 5)
    (settings.steps, settings.hiddenChannels, settings.epochs, settings.batchSize) = (1, 2, 1, 8)
    (settings.ensembleCount, settings.companionCount, settings.noiseDraws, settings.batchSizes) = (
      0, 0, 0, [2]
    )
    return settings
  }

  /// The roles whose flows were trained, not read.
  private func trained(_ settings: LikelihoodSettings, _ training: Dataset, _ folder: String) throws -> Set<
    String
  > {
    var trained: Set<String> = []
    _ = try LikelihoodExperiment(
      training: training, test: Self.others.0, others: [Self.others.1], settings: settings,
      modelFolder: folder
    ).run { if case .training(let role, _) = $0 { trained.insert(role) } }
    return trained
  }

  private func withModels(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/ood-likelihood-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let roles1 = try trained(Self.settings, Self.training, folder)
    #expect(roles1 == ["model", "background"])
    let roles2 = try trained(Self.settings, Self.training, folder)
    #expect(roles2 == [])
    try body(folder)
  }

  @Test("Another training is trained anew, and only what differs", arguments: Change.all)
  fileprivate func everySetting(_ change: Change) throws {
    try withModels { folder in
      var settings = Self.settings
      change.apply(&settings)
      #expect(settings != Self.settings)
      let roles3 = try trained(settings, Self.training, folder)
      #expect(roles3 == change.trains)
    }
  }

  @Test("Other images, or another name of them, are another training")
  func images() throws {
    try withModels { folder in
      var renamed = Self.training
      renamed.name = "others"
      let roles4 = try trained(Self.settings, renamed, folder)
      #expect(roles4 == ["model", "background"])
      let roles5 = try trained(Self.settings, Self.training, folder)
      #expect(roles5 == ["model", "background"])
      var examples = Self.training.examples
      examples[3, 7, 1, 0] = examples[3, 7, 1, 0] < 0.5 ? 1 : 0
      let touched = Dataset(name: Self.training.name, examples: examples)
      let roles6 = try trained(Self.settings, touched, folder)
      #expect(roles6 == ["model", "background"])
    }
  }

  @Test("The table has every setting")
  func complete() {
    let found = Set(Mirror(reflecting: LikelihoodSettings()).children.compactMap(\.label))
    #expect(Set(Change.all.map(\.property)) == found)
  }
}
