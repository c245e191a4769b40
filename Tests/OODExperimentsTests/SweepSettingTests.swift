import Foundation
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics
import Testing

/// One change of a sweep, and what the refusal calls it.
private struct Change: Sendable, CustomTestStringConvertible {
  /// The property of `ModelMeasurement.Settings`, or another name.
  let name: String
  let setting: String
  let apply: @Sendable (inout Sweep) throws -> Void

  init(_ name: String, _ setting: String, _ apply: @escaping @Sendable (inout Sweep) throws -> Void) {
    self.name = name
    self.setting = setting
    self.apply = apply
  }

  var testDescription: String { name }

  /// Other images in one of the sets.
  static func images(_ name: String, _ setting: String, _ change: @escaping @Sendable (inout Sets) -> Void)
    -> Change
  {
    Change(name, setting) { sweep in
      var sets = Sets()
      change(&sets)
      sweep.data = try sets.data
    }
  }
}

/// Images of 10 × 8 pixels.
private struct Sets {
  var training = images("training", 12, seed: 1)
  var test = images("test", 6, seed: 2)
  var controls = [images("first", 5, seed: 3), images("second", 4, seed: 4)]

  var data: SweepData {
    get throws {
      try SweepData(
        training: training, test: test, controls: controls, symbolTraining: [images("symbols", 9, seed: 5)])
    }
  }
}

private func images(_ name: String, _ count: Int, seed: UInt64) -> Dataset {
  var random = RandomGenerator(seed: seed)
  return Dataset(
    name: name, examples: random.uniform([count, 10, 8, 1]), labels: Indexes((0..<count).map { $0 % 3 }))
}

private func renamed(_ set: Dataset) -> Dataset {
  var other = set
  other.name += " of others"
  return other
}

/// The same images but for one pixel.
private func touched(_ set: Dataset) -> Dataset {
  var examples = set.examples
  examples[0, 9, 7, 0] = examples[0, 9, 7, 0] < 0.5 ? 0.75 : 0.25
  return Dataset(name: set.name, examples: examples, labels: set.labels)
}

private func shortened(_ set: Dataset) -> Dataset { set.selecting(Array(0..<set.count - 1)) }

private let measurements: [Change] = [
  Change("theta", "theta") { $0.measurement.theta = 7.5 },
  Change("curves", "measurement") { $0.measurement.curves.step = 0.25 },
  Change("curves", "measurement") { $0.measurement.curves.steps = 30 },
  Change("generatedCount", "measurement") { $0.measurement.generatedCount = 5 },
  Change("iterations", "measurement") { $0.measurement.iterations = 3 },
  Change("tolerance", "measurement") { $0.measurement.tolerance = 2 },
  Change("uniqueDistance", "measurement") { $0.measurement.uniqueDistance = 2 },
  Change("comparedCount", "measurement") { $0.measurement.comparedCount = 5 },
  Change("bandwidthCount", "measurement") { $0.measurement.bandwidthCount = 3 },
  Change("panelCount", "measurement") { $0.measurement.panelCount = 3 },
]

private let sets: [Change] = [
  .images("training images' name", "training set") { $0.training = renamed($0.training) },
  .images("training images", "training set") { $0.training = touched($0.training) },
  .images("number of training images", "training set") { $0.training = shortened($0.training) },
  .images("test images' name", "test set") { $0.test = renamed($0.test) },
  .images("test images", "test set") { $0.test = touched($0.test) },
  .images("number of test images", "test set") { $0.test = shortened($0.test) },
  .images("first control set's name", "list of control sets") { $0.controls[0] = renamed($0.controls[0]) },
  .images("second control set", "list of control sets") { $0.controls[1] = touched($0.controls[1]) },
  .images("number of control images", "list of control sets") { $0.controls[1] = shortened($0.controls[1]) },
  .images("order of control sets", "list of control sets") { $0.controls.swapAt(0, 1) },
  .images("number of control sets", "list of control sets") { $0.controls.removeLast() },
  Change("recipe", "recipe") { $0.grid = SweepGrid([point(.paper)], recipe: .paper) },
]

private func point(_ recipe: SweepPoint.Recipe = .fast) -> SweepPoint {
  SweepPoint(layers: 1, maps: 2, bottleneck: 3, kernel: 3, epochs: 0, recipe: recipe)
}

