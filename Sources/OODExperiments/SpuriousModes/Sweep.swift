import GenModels
import OODDatasets
import OODMetrics
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Trains and measures the models of a grid into a directory (`SweepDirectory`).
///
/// ```swift
/// let data = try SweepData(training: mnist, test: held, controls: [symbols])
/// try await Sweep(.quick(), data: data, directory: "sweep").run(resumes: false)
/// try SweepDirectory("sweep").records()
/// ```
///
/// It can be killed at any moment: run again with `resumes`, it goes on from the checkpoints, and what it writes is, but for
/// times, what an uninterrupted sweep writes, for any number of threads and models at a time.
///
/// Any number of workers, on any machines, may run one sweep in one directory with `resumes`: each takes the longest model that nobody
/// is at, and a worker that dies is noticed and its models are taken over from their checkpoints. What they write together is
/// what one alone writes, but for times.
public struct Sweep: Sendable {
  public var grid: SweepGrid
  public var data: SweepData
  public var directory: SweepDirectory
  public var measurement = ModelMeasurement.Settings()
  /// Where the classifiers come from that measures need.
  public var digitClassifier = SweepClassifiers.Source.trained
  public var symbolClassifier = SweepClassifiers.Source.trained
  /// Times through the images, and seed, of classifiers that the sweep trains.
  public var classifierEpochs = 4
  public var classifierSeed: UInt64 = 0
  /// Models that are trained at the same time, each with its share of the threads; nil for as many as there are threads.
  /// One thread for each model is the fastest where there are models enough.
  public var jobs: Int?
  /// Whether the grid is one of several shards that write into the directory at the same time: what the others have written is
  /// then no reason to refuse it.
  public var isShard = false
  /// A worker of which nothing is heard for so many seconds, by the clock of whoever waits, is taken for dead, and its models are
  /// taken over. At least half a second.
  public var silenceSeconds = 60.0
  /// Whether a worker that finds nothing to begin stays until others have finished what they are at.
  public var waitsForOthers = true

  public init(_ grid: SweepGrid, data: SweepData, directory: String) {
    self.grid = grid
    self.data = data
    self.directory = SweepDirectory(directory)
  }

  /// Trains and measures what is not there yet.
  ///
  /// - Parameters:
  ///   - resumes: Goes on with a directory that has files of this sweep; without it such a directory is refused.
  ///   - event: Called from several threads.
  /// - Throws: `SweepError`, `.modelsFailed` among them when all other models are done; `TrainingError` of a classifier;
  ///   what writing files throws.
  public func run(
    resumes: Bool, event: @escaping @Sendable (SweepEvent) -> Void = { _ in }
  ) async throws {
    try requirePossibleModels()
    if !resumes, let file = try directory.firstFileInUse(by: isShard ? grid.points.map(\.name) : nil) {
      throw SweepError.directoryInUse(path: directory.path, file: file)
    }
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    // A grid has fewer models than shards: the last ones have nothing to do.
    guard !grid.points.isEmpty else { return event(.found(finished: 0, of: 0)) }
    try directory.removePartialFiles(of: grid.points.map(\.name))
    try directory.settings()?.require(
      settings(digits: nil, symbols: nil), in: directory.path, comparingClassifiers: false)
    try directory.write(plan)
    let (digits, symbols) = try await classifiers(event)
    event(.classifiers(digits?.settings, symbols?.settings))
    let settings = settings(digits: digits?.settings, symbols: symbols?.settings)
    try directory.agree(on: settings).require(settings, in: directory.path, comparingClassifiers: true)
    let measurement = try ModelMeasurement(
      settings: measurement, data: data, digits: digits?.classifier, symbols: symbols?.classifier)
    try await train(measurement, event)
  }

  /// Throws `SweepError.impossibleModel` for the first model of the grid that can't be trained on these images.
  public func requirePossibleModels() throws(SweepError) {
    for point in grid.points {
      if let reason = point.fault(imageShape: data.imageShape) {
        throw .impossibleModel(name: point.name, reason: reason)
      }
    }
  }

  /// The time estimate for this sweep's models, which must be possible ones.
  public var clock: SweepClock {
    SweepClock(
      grid.points, imageShape: data.imageShape, trainingImages: data.training.count,
      measuredImages: measuredImages)
  }

  private var measuredImages: Int {
    data.test.count + data.controls.reduce(0) { $0 + $1.count }
      + measurement.generatedCount * measurement.iterations
  }

  private func settings(
    digits: SweepSettings.Classifier?, symbols: SweepSettings.Classifier?
  ) -> SweepSettings {
    SweepSettings(
      training: .init(data.training), test: .init(data.test), controls: data.controls.map { .init($0) },
      theta: measurement.theta, digitClassifier: digits, symbolClassifier: symbols,
      curves: measurement.curves,
      recipe: grid.recipe, measurement: measurement)
  }

