import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Detectors: scorer and threshold")
struct DetectorTests {
  static let training = ScorerLaws.table(rows: 500)
  static let heldOut = ScorerLaws.table(rows: 400, seed: 9)

  @Test("A detector flags what scores above its threshold, and changing that fits nothing again")
  func detect() throws {
    let scorer = try ECOD(fitting: Self.training)
    let detector = Detector(scorer, threshold: try .falsePositiveRate(0.05, of: scorer.score(Self.heldOut)))
    let verdicts = try detector.detect(Self.heldOut)
    #expect(verdicts.filter(\.isOutOfDistribution).count == 20)
    #expect(try verdicts.map(\.score) == scorer.score(Self.heldOut))
    #expect(verdicts.allSatisfy { $0.pValue == nil })
    let lenient = detector.with(threshold: Threshold(.infinity))
    #expect(try lenient.detect(Self.heldOut).allSatisfy { !$0.isOutOfDistribution })
    #expect(try lenient.detect(Matrix([[1e3, 1e3, 1e3, 1e3, 1e3]]))[0].score > 0)
  }

  @Test("A conformal detector has p-values, and keeps them in its file")
  func conformal() throws {
    let scorer = try HBOS(fitting: Self.training)
    let calibration = try ConformalCalibration(scorer.score(Self.heldOut))
    let detector = try Detector(scorer, calibration: calibration, level: 0.05)
    let fresh = ScorerLaws.fresh
    for verdict in try detector.detect(fresh) {
      #expect(verdict.isOutOfDistribution == (verdict.pValue! <= 0.05))
    }
    let bytes = try detector.archive().file().bytes()
    let loaded = try Detector<HBOS>(safetensors: SafetensorsFile(bytes: bytes))
    #expect(try loaded.detect(fresh) == detector.detect(fresh))
    #expect(loaded.threshold == detector.threshold)
  }

  @Test("A detector is one file, read back by its type or without knowing it")
  func file() throws {
    let scorer = try IsolationForest(fitting: Self.training, using: RandomGenerator(seed: 1))
    let detector = Detector(scorer, threshold: Threshold(0.6, origin: "by taste"))
    try withTemporaryFile { path in
      try detector.save(to: path)
      let typed = try Detector<IsolationForest>(contentsOf: path)
      #expect(typed.threshold == detector.threshold)
      let found = try #require(try loadedScorer(contentsOf: path) as? Detector<IsolationForest>)
      #expect(try found.detect(Self.heldOut) == detector.detect(Self.heldOut))
      #expect(throws: ModelFileError.unexpectedModel(found: "detector", expected: "ecod")) {
        try ECOD(contentsOf: path)
      }
      #expect(throws: ModelFileError.self) { try Detector<ECOD>(contentsOf: path) }
    }
  }

  @Test("A newer format, and a file that holds no scorer, are refused in words")
  func foreign() throws {
    #expect(throws: ModelFileError.missingMetadata(key: "checksum")) {
      let metadata = ["kind": "ecod", "format": "swift-ood", "format_version": "2"]
      return try ModelArchive(SafetensorsFile(metadata: metadata), catalogue: .standard)
    }
    #expect(throws: SafetensorsError.self) {
      try loadedScorer(contentsOf: "/nonexistent/scorer.safetensors")
    }
  }
}

@Suite("Preparation of tables")
struct TablePreparationTests {
  static let gaps = Matrix([[1, 10], [.nan, 20], [3, .nan], [8, 30]])

  @Test("Gaps are filled with medians, columns standardised by the training table")
  func prepare() throws {
    let filling = try TablePreparation(fitting: Self.gaps, imputesMedians: true, standardizes: false)
    #expect(filling.fills == [3, 20])
    #expect(try filling(Self.gaps) == Matrix([[1, 10], [3, 20], [3, 20], [8, 30]]))
    let standard = try TablePreparation(
      fitting: Matrix([[1, 4], [3, 4]]), imputesMedians: false, standardizes: true)
    #expect(try standard(Matrix([[4, 5]])) == Matrix([[2, 1]]))
  }

  @Test("Without filling, gaps are refused with row and column")
  func refused() {
    #expect(throws: TableError.notFinite(row: 1, column: 0, value: .nan)) {
      try TablePreparation(fitting: Self.gaps, imputesMedians: false, standardizes: true)
    }
    #expect(throws: TableError.emptyColumn(column: 1)) {
      try TablePreparation(
        fitting: Matrix([[1, .nan], [2, .nan]]), imputesMedians: true, standardizes: false)
    }
    #expect(throws: TableError.notFinite(row: 0, column: 0, value: .infinity)) {
      try TablePreparation(fitting: Matrix([[.infinity], [1]]), imputesMedians: true, standardizes: false)
    }
  }

  @Test("A prepared scorer fills gaps in what it scores, and explains")
  func scorer() throws {
    let scorer = try PreparedScorer(fitting: Self.gaps, imputesMedians: true, standardizes: true) {
      try ThreeSigmaDetector(fitting: $0)
    }
    #expect(try scorer.score(Matrix([[.nan, 20]]))[0] == scorer.score(Matrix([[3, 20]]))[0])
    #expect(try scorer.contributions(Matrix([[3, 1000]])).row(0)[1] > 50)
    let bytes = try scorer.archive().file().bytes()
    let loaded = try PreparedScorer<ThreeSigmaDetector>(
      safetensors: SafetensorsFile(bytes: bytes))
    #expect(loaded.preparation == scorer.preparation)
  }
}
