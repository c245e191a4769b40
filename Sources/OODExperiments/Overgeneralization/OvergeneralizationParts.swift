import GenModels
import OODDatasets

/// The parts of an overgeneralization experiment, each made of results that are files in its folder: what was stored is taken from there.
struct OvergeneralizationParts: Sendable {
  typealias Reporting = (OvergeneralizationExperiment.Progress) throws -> Void
  typealias Task = ExperimentTasks<OvergeneralizationExperiment.Progress>.Task
  typealias Report = OvergeneralizationReport

  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings
  let store: OvergeneralizationStore
  let key: String
  private let recorded: (training: Tensor, test: Tensor)?

  init(_ experiment: OvergeneralizationExperiment) {
    data = OvergeneralizationData(experiment)
    settings = experiment.settings
    store = experiment.store
    recorded = experiment.clutter.map { (training: $0.training.examples, test: $0.test.examples) }
    let scenes = recorded.map {
      ResultStore.digest($0.training) + ResultStore.digest($0.test)
    }
    key = ResultStore.key(settings, data.digest, scenes ?? "drawn")
  }

  func result<Value: Codable & Sendable>(
    _ name: String, _ progress: @escaping Reporting, _ make: () throws -> Value
  ) throws -> Value {
    try progress(.init(part: name, done: 0, of: 1))
    return try store.results.result(name, key: key, make: make)
  }

  func task<Value: Codable & Sendable>(
    _ name: String, _ make: @escaping @Sendable (@escaping Reporting) throws -> Value
  ) -> Task {
    store.results.task(name, key: key) { progress in
      try progress(.init(part: name, done: 0, of: 1))
      return try make(progress)
    }
  }

  // MARK: What needs none of the panel's classifiers

  /// Its tasks, and those of the panel's networks.
  var tasks: [Task] {
    OvergeneralizationModels(data: data, settings: settings, store: store).tasks
      + [
        task("clutter") { try cluttered.run(progress: $0) },
        task("rings") { _ in try RingsPart(settings: settings).run() },
      ]
      + openSetPart.subsets.reversed().map { subset in
        task(subset.name) { try openSetPart.results(of: subset, progress: $0) }
      }
      + oneClassPart.labels.map { label in
        task("one-class-\(label)") { try oneClassPart.results(of: label, progress: $0) }
      }
  }

  private var openSetPart: OpenSetPart { OpenSetPart(data: data, settings: settings) }
  private var oneClassPart: OneClassPart { OneClassPart(data: data, settings: settings) }
  private var cluttered: ClutterPart { ClutterPart(data: data, settings: settings, recorded: recorded) }

  func openSet(_ progress: @escaping Reporting) throws -> [Report.OpenSetPoint] {
    let part = openSetPart
    return try part.points { subset in
      try result(subset.name, progress) { try part.results(of: subset, progress: progress) }
    }
  }

  func oneClass(_ progress: @escaping Reporting) throws -> [Report.OneClass] {
    let part = oneClassPart
    return try part.rows { label in
      try result("one-class-\(label)", progress) { try part.results(of: label, progress: progress) }
    }
  }

  func clutter(_ progress: @escaping Reporting) throws -> [Report.Score] {
    try result("clutter", progress) { try cluttered.run(progress: progress) }
  }

  func rings(_ progress: @escaping Reporting) throws -> [Report.RingMap] {
    try result("rings", progress) { try RingsPart(settings: settings).run() }
  }
}

extension OvergeneralizationParts {
  /// The parts that ask the panel's classifiers.
  struct Attacked: Sendable {
    private let parts: OvergeneralizationParts
    private let part: FoolingPart
    private let measurement: OvergeneralizationMeasurement

    init(_ parts: OvergeneralizationParts, _ panel: OvergeneralizationPanel) {
      self.parts = parts
      part = FoolingPart(data: parts.data, panel: panel, settings: parts.settings)
      measurement = OvergeneralizationMeasurement(data: parts.data, panel: panel, settings: parts.settings)
    }

    var tasks: [Task] {
      let (part, measurement) = (part, measurement)
      return part.trials.map { trial in
        parts.task(trial.name) { try part.result(of: trial, progress: $0) }
      } + [
        parts.task("radius") { _ in try measurement.radiusAttacks() },
        parts.task("scores") { _ in try measurement.scores() },
        parts.task("accuracy") { _ in try measurement.classifiers() },
        parts.task("fooling-test") { _ in try part.nearestDistanceOfTest() },
      ]
    }

    func fooling(_ progress: @escaping Reporting) throws -> [FoolingPart.Result] {
      try part.trials.map { trial in
        try parts.result(trial.name, progress) { try part.result(of: trial, progress: progress) }
      }
    }

    func nearestDistanceOfTest(_ progress: @escaping Reporting) throws -> Double {
      try parts.result("fooling-test", progress) { try part.nearestDistanceOfTest() }
    }

    func radiusAttacks(_ progress: @escaping Reporting) throws -> [Report.RadiusAttack] {
      try parts.result("radius", progress) { try measurement.radiusAttacks() }
    }

    func scores(_ progress: @escaping Reporting) throws -> [Report.Score] {
      try parts.result("scores", progress) { try measurement.scores() }
    }

    func classifiers(_ progress: @escaping Reporting) throws -> [Report.Classifier] {
      try parts.result("accuracy", progress) { try measurement.classifiers() }
    }
  }
}