/// Each setting of a sweep in turn: a directory of one value is not gone on with under another.
@Suite("Settings that a sweep's directory binds")
struct SweepSettingTests {
  private func sweep(_ folder: String) throws -> Sweep {
    var sweep = Sweep(SweepGrid([point()], recipe: .fast), data: try Sets().data, directory: folder)
    sweep.measurement.generatedCount = 4
    sweep.measurement.iterations = 2
    sweep.measurement.curves = .init(step: 0.5, steps: 20)
    (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
    return sweep
  }

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "/ood-sweep-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  /// The setting that a sweep is refused for, "nothing" where it runs.
  private func refusal(_ sweep: Sweep) async throws -> String {
    do {
      try await sweep.run(resumes: true)
      return "nothing"
    } catch SweepError.otherSweep(_, let setting, let found, let expected) {
      #expect(found != expected)
      return setting
    }
  }

  @Test("A sweep with one other setting is refused, and the setting is named", arguments: measurements + sets)
  fileprivate func everySetting(_ change: Change) async throws {
    try await withFolder { folder in
      let first = try sweep(folder + "/sweep")
      try await first.run(resumes: false)
      let records = try Data(contentsOf: URL(fileURLWithPath: first.directory.file("models.jsonl")))
      var other = first
      try change.apply(&other)
      #expect(try await refusal(other) == change.setting)
      // Nothing was touched, and the same sweep goes on.
      #expect(try Data(contentsOf: URL(fileURLWithPath: first.directory.file("models.jsonl"))) == records)
      #expect(try await refusal(first) == "nothing")
    }
  }

  @Test("The table has every setting of a measurement, and of its curves")
  func complete() {
    let found = Set(Mirror(reflecting: ModelMeasurement.Settings()).children.compactMap(\.label))
    #expect(Set(measurements.map(\.name)) == found)
    #expect(
      Mirror(reflecting: SweepCurves.Grid()).children.count == measurements.count { $0.name == "curves" })
  }

  @Test("Classifiers are bound by their numbers, and trained ones by their training")
  func classifiers() async throws {
    try await withFolder { folder in
      func classifier(_ name: String, classes: Int, seed: UInt64) throws -> String {
        let path = "\(folder)/\(name).safetensors"
        try Sequential(
          [.flatten, .dense(units: 4), .dense(units: classes)], exampleShape: [10, 8, 1], seed: seed
        )
        .save(to: path)
        return path
      }
      var first = try sweep(folder + "/sweep")
      first.digitClassifier = .file(try classifier("digits", classes: 3, seed: 1))
      first.symbolClassifier = .file(try classifier("symbols", classes: 2, seed: 2))
      try await first.run(resumes: false)
      #expect(try await refusal(first) == "nothing")
      var other = first
      other.digitClassifier = .none
      #expect(try await refusal(other) == "digit classifier")
      (other.digitClassifier, other.symbolClassifier) = (first.digitClassifier, .none)
      #expect(try await refusal(other) == "symbol classifier")
      // Under the same name, with other numbers.
      _ = try classifier("digits", classes: 3, seed: 9)
      #expect(try await refusal(first) == "digit classifier")
      _ = try classifier("digits", classes: 3, seed: 1)
      #expect(try await refusal(first) == "nothing")
      _ = try classifier("symbols", classes: 2, seed: 9)
      #expect(try await refusal(first) == "symbol classifier")

      var trained = try sweep(folder + "/trained")
      trained.symbolClassifier = .trained
      trained.classifierEpochs = 1
      try await trained.run(resumes: false)
      var more = trained
      more.classifierEpochs = 2
      #expect(try await refusal(more) == "training of symbol-classifier")
      more = trained
      more.classifierSeed = 1
      #expect(try await refusal(more) == "training of symbol-classifier")
      more = trained
      more.data = try SweepData(
        training: Sets().training, test: Sets().test, controls: Sets().controls,
        symbolTraining: [touched(images("symbols", 9, seed: 5))])
      #expect(try await refusal(more) == "training of symbol-classifier")
      #expect(try await refusal(trained) == "nothing")
    }
  }

  // MARK: Points

