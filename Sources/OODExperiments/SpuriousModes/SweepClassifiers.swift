import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The classifiers that a sweep's measures need, and what `settings.json` says of them.
public struct SweepClassifiers: Sendable {
  /// Where a classifier comes from.
  public enum Source: Sendable, Hashable {
    /// There is none, and what needs it is left out.
    case none
    /// The sweep trains it once, into its directory.
    case trained
    case file(String)
  }

  /// A classifier and its entry.
  public struct Entry: Sendable {
    public let classifier: ImageClassifier
    public let settings: SweepSettings.Classifier
  }

  /// Tells the classes of the domain apart.
  public let digits: Entry?
  /// Tells the domain, class 0 and p(D|x), from symbols, class 1 and p(S|x).
  public let symbols: Entry?
}

/// How a sweep comes by its classifiers.
struct ClassifierTraining {
  let data: SweepData
  let directory: SweepDirectory
  let epochs: Int
  let seed: UInt64
  let event: @Sendable (SweepEvent) -> Void

  /// One of the two.
  enum Kind: String, Sendable {
    case digits = "digit-classifier"
    case symbols = "symbol-classifier"
  }

  /// The classifier from its source.
  func entry(_ kind: Kind, from source: SweepClassifiers.Source) throws -> SweepClassifiers.Entry? {
    switch source {
    case .none: return nil
    case .file(let path): return try loaded(kind, path)
    case .trained: return try stored(kind)
    }
  }

  private func loaded(_ kind: Kind, _ path: String) throws -> SweepClassifiers.Entry {
    let network = try Self.network(path)
    func refuse(_ reason: String) -> SweepError { .unusableClassifier(file: path, reason: reason) }
    guard network.exampleShape == data.imageShape else {
      throw refuse("it takes \(network.exampleShape), and the images have the shape \(data.imageShape)")
    }
    guard network.outputShape.rank == 1, network.outputShape[0] >= 2 else {
      throw refuse("its output of shape \(network.outputShape) is not one number a class")
    }
    if kind == .symbols, network.outputShape[0] != 2 {
      throw refuse("it has \(network.outputShape[0]) classes, and the domain against symbols is 2")
    }
    if kind == .digits, let labels = data.test.labels, let largest = labels.elements.max(),
      largest >= network.outputShape[0]
    {
      throw refuse("it has \(network.outputShape[0]) classes, and \(data.test.name) has the label \(largest)")
    }
    return try entry(kind, ImageClassifier(network), trainingSet: nil, seed: nil, name: path)
  }

  /// The network of a classifier, or a network from images to logits.
  private static func network(_ path: String) throws -> Sequential {
    switch try ModelCatalogue.generative.load(path) {
    case let classifier as ImageClassifier: return classifier.network
    case let network as Sequential: return network
    case let other:
      throw ModelFileError.unexpectedModel(
        found: type(of: other).kind, expected: "\(ImageClassifier.kind) or \(Sequential.kind)")
    }
  }

  /// What decides a training; stands in the classifier's file.
  private struct Record: Codable, Equatable {
    var sets: [SweepSettings.ImageSet]
    var epochs: Int
    var seed: UInt64
  }
  private static let recordKey = "sweep_classifier"

  /// Whether there is anything to learn from, such as labels.
  func canTrain(_ kind: Kind) throws -> Bool { try examples(kind) != nil }

  private func record(_ sets: [Dataset]) -> Record {
    Record(sets: sets.map(SweepSettings.ImageSet.init), epochs: epochs, seed: seed)
  }

  private func file(_ kind: Kind) -> String { directory.file(kind.rawValue + ".safetensors") }

