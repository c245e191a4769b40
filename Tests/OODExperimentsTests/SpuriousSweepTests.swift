import Foundation
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics
import Synchronization
import Testing

/// Sets small enough for a model to be trained in no time.
private func smallData(controls: Int = 2, splits: Bool = false) throws -> SweepData {
  func symbols(_ start: Int) -> Dataset {
    var set = SyntheticGlyphs.symbols.dataset(start..<start + 40, of: .test)
    set.name = "symbols from \(start)"
    return set
  }
  return try SweepData(
    training: SyntheticGlyphs.digits.dataset(0..<96, of: .train),
    test: SyntheticGlyphs.digits.dataset(0..<30, of: .test),
    controls: (0..<controls).map { symbols(50 * $0) },
    splitsControls: splits)
}

private func withFolder(_ body: (String) async throws -> Void) async throws {
  let folder = NSTemporaryDirectory() + "/ood-sweep-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await body(folder)
}

private func smallSweep(_ points: [SweepPoint], _ data: SweepData, _ folder: String) -> Sweep {
  var sweep = Sweep(SweepGrid(points, recipe: .fast), data: data, directory: folder)
  sweep.measurement.generatedCount = 10
  sweep.measurement.iterations = 3
  sweep.measurement.theta = 150
  sweep.classifierEpochs = 1
  return sweep
}

@Suite("Sweeps of autoencoders")
struct SpuriousSweepTests {
  @Test("A record says what the measures say of the saved model")
  func record() async throws {
    try await withFolder { folder in
      let data = try smallData(splits: true)
      let point = SweepPoint(layers: 1, maps: 8, bottleneck: 8, corruption: 0.1, epochs: 2, seed: 3)
      let sweep = smallSweep([point], data, folder)
      try await sweep.run(resumes: false)
      let record = try #require(try sweep.directory.records().first)
      #expect(record.name == point.name && record.configuration == point && record.epochsDone == 2)

      let model = try ConvolutionalAutoencoder(contentsOf: sweep.directory.file(record.model))
      #expect(record.parameters == model.parameterCount)
      // Models are measured on the images at even positions.
      #expect(data.controls.map(\.count) == [20, 20] && data.symbolTraining.map(\.count) == [20, 20])
      let inside = try ReconstructionScorer(model).score(data.test.examples)
      let outside = try data.controls.map { try ReconstructionScorer(model).score($0.examples) }
      let comparison = try ReconstructionComparison(
        inClass: inside, controls: zip(data.controls, outside).map { .init($0.name, errors: $1) })
      let rates = try comparison.rates(at: 150)
      #expect(record.irr.successes == inside.count { $0 < 150 } && record.irr.trials == 30)
      #expect(record.irr.low == rates.inClass.interval.lowerBound)
      #expect(record.controls == data.controls.map(\.name))
      for control in 0..<2 {
        #expect(record.orr[control].successes == outside[control].count { $0 < 150 })
        #expect(record.delta[control].estimate == rates.controls[control].delta.estimate)
        #expect(record.auroc[control] == (try comparison.auroc(against: record.controls[control])))
        let best = try comparison.bestThreshold(for: .control(record.controls[control]))
        #expect(record.bestTheta[control] == best.threshold && record.bestDelta[control] == best.delta)
      }
      #expect(record.deltaMean.estimate == rates.meanDelta.estimate)
      #expect(record.deltaMin.high == rates.minimumDelta.interval.upperBound)
      #expect(record.bestMeanDelta == (try comparison.bestThreshold(for: .mean).delta))

      #expect(record.curves.inClass.count == 401)
      for k in [0, 77, 300, 400] {
        #expect(record.curves.inClass[k] == inside.count { $0 < Double(k) * 0.5 })
        #expect(record.curves.controls[1][k] == outside[1].count { $0 < Double(k) * 0.5 })
      }
      #expect(record.recall.reduce(0) { $0 + $1.successes } == record.irr.successes)
      #expect(record.recall.reduce(0) { $0 + $1.trials } == 30)

      let points = try FixedPointGeneration(iterations: 3).generate(
        count: 10, imageShape: [28, 28, 1], from: model, seed: 3)
      #expect(record.converged.successes == points.converged.count { $0 } && record.converged.trials == 10)
      let digits = try ImageClassifier(
        contentsOf: sweep.directory.file("digit-classifier.safetensors"))
      let probabilities = Matrix(try digits.probabilities(points.images))
      #expect(record.objectness == (try Objectness(probabilities, splits: 1).score))
      let found = Set(try digits.labels(points.images).elements)
      #expect(record.missingClasses == (0..<10).filter { !found.contains($0) })
      #expect(record.frechetDistance != nil && record.meanDiscrepancy != nil && record.parzen.isFinite)

      let symbols = try ImageClassifier(
        contentsOf: sweep.directory.file("symbol-classifier.safetensors"))
      for (control, errors) in outside.enumerated() {
        let chosen = errors.indices.filter { errors[$0] < 150 }
        let images = data.controls[control].selecting(chosen).examples
        let share =
          chosen.isEmpty
          ? nil
          : Double(try symbols.labels(model.reconstruct(images)).elements.count { $0 == 0 })
            / Double(chosen.count)
        #expect(record.lookLikeDomain[control] == share)
      }
      let settings = try #require(try sweep.directory.settings())
      #expect(settings.controls.map(\.count) == [20, 20] && settings.test.count == 30)
      let labels = try #require(data.test.labels)
      #expect(settings.digitClassifier?.testError == (try digits.error(data.test.examples, labels: labels)))
      #expect(settings.symbolClassifier?.testCount == 70)
    }
  }