  private var plan: SweepPlan {
    SweepPlan(work: Dictionary(uniqueKeysWithValues: grid.points.map { ($0.name, work($0)) }))
  }

  private func tasks(
    _ names: [String], isDone: @escaping @Sendable (_ task: String, _ files: Set<String>) -> Bool
  ) -> SharedTasks {
    var tasks = SharedTasks(folder: directory.path, tasks: names, isDone: isDone)
    tasks.silenceSeconds = max(0.5, silenceSeconds)
    return tasks
  }

  /// Both classifiers, trained at the same time where there are threads for it, each by one worker.
  private func classifiers(
    _ event: @escaping @Sendable (SweepEvent) -> Void
  ) async throws -> (SweepClassifiers.Entry?, SweepClassifiers.Entry?) {
    let training = ClassifierTraining(
      data: data, directory: directory, epochs: classifierEpochs, seed: classifierSeed, event: event)
    let sources = [(ClassifierTraining.Kind.symbols, symbolClassifier), (.digits, digitClassifier)]
    let trained = try sources.filter { kind, source in
      guard source == .trained else { return false }
      return try training.canTrain(kind)
    }.map(\.0)
    var tasks = tasks(trained.map(\.rawValue)) { $1.contains($0 + ".safetensors") }
    let threads = Parallelism.threads
    tasks.atOnce = max(1, min(jobs ?? threads, trained.count))
    let share = max(1, threads / tasks.atOnce)
    _ = try await tasks.run { _ in
    } work: { claim in
      try Parallelism.withThreads(share) { try training.train(claim) }
      return nil
    }
    func entry(_ kind: ClassifierTraining.Kind) throws -> SweepClassifiers.Entry? {
      try training.entry(kind, from: sources.first { $0.0 == kind }!.1)
    }
    return (try entry(.digits), try entry(.symbols))
  }

  private func train(
    _ measurement: ModelMeasurement, _ event: @escaping @Sendable (SweepEvent) -> Void
  ) async throws {
    let withoutFiles = try recordsWithoutFiles()
    let remaining = try grid.points.filter { point in
      guard let record = try directory.record(named: point.name) ?? withoutFiles[point.name] else {
        return true
      }
      event(.finished(record))
      return false
    }
    let unfinished = Set(remaining.map(\.name))
    try directory.removeRemains(of: grid.points.map(\.name).filter { !unfinished.contains($0) })
    event(.found(finished: grid.points.count - remaining.count, of: grid.points.count))
    if !withoutFiles.isEmpty { event(.foundWithoutFiles(withoutFiles.keys.sorted())) }
    let gathering = SweepGathering(directory)
    try gathering.now()
    // The longest first, so that no thread waits long for the last model.
    let order = remaining.map { (point: $0, work: work($0)) }.sorted { $0.work > $1.work }.map(\.point)
    let points = Dictionary(uniqueKeysWithValues: order.map { ($0.name, $0) })
    var tasks = tasks(order.map(\.name)) { SweepDirectory.isFinished($0, in: $1) }
    tasks.waits = waitsForOthers
    let threads = Parallelism.threads
    tasks.atOnce = max(1, min(jobs ?? threads, order.count))
    let share = max(1, threads / tasks.atOnce)
    let outcome = try await tasks.run { name in
      if let record = try directory.record(named: name) { event(.finishedElsewhere(record)) }
    } work: { claim in
      let failure = try Parallelism.withThreads(share) {
        try train(points[claim.task]!, measurement, claim, event)
      }
      try gathering.ifDue()
      return failure
    }
    try gathering.now()
    if !outcome.left.isEmpty { event(.leftToOthers(outcome.left)) }
    guard outcome.failures.isEmpty else {
      throw SweepError.modelsFailed(
        outcome.failures.map { .init(name: $0.key, reason: $0.value) }.sorted { $0.name < $1.name })
    }
  }

