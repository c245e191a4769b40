import Foundation
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics
import Testing

/// Every option changes a number, and the library confirms the number.
@Suite("The tool's options and statuses")
struct ToolOptionTests {
  let folder = ToolRun.temporaryFolder()

  /// Rows of three columns of other means and deviations.
  private static func table(_ rows: Int, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed)
    let z = random.normal([rows, 3])
    var table = Matrix(rows: rows, columns: 3, repeating: 0)
    for row in 0..<rows {
      table[row, 0] = Double(z[row, 0])
      table[row, 1] = 3 * Double(z[row, 1]) + Double(z[row, 0]) - 5
      table[row, 2] = 0.25 * Double(z[row, 2]) + 10
    }
    return table
  }

  private let training = table(60, seed: 1)
  private let fresh = table(25, seed: 2)

  private func write(_ numbers: [Double], _ shape: [Int], _ name: String) throws -> String {
    let path = "\(folder)/\(name).npy"
    try NumPy.write(NumericArray(numbers, shape: shape), to: path)
    return "npy:" + path
  }

  private func write(_ table: Matrix, _ name: String) throws -> String {
    try write(table.elements, [table.rows, table.columns], name)
  }

  private func run(_ arguments: [String]) throws -> ToolRun {
    let run = try ToolRun(arguments: arguments)
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return run
  }

  /// Whether a number of a report is this one, but for the last digit of its text.
  private func agrees(_ found: Any?, _ expected: Double) -> Bool {
    guard let found = found as? Double else { return false }
    return abs(found - expected) <= 1e-14 * max(1, abs(expected))
  }

  // MARK: Detectors

  @Test(
    "Scores of each method are the library's with the settings that its options name",
    arguments: MethodCase.all)
  func methods(_ method: MethodCase) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (train, score) = (try write(training, "train"), try write(fresh, "score"))
    let out = folder + "/out.npy"
    _ = try run(
      ["detect"] + method.arguments + ["--train", train, "--score", score, "--seed", "5", "--out", out])
    let expected = try method.fit(training).score(fresh)
    #expect(try NumPy.read(out).doubles() == expected)
  }

  @Test("Another seed changes what is random, standardizing and filling what is scored")
  func preparation() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var gaps = training
    for row in stride(from: 2, to: 60, by: 9) { gaps[row, row % 3] = .nan }
    let (train, score) = (try write(gaps, "train"), try write(fresh, "score"))
    let out = folder + "/out.npy"
    func scores(_ more: String...) throws -> [Double] {
      _ = try run(["detect", "knn", "--train", train, "--score", score, "--out", out] + more)
      return try NumPy.read(out).doubles()
    }
    for standardizes in [true, false] {
      let expected = try PreparedScorer(fitting: gaps, imputesMedians: true, standardizes: standardizes) {
        try NearestNeighbours(fitting: $0)
      }.score(fresh)
      #expect(
        try (standardizes ? scores("--impute", "median", "--standardize") : scores("--impute", "median"))
          == expected)
    }
    let whole = try write(training, "whole")
    func forest(_ seed: String) throws -> [Double] {
      _ = try run(["detect", "iforest", "--train", whole, "--score", score, "--seed", seed, "--out", out])
      return try NumPy.read(out).doubles()
    }
    #expect(try forest("0") != forest("1") && forest("1") == forest("1"))
  }

  @Test("The threshold of a contamination is that of the training table, whatever is scored")
  func contamination() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (train, score) = (try write(training, "train"), try write(fresh, "score"))
    let scorer = try HBOS(fitting: training)
    for share in [0.1, 0.25] {
      let expected = try Threshold.contamination(share, of: scorer.score(training)).value
      for target in [(score, fresh), (train, training)] {
        let arguments = [
          "detect", "hbos", "--train", train, "--score", target.0, "--contamination", "\(share)",
        ]
        let report = try run(arguments + ["--format", "json"]).json()
        #expect(report["threshold"] as? Double == expected)
        let scores = try scorer.score(target.1)
        #expect(report["flagged"] as? Int == scores.count { $0 > expected })
        let lines = try run(arguments + ["--format", "csv"]).output.split(separator: "\n").dropFirst()
        #expect(
          lines.map { String($0) } == scores.enumerated().map { "\($0),\($1),\($1 > expected)" })
      }
    }
  }

  @Test("A detector's report has the metrics of its own scores, out-of-distribution positive")
  func report() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let labels = (0..<25).map { $0 % 3 == 0 ? 1.0 : 0 }
    let arguments = [
      "detect", "three-sigma", "--train", try write(training, "train"), "--score", try write(fresh, "score"),
      "--labels", try write(labels, [25], "labels"), "--format", "json",
    ]
    let report = try run(arguments).json()
    let ranking = try ScoreRanking(
      ThreeSigmaDetector(fitting: training).score(fresh), isOutOfDistribution: labels.map { $0 == 1 })
    #expect(agrees(report["auroc"], ranking.auroc))
    #expect(agrees(report["ap"], ranking.averagePrecision(positive: .outOfDistribution)))
    #expect(
      report["fpr_at_95_tpr_ood_positive"] as? Double
        == (try ranking.falsePositiveRate(atTruePositiveRate: 0.95, positive: .outOfDistribution)))
  }

  @Test(
    "Every metric of given scores is the library's, for the class that its name says",
    arguments: ["0.95", "0.5"])
  func metrics(level: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var random = RandomGenerator(seed: 9)
    let scores = random.integers(90, below: 7).elements.map { Double($0) }
    let labels = (0..<90).map { $0 % 4 == 0 ? 1.0 : 0 }
    let report = try run([
      "detect", "metrics", "--scores", try write(scores, [90], "scores"), "--labels",
      try write(labels, [90], "labels"), "--level", level, "--format", "json",
    ]).json()
    let ranking = try ScoreRanking(scores, isOutOfDistribution: labels.map { $0 == 1 })
    let interval = try ranking.delongAUROC(level: Double(level)!).interval
    let expected: [String: Double] = [
      "auroc": ranking.auroc, "auroc_low": interval.lowerBound, "auroc_high": interval.upperBound,
      "ap_ood_positive": ranking.averagePrecision(positive: .outOfDistribution),
      "ap_in_positive": ranking.averagePrecision(positive: .inDistribution),
      "trapezoidal_aupr_ood_positive": ranking.trapezoidalPrecisionRecallArea(positive: .outOfDistribution),
      "trapezoidal_aupr_in_positive": ranking.trapezoidalPrecisionRecallArea(positive: .inDistribution),
      "fpr_at_95_tpr_ood_positive": try ranking.falsePositiveRate(
        atTruePositiveRate: 0.95, positive: .outOfDistribution),
      "fpr_at_95_tpr_in_positive": try ranking.falsePositiveRate(
        atTruePositiveRate: 0.95, positive: .inDistribution),
      "detection_error": ranking.detectionError, "precision_at_n": try ranking.precision(),
      "best_f1": ranking.bestF1().f1,
    ]
    for (name, value) in expected { #expect(agrees(report[name], value), "\(name)") }
    #expect(report["n_in"] as? Int == 67 && report["n_ood"] as? Int == 23)
  }

  @Test(
    "No command takes zero threads",
    arguments: [
      "train conv-autoencoder --data synthetic-digits:train[0..<8] --out /nowhere/x",
      "train dense-autoencoder --data synthetic-digits:train[0..<8] --out /nowhere/x",
      "train classifier --data synthetic-digits:train[0..<8] --out /nowhere/x",
      "train realnvp --data two-moons:8 --out /nowhere/x", "train glow --data two-moons:8 --out /nowhere/x",
      "train spline-flow --data two-moons:8 --out /nowhere/x",
      "train maf --data two-moons:8 --out /nowhere/x",
      "evaluate /nowhere/x --in synthetic-digits:test[0..<8] --control synthetic-symbols:test[0..<8]",
      "generate /nowhere/x --npy /nowhere/y",
      "sweep quick --data synthetic-digits:train[0..<8] --test synthetic-digits:test[0..<8] --control synthetic-symbols:test[0..<8] --out /nowhere/x",
      "demo --out /nowhere/x",
    ])
  func noThreads(command: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for threads in ["0", "-1"] {
      // Written with an equals sign, since a minus begins an option.
      let run = try ToolRun(
        arguments: command.split(separator: " ").map(String.init) + ["--threads=\(threads)"])
      #expect(run.status == 64 && run.errors.contains("--threads"), "status \(run.status): \(run.errors)")
      #expect(run.output.isEmpty)
    }
  }
}