  @Test("A panel's strips are pictures of the images, with their errors")
  func panel() async throws {
    try await withFolder { folder in
      let data = try smallData(controls: 1)
      let point = SweepPoint(layers: 2, maps: 4, bottleneck: 4, epochs: 1)
      var sweep = smallSweep([point], data, folder)
      (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
      sweep.measurement.panelCount = 12
      try await sweep.run(resumes: false)
      let record = try #require(try sweep.directory.records().first)
      #expect(record.objectness == nil && record.missingClasses == nil && record.lookLikeDomain == [nil])
      let panel = try sweep.directory.panel(of: record)
      let errors = try ReconstructionScorer(
        ConvolutionalAutoencoder(contentsOf: sweep.directory.file(record.model))
      ).score(data.test.examples)
      #expect(panel.digits.count == 12 && Set(panel.digits.errors).count == 12)
      #expect(panel.digits.errors == panel.digits.errors.sorted())
      #expect(panel.digits.errors.first == errors.min() && panel.digits.errors.last == errors.max())
      // More on the side of large errors: more than half of them beyond the median.
      #expect(panel.digits.errors.count { $0 > errors.sorted()[15] } > 6)
      let png = try #require(Data(base64Encoded: panel.digits.png))
      let picture = try PNG.read(bytes: Array(png))
      #expect(picture.width == 12 * 28 && picture.height == 28)
      let worst = try #require(errors.firstIndex(of: errors.max()!))
      let image = Bitmap(data.test.examples.sliced(axis: 0, worst..<worst + 1).reshaped([28, 28, 1]))
      for y in 0..<28 {
        #expect(picture.pixels[y * 336 + 308..<y * 336 + 336] == image.pixels[y * 28..<y * 28 + 28])
      }
      #expect(panel.iterations == [0, 1, 2, 3] && panel.trajectory.map(\.count) == [8, 8, 8, 8])
      #expect(panel.symbols.map(\.count) == [12] && panel.generated.count == 10)
    }
  }

  @Test("A model without epochs is the network as drawn")
  func untrained() async throws {
    try await withFolder { folder in
      let point = SweepPoint(layers: 1, maps: 4, bottleneck: 4, epochs: 0, seed: 9)
      var sweep = smallSweep([point], try smallData(), folder)
      (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
      try await sweep.run(resumes: false)
      let record = try #require(try sweep.directory.records().first)
      let model = try ConvolutionalAutoencoder(contentsOf: sweep.directory.file(record.model))
      let drawn = ConvolutionalAutoencoder(point.architecture(imageShape: [28, 28, 1]), seed: 9)
      #expect(model.encoder[0].weight.tensor == drawn.encoder[0].weight.tensor)
      #expect(record.epochsDone == 0 && record.loss > 0)
    }
  }

  @Test("Null is written where a measure does not exist, and read back")
  func nulls() async throws {
    try await withFolder { folder in
      var sweep = smallSweep(
        [SweepPoint(layers: 1, maps: 2, bottleneck: 2, epochs: 0)], try smallData(), folder)
      (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
      try await sweep.run(resumes: false)
      let file = URL(fileURLWithPath: sweep.directory.file("models.jsonl"))
      let text = try String(contentsOf: file, encoding: .utf8)
      for key in ["objectness", "frechet_distance", "mean_discrepancy", "missing_classes"] {
        #expect(text.contains("\"\(key)\":null"))
        let without = text.replacing("\"\(key)\":null,", with: "")
        #expect(
          try JSONDecoder().decode(SweepRecord.self, from: Data(without.utf8)) == sweep.directory.records()[0]
        )
      }
    }
  }

  @Test("Two records of a model: one if they agree but for time, an error that names both otherwise")
  func merging() async throws {
    try await withFolder { folder in
      var sweep = smallSweep(
        [2, 4].map { SweepPoint(layers: 1, maps: 2, bottleneck: $0, epochs: 0) }, try smallData(), folder)
      (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
      try await sweep.run(resumes: false)
      let file = URL(fileURLWithPath: sweep.directory.file("models.jsonl"))
      let records = try sweep.directory.records()
      #expect(records.map(\.configuration.bottleneck).sorted() == [2, 4])

      var again = records[0]
      again.trainSeconds += 1
      func append(_ record: SweepRecord) throws {
        let encoder = JSONEncoder()
        var lines = try Data(contentsOf: file)
        lines += try encoder.encode(record) + Data("\n".utf8)
        try lines.write(to: file)
      }
      try append(again)
      #expect(try sweep.directory.records() == records)
      again.loss += 1
      try append(again)
      let error = try #require(throws: SweepError.self) { try sweep.directory.records() }
      #expect(error.description.contains(again.name) && error.description.contains("line 4"), "\(error)")
      try Data("{}\n".utf8).write(to: file)
      let damaged = try #require(throws: SweepError.self) { try sweep.directory.records() }
      #expect(damaged.description.contains("line 1") && damaged.description.contains("missing"), "\(damaged)")
      // Without it, models' own files say the same; without those, there is nothing.
      try FileManager.default.removeItem(at: file)
      #expect(try sweep.directory.records() == records)
      let one = URL(fileURLWithPath: sweep.directory.file(records[1].name + ".json"))
      var moved = records[1]
      moved.controls = ["others", "more"]
      try JSONEncoder().encode(moved).write(to: one)
      let mixed = try #require(throws: SweepError.self) { try sweep.directory.records() }
      #expect(mixed.description.contains("others"), "\(mixed)")
      for record in records { try FileManager.default.removeItem(atPath: sweep.directory.file(record.panel)) }
      #expect(throws: SweepError.noRecords(directory: folder)) { try sweep.directory.records() }
    }
  }

  @Test("A sweep goes on from records alone, loses none of them, and trains a model again whose line is gone")
  func recordsAlone() async throws {
    try await withFolder { folder in
      let points = [2, 4, 6].map { SweepPoint(layers: 1, maps: 2, bottleneck: $0, epochs: 0) }
      func sweep(_ name: String, _ data: SweepData) -> Sweep {
        var sweep = smallSweep(points, data, folder + "/" + name)
        (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
        return sweep
      }
      let whole = sweep("whole", try smallData())
      try await whole.run(resumes: false)
      let records = try whole.directory.records()
      let lines = try String(contentsOfFile: whole.directory.file("models.jsonl"), encoding: .utf8)
        .split(separator: "\n")

      /// A directory with the first lines and nothing else of the sweep, gone on with.
      func goOn(_ name: String, lines kept: Int, _ data: SweepData) async throws -> (Sweep, [SweepEvent]) {
        let sweep = sweep(name, data)
        try FileManager.default.createDirectory(
          atPath: sweep.directory.path, withIntermediateDirectories: true)
        let text = lines.prefix(kept).map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: sweep.directory.file("models.jsonl")))
        let events = Mutex<[SweepEvent]>([])
        try await sweep.run(resumes: true) { event in events.withLock { $0.append(event) } }
        return (sweep, events.withLock { $0 })
      }
      func isThere(_ sweep: Sweep, _ record: SweepRecord) -> [Bool] {
        [record.model, record.panel, record.name + ".json"].map {
          FileManager.default.fileExists(atPath: sweep.directory.file($0))
        }
      }
      for kept in [1, 3] {
        let (other, events) = try await goOn("\(kept)", lines: kept, try smallData())
        var found: [String] = []
        for case .foundWithoutFiles(let names) in events { found += names }
        #expect(found == records.prefix(kept).map(\.name))
        let now = try other.directory.records()
        #expect(now.map(\.name) == records.map(\.name) && now.map(\.loss) == records.map(\.loss))
        #expect(now.prefix(kept) == records.prefix(kept), "Their times too: nothing was done again.")
        for record in records.prefix(kept) { #expect(isThere(other, record) == [false, false, false]) }
        for record in records.dropFirst(kept) { #expect(isThere(other, record) == [true, true, true]) }
        let gathered = try String(contentsOfFile: other.directory.file("models.jsonl"), encoding: .utf8)
        #expect(gathered.split(separator: "\n").count == 3)
        await #expect(throws: SweepError.self, "Without --resume it is a directory in use.") {
          try await other.run(resumes: false)
        }
        // Without its line it is trained, as anywhere.
        let rest = gathered.split(separator: "\n").dropFirst().map { $0 + "\n" }.joined()
        try Data(rest.utf8).write(to: URL(fileURLWithPath: other.directory.file("models.jsonl")))
        try await other.run(resumes: true)
        #expect(isThere(other, records[0]) == [true, true, true])
        #expect(try other.directory.records().map(\.loss) == records.map(\.loss))
      }

      let error = try await #require(throws: SweepError.self) {
        _ = try await goOn("others", lines: 1, try smallData(controls: 1))
      }
      #expect(
        error.description.contains(records[0].name) && error.description.contains("symbols from 50"),
        "\(error)")
    }
  }

  @Test("Pixels beyond 0...1 are refused, with the image and the value")
  func pixels() throws {
    var values = [Float](repeating: 0.5, count: 4 * 784)
    values[2 * 784 + 5] = 2
    let bad = Dataset(name: "bad", examples: Tensor(values, shape: [4, 28, 28, 1]))
    let good = try smallData()
    let error = try #require(throws: SweepError.self) {
      try SweepData(training: good.training, test: good.test, controls: [bad])
    }
    #expect(
      error.description.contains("bad") && error.description.contains("image 2")
        && error.description.contains("2.0"))
    #expect(throws: SweepError.self) {
      try SweepData(training: good.training, test: good.test, controls: [])
    }
    #expect(throws: SweepError.self) {
      try SweepData(training: good.training, test: good.test, controls: [good.test, good.test])
    }
  }
}