  /// The records of the grid's models that stand in `models.jsonl` alone.
  private func recordsWithoutFiles() throws -> [String: SweepRecord] {
    let names = Set(grid.points.map(\.name))
    let records = try directory.recordsWithoutFiles().filter { names.contains($0.name) }
    let own = data.controls.map(\.name)
    for record in records where record.controls != own {
      throw SweepError.otherSweep(
        directory: directory.path, setting: "list of control sets, in the record of \(record.name)",
        found: record.controls.joined(separator: "; "), expected: own.joined(separator: "; "))
    }
    return Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0) })
  }

  private func work(_ point: SweepPoint) -> Double {
    SweepClock.work(
      of: point, imageShape: data.imageShape, trainingImages: data.training.count,
      measuredImages: measuredImages)
  }

  /// Trains, measures and writes one model. What is wrong with the model itself is returned: another run would find the same.
  private func train(
    _ point: SweepPoint, _ measurement: ModelMeasurement, _ claim: Claim,
    _ event: @Sendable (SweepEvent) -> Void
  ) throws -> String? {
    do {
      let clock = ContinuousClock()
      let start = clock.now
      let checkpoint = directory.file(point.name + ".checkpoint")
      let (model, loss) = try trained(point, checkpoint: checkpoint) { progress in
        claim.report(
          part: SweepClock.trainingPart * Double(progress.step) / Double(progress.steps),
          "epoch \(progress.epoch) of \(progress.epochs)")
        event(.training(point, progress))
      }
      let end = clock.now
      // The checkpoint holds the training; measuring starts again from it.
      try Task.checkCancellation()
      claim.report(part: SweepClock.trainingPart, "measuring")
      event(.measuring(point))
      var (record, panel) = try measurement.measure(model, as: point, loss: loss, epochsDone: point.epochs)
      record.trainSeconds = (end - start) / .seconds(1)
      record.evaluateSeconds = (clock.now - end) / .seconds(1)
      if claim.isLost { throw CancellationError() }
      try model.save(to: directory.file(record.model))
      try directory.write(panel, to: record.panel)
      try directory.write(record, to: point.name + ".json")
      try directory.removeRemains(of: [point.name])
      event(.finished(record))
      return nil
    } catch TrainingError.lossNotFinite(let step, let epoch, let loss) {
      return failed(point, "\(TrainingError.lossNotFinite(step: step, epoch: epoch, loss: loss))", event)
    } catch let error as MeasureError {
      return failed(point, "\(error)", event)
    }
  }

  private func failed(
    _ point: SweepPoint, _ reason: String, _ event: @Sendable (SweepEvent) -> Void
  ) -> String {
    event(.failed(point, reason: reason))
    return reason
  }

  /// A model and the loss of its last epoch; nil for one without epochs.
  private func trained(
    _ point: SweepPoint, checkpoint: String, progress: (TrainingProgress) -> Void
  ) throws -> (ConvolutionalAutoencoder, loss: Double?) {
    let architecture = point.architecture(imageShape: data.imageShape)
    guard point.epochs > 0 else { return (ConvolutionalAutoencoder(architecture, seed: point.seed), nil) }
    var settings = point.training
    settings.trainer.checkpointing = Checkpointing(
      path: checkpoint, everySteps: stepsBetweenCheckpoints(point))
    let result = try ConvolutionalAutoencoder.train(
      architecture, on: data.training.examples, settings: settings,
      progress: progress)
    return (result.model, result.history[result.epoch - 1].loss)
  }

  /// So many that they take some ten seconds at 5 · 10¹⁰ multiply-adds a second, and 500 at most.
  private func stepsBetweenCheckpoints(_ point: SweepPoint) -> Int {
    let step = 3 * 64 * point.multiplyAdds(imageShape: data.imageShape)
    return max(1, min(500, Int(5e11 / step)))
  }
}

extension SweepSettings {
  /// Throws unless another sweep has the same settings.
  fileprivate func require(
    _ other: SweepSettings, in directory: String, comparingClassifiers: Bool
  ) throws(SweepError) {
    func check(_ setting: String, _ found: some Equatable, _ expected: some Equatable) throws(SweepError) {
      let (found, expected) = ("\(found)", "\(expected)")
      guard found == expected else {
        throw .otherSweep(directory: directory, setting: setting, found: found, expected: expected)
      }
    }
    // Directories of earlier releases have no digest.
    let haveDigests = training.digest != nil && other.training.digest != nil
    func text(_ set: ImageSet) -> String {
      "\(set.name) (\(set.count) images, "
        + (haveDigests ? "digest \(set.digest ?? "none"))" : "sum of pixels \(set.pixelSum))")
    }
    func text(_ classifier: Classifier?) -> String {
      classifier.map { "\($0.name), checksum \($0.checksum.prefix(16))" } ?? "none"
    }
    try check("format of files", version, other.version)
    try check("training set", text(training), text(other.training))
    try check("test set", text(test), text(other.test))
    try check(
      "list of control sets", controls.map(text).joined(separator: "; "),
      other.controls.map(text).joined(separator: "; "))
    try check("recipe", recipe.rawValue, other.recipe.rawValue)
    try check("theta", theta, other.theta)
    try check("measurement", measurement, other.measurement)
    guard comparingClassifiers else { return }
    try check("digit classifier", text(digitClassifier), text(other.digitClassifier))
    try check("symbol classifier", text(symbolClassifier), text(other.symbolClassifier))
  }
}
