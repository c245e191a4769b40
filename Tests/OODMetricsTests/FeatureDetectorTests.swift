import GenModels
import OODDetectors
import OODMetrics
import Testing

/// Scores of the first six rows of `CongruentialNumbers.table(seed: 7, rows: 40, columns: 4)` by PyOD 3.6.
@Suite("Detectors by features, and by principal components")
struct FeatureDetectorTests {
  static let table = CongruentialNumbers.table(seed: 7, rows: 40, columns: 4)

  private func expectEqual(_ scores: [Double], _ golden: [Double]) {
    for (score, expected) in zip(scores, golden) { #expect(abs(score - expected) <= 1e-9 * abs(expected)) }
  }

  @Test("HBOS scores as PyOD's")
  func hbos() throws {
    let scores = try HBOS(fitting: Self.table).score(Self.table)
    expectEqual(
      scores,
      [
        9.04150856117326, 7.280381836555112, 10.264749062175945, 6.435155536841309, 9.065175121124003,
        8.81703243528374,
      ])
    #expect(abs(scores.reduce(0, +) - 324.43320987858317) < 1e-8)
  }

  @Test("ECOD scores as PyOD's")
  func ecod() throws {
    let scores = try ECOD(fitting: Self.table).score(Self.table)
    expectEqual(
      scores,
      [
        3.816091569779566, 10.191169624987909, 4.446565155811452, 9.157095857457369, 4.826362517171039,
        8.532941548384375,
      ])
    #expect(abs(scores.reduce(0, +) - 234.77462508767536) < 1e-9)
  }

  @Test("COPOD scores as PyOD's")
  func copod() throws {
    let scores = try COPOD(fitting: Self.table).score(Self.table)
    expectEqual(
      scores,
      [
        3.069495491731264, 9.078857849225741, 3.494269155949161, 6.566828692011543, 3.8712664839444217,
        5.9426743829385495,
      ])
    #expect(abs(scores.reduce(0, +) - 186.85239806386568) < 1e-9)
  }

  @Test("The principal components score as PyOD's PCA")
  func principalComponents() throws {
    let scores = try PrincipalComponentDetector(fitting: Self.table).score(Self.table)
    expectEqual(
      scores,
      [
        29.20267193643095, 58.82329684159069, 30.14642400320846, 42.93150843022991, 24.568381403293643,
        52.00661316977273,
      ])
  }

  @Test("The median deviation of one column scores as PyOD's MAD")
  func medianDeviation() throws {
    let column = Matrix(rows: 40, columns: 1, elements: Self.table.column(0))
    expectEqual(
      try MedianDeviationDetector(fitting: column).score(column),
      [
        0.3068261246141155, 1.3704873531311244, 0.6429831006526396, 1.132548893467261, 0.13438675535903497,
        1.2772727957762855,
      ])
  }

  @Test("Three sigma are three standard deviations from the mean")
  func threeSigma() throws {
    let scorer = try ThreeSigmaDetector(fitting: Matrix([[1, 5], [3, 5]]))
    #expect(scorer.centres == [2, 5])
    // The second column is constant, so it counts in its own units.
    #expect(scorer.scales == [1, 1])
    #expect(try scorer.score(Matrix([[2, 5], [5, 5], [2, 9]])) == [0, 3, 4])
    #expect(try scorer.contributions(Matrix([[5, 6]])) == Matrix([[3, 1]]))
    let mean = try ThreeSigmaDetector(fitting: Matrix([[1, 5], [3, 5]]), aggregation: .mean)
    #expect(try mean.score(Matrix([[5, 6]])) == [2])
  }

  @Test("Where half of a column is equal, the mean deviation takes the median deviation's place")
  func zeroMedianDeviation() throws {
    let scorer = try MedianDeviationDetector(fitting: Matrix([[0], [0], [0], [8]]))
    #expect(abs(try scorer.score(Matrix([[8]]))[0] - 8 / (1.253314 * 2)) < 1e-12)
  }

  @Test("ECOD gives a value beyond all others the tail 1 / (n + 1), alone or in a batch")
  func beyond() throws {
    let scorer = try ECOD(fitting: Matrix([[1], [2], [3], [4]]))
    let scores = try scorer.score(Matrix([[9], [4], [-9]]))
    #expect(abs(scores[0] - 1.6094379124341003) < 1e-12)  // ln 5
    #expect(abs(scores[1] - 1.3862943611198906) < 1e-12)  // ln 4
    #expect(abs(scores[2] - scores[0]) < 1e-12)
  }

  @Test("HBOS treats values just outside as in the last bin, and those far outside as in the emptiest")
  func hbosOutside() throws {
    // Ten bins of width 1 from 0 to 10; the bins in the middle are empty.
    let scorer = try HBOS(fitting: Matrix([[0], [0.5], [0.7], [9.5], [10]]))
    let scores = try scorer.score(Matrix([[0.2], [-0.4], [-0.6], [5], [10.4], [1e9]]))
    #expect(scores[1] == scores[0])
    #expect(scores[2] == scores[3])
    #expect(scores[4] < scores[5])
    #expect(scores[5] == scores[3])
  }

  @Test("Settings that can't be are refused in words")
  func settings() {
    #expect(throws: TableError.self) { try HBOS(fitting: Self.table, bins: .fixed(0)) }
    #expect(throws: TableError.self) { try HBOS(fitting: Self.table, regularization: 0) }
    #expect(throws: TableError.self) { try HBOS(fitting: Self.table, tolerance: .nan) }
    #expect(throws: TableError.self) {
      try LODA(fitting: Self.table, projections: 0, using: RandomGenerator(seed: 1))
    }
    #expect(throws: TableError.self) { try PrincipalComponentDetector(fitting: Self.table, components: 5) }
    #expect(throws: TableError.self) { try PrincipalComponentDetector(fitting: Matrix([[1, 2]])) }
    let error = TableError.invalidSetting(name: "bins", value: "0", expected: "at least 1")
    #expect(error.description == "The setting bins is 0, and it must be at least 1.")
  }

  @Test("Normalised scores of all components are squared Mahalanobis distances")
  func mahalanobis() throws {
    let scorer = try PrincipalComponentDetector(
      fitting: Matrix([[1, 0], [-1, 0], [0, 2], [0, -2]]), rule: .normalizedScores, standardizes: false)
    // Variances (divided by n − 1) 2/3 and 8/3, no correlation.
    let scores = try scorer.score(Matrix([[1, 0], [0, 2], [1, 2]]))
    for (score, expected) in zip(scores, [1.5, 1.5, 3]) { #expect(abs(score - expected) < 1e-12) }
  }

  @Test("A direction without variance is left out")
  func collinear() throws {
    var rows: [[Double]] = []
    for i in 0..<30 { rows.append([Double(i), 2 * Double(i), Double(i * i % 7)]) }
    let table = Matrix(rows)
    let scorer = try PrincipalComponentDetector(fitting: table)
    #expect(scorer.componentCount == 2)
    #expect(try scorer.score(table).allSatisfy { $0.isFinite && $0 < 1e6 })
  }
}