  /// Trains the classifier that a claim is for, and saves it.
  func train(_ claim: Claim) throws {
    guard let kind = Kind(rawValue: claim.task), let (images, labels, classes, sets) = try examples(kind)
    else {
      return
    }
    let checkpoint = directory.file(kind.rawValue + ".checkpoint")
    var trainer = ImageClassifier.trainer
    trainer.epochs = epochs
    trainer.seed = seed
    trainer.checkpointing = Checkpointing(path: checkpoint, everySteps: 200)
    let classifier = try ImageClassifier.train(
      on: images, labels: labels, classes: classes, trainer: trainer,
      progress: { progress in
        claim.report(
          part: Double(progress.step) / Double(progress.steps),
          "epoch \(progress.epoch) of \(progress.epochs)")
        event(.trainingClassifier(kind.rawValue, progress))
      }
    ).model
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(record(sets)), as: UTF8.self)
    if claim.isLost { throw CancellationError() }
    try classifier.save(to: file(kind), notes: [Self.recordKey: text])
    try directory.remove(checkpoint)
  }

  /// The classifier that this worker or another one has trained; nil where there is nothing to learn from.
  private func stored(_ kind: Kind) throws -> SweepClassifiers.Entry? {
    guard let (_, _, _, sets) = try examples(kind) else { return nil }
    let (path, expected) = (file(kind), record(sets))
    let found = try ModelArchive(contentsOf: path).notes[Self.recordKey].map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8))
    }
    guard found == expected else {
      throw SweepError.otherSweep(
        directory: directory.path, setting: "training of \(kind.rawValue)",
        found: found.map { "\($0)" } ?? "not stated", expected: "\(expected)")
    }
    try directory.remove(directory.file(kind.rawValue + ".checkpoint"))
    return try entry(
      kind, ImageClassifier(Self.network(path)),
      trainingSet: sets.map { "\($0.name) (\($0.count))" }.joined(separator: ", "), seed: seed,
      name: kind.rawValue)
  }

  /// What to learn from; nil for digits without labels.
  private func examples(_ kind: Kind) throws -> (Tensor, Indexes, classes: Int, sets: [Dataset])? {
    switch kind {
    case .digits:
      guard let labels = data.training.labels, let largest = labels.elements.max() else { return nil }
      let classes = max(2, largest + 1, data.training.classNames?.count ?? 0)
      if let label = data.test.labels?.elements.max(), label >= classes {
        throw SweepError.unusableImages(
          set: data.test.name,
          reason: "it has the label \(label), and \(data.training.name) only labels below \(classes)")
      }
      return (data.training.examples, labels, classes, [data.training])
    case .symbols:
      let sets = [data.training] + data.symbolTraining
      guard sets.count > 1 else { return nil }
      let labels = sets.enumerated().flatMap {
        Array(repeating: $0.offset == 0 ? 0 : 1, count: $0.element.count)
      }
      return (.concatenate(sets.map(\.examples), axis: 0), Indexes(labels), 2, sets)
    }
  }

  /// The entry, with the error on what the classifier has not seen: the test set, for symbols with the control sets.
  private func entry(
    _ kind: Kind, _ classifier: ImageClassifier, trainingSet: String?, seed: UInt64?, name: String
  ) throws -> SweepClassifiers.Entry {
    var (wrong, count) = (0, 0)
    func ask(_ set: Dataset, _ labels: [Int]) throws {
      wrong += zip(try classifier.labels(set.examples).elements, labels).count { $0 != $1 }
      count += set.count
    }
    switch kind {
    case .digits: if let labels = data.test.labels { try ask(data.test, labels.elements.map { Int($0) }) }
    case .symbols:
      try ask(data.test, Array(repeating: 0, count: data.test.count))
      for set in data.controls { try ask(set, Array(repeating: 1, count: set.count)) }
    }
    return SweepClassifiers.Entry(
      classifier: classifier,
      settings: SweepSettings.Classifier(
        name: name, trainingSet: trainingSet, testError: count > 0 ? Double(wrong) / Double(count) : nil,
        testCount: count, seed: seed, checksum: classifier.network.checksum))
  }
}

extension Sequential {
  /// SHA-256 of the numbers, by tensor.
  fileprivate var checksum: String {
    var hash = SHA256()
    for (name, tensor) in namedTensors {
      Array(name.utf8).withUnsafeBytes { hash.update($0) }
      tensor.withUnsafeElements { hash.update(UnsafeRawBufferPointer($0)) }
    }
    return hash.finish()
  }
}