  @Test("Every setting of a model is in its name, its file and its training")
  func points() throws {
    let point = SweepPoint(layers: 2, maps: 6, bottleneck: 5, kernel: 3, epochs: 4)
    let changes: [(String, (inout SweepPoint) -> Void)] = [
      ("layers", { $0.layers = 3 }), ("maps", { $0.maps = 7 }), ("bottleneck", { $0.bottleneck = 4 }),
      ("kernel", { $0.kernel = 2 }), ("channelSparsity", { $0.channelSparsity = 0.25 }),
      ("channelStride", { $0.channelStride = 2 }),
      ("corruption", { $0.corruption = 0.125 }), ("epochs", { $0.epochs = 5 }), ("seed", { $0.seed = 1 }),
      ("recipe", { $0.recipe = .paper }),
    ]
    #expect(Set(changes.map(\.0)) == Set(Mirror(reflecting: point).children.compactMap(\.label)))
    var names: Set = [point.name]
    for (name, change) in changes {
      var other = point
      change(&other)
      #expect(names.insert(other.name).inserted, "\(name) is not in the name \(other.name)")
      #expect(other != point)
      let decoded = try JSONDecoder().decode(SweepPoint.self, from: JSONEncoder().encode(other))
      #expect(decoded == other, "\(name) is lost in a file")
      let grid = try SweepGrid(json: SweepGrid([other], recipe: other.recipe).json(), name: "grid")
      #expect(grid.points == [other], "\(name) is lost in a grid's file")
    }
  }

  @Test("A model is built and trained as its point says, field by field")
  func meaning() {
    let point = SweepPoint(
      layers: 2, maps: 6, bottleneck: 5, kernel: 3, channelSparsity: 0.25, channelStride: 2,
      corruption: 0.125,
      epochs: 4, seed: 9)
    #expect(
      point.architecture(imageShape: [10, 8, 3])
        == .init(
          height: 10, width: 8, channels: 3, layers: 2, maps: 6, bottleneckMaps: 5, kernel: 3,
          bottleneck: .winnerTakeAll(channelSparsity: 0.25, channelStride: 2, lifetimeRate: nil)))
    for recipe in SweepPoint.Recipe.allCases {
      var point = point
      point.recipe = recipe
      let (training, base) = (point.training, recipe == .paper ? AutoencoderTraining.paper : .fast)
      #expect(training.corruption == 0.125 && training.startsAtMean == base.startsAtMean)
      #expect(training.trainer.epochs == 4 && training.trainer.seed == 9)
      #expect(
        training.trainer.batchSize == base.trainer.batchSize
          && training.trainer.schedule == base.trainer.schedule)
      #expect("\(training.trainer.optimizer)" == "\(base.trainer.optimizer)")
      #expect(training.trainer.clipping == nil && training.trainer.earlyStopping == nil)
    }
    #expect(
      "\(AutoencoderTraining.paper.trainer.optimizer)" != "\(AutoencoderTraining.fast.trainer.optimizer)")
  }

  // MARK: Long batches

  @Test("A classifier answers for each of more images than one batch as for it alone")
  func longBatches() throws {
    let classifier = ImageClassifier(
      Sequential(
        [
          .convolution(channels: 3, kernel: 3), .maximumPooling(window: 2), .flatten,
          .dense(units: 6, activation: .relu), .dense(units: 4),
        ],
        exampleShape: [10, 8, 1], seed: 3))
    let set = images("many", 530, seed: 8)
    let (logits, features) = (try classifier.logits(set.examples), try classifier.features(set.examples))
    #expect(logits.shape == [530, 4] && features.shape == [530, 6])
    let (probabilities, predictions) = (
      try classifier.probabilities(set.examples), try classifier.labels(set.examples).elements.map { Int($0) }
    )
    var wrong = 0
    for row in 0..<530 {
      let values = (0..<4).map { logits[row, $0] }
      #expect(values[predictions[row]] == values.max()!)
      #expect(abs((0..<4).reduce(0) { $0 + probabilities[row, $1] } - 1) < 1e-5)
      if predictions[row] != row % 3 { wrong += 1 }
    }
    #expect(try classifier.error(set.examples, labels: set.labels!) == Double(wrong) / 530)
    for row in [0, 255, 256, 257, 511, 512, 529] {
      let alone = set.examples.sliced(axis: 0, row..<row + 1)
      for (a, b) in zip(try classifier.logits(alone).elements, (0..<4).map { logits[row, $0] }) {
        #expect(abs(a - b) < 1e-5)
      }
      for (a, b) in zip(try classifier.features(alone).elements, (0..<6).map { features[row, $0] }) {
        #expect(abs(a - b) < 1e-5)
      }
    }
  }
}
