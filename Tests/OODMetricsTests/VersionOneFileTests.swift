import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

/// What a file of version 1 holds, loaded. The only place of these tests that knows how files are loaded.
enum VersionOneModel {
  case table(any TableScorer)
  case sequences(GaussianHiddenMarkov)

  init(contentsOf path: String) throws {
    switch try ModelCatalogue.standard.load(path) {
    case let sequences as GaussianHiddenMarkov: self = .sequences(sequences)
    case let scorer as any TableScorer: self = .table(scorer)
    case let other:
      throw ModelFileError.unexpectedModel(
        found: type(of: other).kind, expected: "a kind that these tests know")
    }
  }

  var kind: String {
    switch self {
    case .table(let scorer): type(of: scorer).kind
    case .sequences: GaussianHiddenMarkov.kind
    }
  }
}

@Suite("Files that version 1 of the format wrote")
struct VersionOneFileTests {
  @Test(
    "Every file of version 1 loads and gives its scores: with the portable kernels to the bit",
    arguments: VersionOneFixture.names)
  func scores(_ name: String) throws {
    let fixture = try VersionOneFixture(named: name)
    for variant in KernelVariant.available {
      let found = try KernelVariant.using(variant) {
        let model = try VersionOneModel(contentsOf: VersionOneFixture.path(name))
        #expect(model.kind == fixture.kind)
        return try Self.scores(of: model, fixture)
      }
      let tolerance = variant.name == "portable" ? max(fixture.tolerance, Self.tolerance) : 1e-5
      try #require(found.count == fixture.scores.count)
      for (row, (score, expected)) in zip(found, fixture.scores).enumerated() {
        #expect(
          Self.agree(score, expected, tolerance),
          "\(name), example \(row), \(variant) kernels: \(score) where version 1 had \(expected)")
      }
    }
  }

  /// Elementary functions and contracted products of other systems differ in the last bits.
  private static let tolerance: Double = {
    #if os(Linux) && arch(x86_64)
      return 0
    #else
      return 1e-9
    #endif
  }()

  private static func scores(of model: VersionOneModel, _ fixture: VersionOneFixture) throws -> [Double] {
    switch model {
    case .table(let scorer): try scorer.score(#require(fixture.table))
    case .sequences(let scorer): try scorer.score(#require(fixture.sequences).map { Matrix($0) })
    }
  }

  private static func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    a == b || abs(a - b) <= tolerance * max(abs(a), abs(b))
  }

  @Test(
    "Detectors of version 1 keep their thresholds, verdicts and p-values", arguments: VersionOneFixture.names)
  func verdicts(_ name: String) throws {
    let fixture = try VersionOneFixture(named: name)
    guard let threshold = fixture.threshold else { return }
    guard case .table(let scorer) = try VersionOneModel(contentsOf: VersionOneFixture.path(name)) else {
      Issue.record("\(name) has a threshold and is no scorer of tables.")
      return
    }
    let detector = try #require(scorer as? any OODDetector<Matrix>)
    #expect(detector.threshold.value == threshold)
    #expect(detector.threshold.origin == fixture.thresholdOrigin)
    let found = try KernelVariant.using(#require(KernelVariant(named: "portable"))) {
      try detector.detect(#require(fixture.table))
    }
    #expect(found.map(\.isOutOfDistribution) == fixture.isOutOfDistribution)
    #expect(found.compactMap(\.pValue) == fixture.pValues ?? [])
    #expect((detector.calibration == nil) == (fixture.pValues == nil))
  }

  @Test("There is a file of version 1 of every kind that version 1 had, and of no other")
  func complete() throws {
    let kinds: Set = [
      "three-sigma", "median-deviation", "hbos", "ecod", "copod", "loda", "isolation-forest",
      "extended-isolation-forest", "pca", "nearest-neighbours", "neighbour-graph-indegree",
      "local-outlier-factor",
      "clusters", "kernel-density", "mahalanobis", "gaussian-mixture", "one-class-svm", "topic-model",
      "prepared",
      "detector", "gaussian-hidden-markov",
    ]
    #expect(Set(try VersionOneFixture.names.map { try VersionOneFixture(named: $0).kind }) == kinds)
    let stray = try FileManager.default.contentsOfDirectory(atPath: VersionOneFixture.folder).filter {
      !VersionOneFixture.names.contains(($0 as NSString).deletingPathExtension)
    }
    #expect(stray.isEmpty, "JSON without a file")
  }

  @Test("A detector of version 1 tells which scorers are in it")
  func parts() throws {
    func detector(_ name: String) throws -> any TableScorer {
      guard case .table(let scorer) = try VersionOneModel(contentsOf: VersionOneFixture.path(name)) else {
        throw ModelFileError.notSavable(type: "a scorer of sequences as a detector")
      }
      return scorer
    }
    #expect(try detector("detector") is Detector<HBOS>)
    let prepared = try #require(try detector("detector-prepared") as? Detector<PreparedScorer<LODA>>)
    #expect(prepared.scorer.preparation.fills != nil)
    #expect(try detector("detector-calibrated") is Detector<NearestNeighbours>)
  }
}
