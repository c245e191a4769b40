import Foundation
import OODDatasets
import Testing

/// `ood detect` and `ood score`, run as programs.
@Suite struct DetectCommandTests {
  let folder = ToolRun.temporaryFolder()
  /// Forty rows in a small cluster, and the same with two rows far away.
  let train: String
  let score: String
  let labels: String

  init() throws {
    let cluster = (0..<40).map { (i: Int) -> [Double] in
      let (first, second) = (Double(i * 7 % 40), Double(i * 11 % 40))
      return [first / 40, second / 40 + Double(i) / 400]
    }
    train = try Self.write(cluster, to: folder + "/train.npy")
    score = try Self.write(cluster + [[9, 9], [-8, 3]], to: folder + "/score.npy")
    labels = folder + "/labels.npy"
    try NumPy.write(
      NumericArray([Double](repeating: 0, count: 40) + [1, 1], shape: [42]), to: labels)
  }

  @discardableResult
  private static func write(_ rows: [[Double]], to path: String) throws -> String {
    try NumPy.write(NumericArray(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]), to: path)
    return path
  }

  private func detect(_ arguments: String...) throws -> ToolRun {
    try ToolRun(
      arguments: ["detect"] + arguments + ["--train", "npy:" + train, "--score", "npy:" + score])
  }

  @Test func jsonHasTheNumbersOfTheRun() throws {
    let run = try detect("knn", "--labels", "npy:" + labels, "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
    let json = try run.json()
    #expect(json["method"] as? String == "knn")
    #expect(json["n_train"] as? Int == 40)
    #expect(json["n_score"] as? Int == 42)
    #expect((json["fit_seconds"] as? Double).map { $0 >= 0 } == true)
    #expect((json["score_seconds"] as? Double).map { $0 >= 0 } == true)
    #expect(json["auroc"] as? Double == 1)
    #expect(json["ap"] as? Double == 1)
    let unlabelled = try detect("knn", "--format", "json").json()
    #expect(unlabelled["auroc"] == nil && unlabelled["ap"] == nil)
    let text = try detect("knn", "--labels", "npy:" + labels)
    #expect(text.output.contains("AUROC") && text.output.contains("40 rows of 2 columns"))
  }

  @Test func scoresAreWrittenOneARow() throws {
    let out = folder + "/scores.npy"
    let run = try detect("mahalanobis", "--out", out, "--format", "csv")
    #expect(run.status == 0, "\(run.errors)")
    let scores = try NumPy.read(out)
    #expect(scores.shape == [42])
    let lines = run.output.split(separator: "\n")
    #expect(lines[0] == "row,score")
    #expect(lines.dropFirst().map { String($0) } == scores.doubles().enumerated().map { "\($0),\($1)" })
    #expect(scores.doubles()[..<40].max()! < scores.doubles()[40...].min()!)
  }

  @Test("Every method runs, or says in a sentence why not", arguments: ["text", "json"])
  func compare(format: String) throws {
    let run = try detect("compare", "--labels", "npy:" + labels, "--format", format)
    #expect(run.status == 0, "\(run.errors)")
    if format == "text" {
      #expect(run.output.contains("AUROC") && run.output.contains("isolation-forest"))
      return
    }
    let methods = try #require(try run.json()["methods"] as? [[String: Any]])
    let names = methods.compactMap { $0["method"] as? String }
    #expect(names.count >= 15 && Set(["knn", "lof", "kde", "gmm", "mcd", "ecod"]).isSubset(of: names))
    for method in methods {
      let auroc = method["auroc"] as? Double
      #expect(auroc.map { $0 > 0.5 } ?? ((method["error"] as? String)?.hasSuffix(".") == true), "\(method)")
    }
    #expect(methods.count { $0["auroc"] != nil } >= 15)
  }

  @Test(
    "Without labels methods are compared by agreement and stability, and one is recommended with its reason")
  func unlabelled() throws {
    let json = try detect("compare", "--format", "json").json()
    let methods = try #require(json["methods"] as? [[String: Any]])
    let recommended = try #require(json["recommended"] as? String)
    let row = try #require(methods.first { $0["method"] as? String == recommended })
    let worth = { (row: [String: Any]) -> Double in
      min(row["agreement"] as? Double ?? -1, row["stability"] as? Double ?? -1)
    }
    #expect(methods.allSatisfy { $0["auroc"] == nil })
    #expect(methods.allSatisfy { worth($0) <= worth(row) })
    #expect((json["reason"] as? String)?.contains("agrees") == true)
    let text = try detect("compare")
    #expect(text.output.contains("stability") && text.output.contains("take \(recommended): "))
  }

  @Test(
    "A saved detector scores as when it was fitted", arguments: ["knn", "lof", "gmm", "isolation-forest"])
  func saved(method: String) throws {
    let (file, first, second) = (folder + "/d", folder + "/1.npy", folder + "/2.npy")
    let fitted = try detect(
      method, "--standardize", "--contamination", "0.1", "--save", file, "--out", first, "--format", "json",
      "--labels", "npy:" + labels)
    #expect(fitted.status == 0, "\(fitted.errors)")
    let scored = try ToolRun(
      "score", file, "--data", "npy:" + score, "--labels", "npy:" + labels, "--out", second, "--format",
      "json")
    #expect(scored.status == 0, "\(scored.errors)")
    #expect(try NumPy.read(first).doubles() == NumPy.read(second).doubles())
    let (one, other) = (try fitted.json(), try scored.json())
    #expect(one["threshold"] as? Double == other["threshold"] as? Double)
    #expect(one["flagged"] as? Int == other["flagged"] as? Int)
    let auroc = try #require(other["auroc"] as? Double)
    #expect(auroc == one["auroc"] as? Double && auroc > 0.9)
    let higher = try ToolRun(
      "score", file, "--data", "npy:" + score, "--threshold", "1e300", "--format", "json"
    ).json()
    #expect(higher["flagged"] as? Int == 0)
  }

  @Test("A gap is refused with its place, and filled when asked", arguments: ["npy", "csv"])
  func gaps(kind: String) throws {
    let path = folder + "/gap." + kind
    if kind == "npy" {
      try Self.write([[1, 2], [3, .nan], [5, 6], [7, 9], [2, 2]], to: path)
    } else {
      try Data("a,b\n1,2\n3,\n5,6\n7,9\n2,2\n".utf8).write(to: URL(fileURLWithPath: path))
    }
    let gapped = ["detect", "ecod", "--train", "\(kind):\(path)", "--score", "\(kind):\(path)"]
    let refused = try ToolRun(arguments: gapped)
    #expect(refused.status == 1)
    #expect(refused.output.isEmpty)
    // The table counts from 0; a CSV file has lines, from 1, and names.
    #expect(
      refused.errors.contains(kind == "npy" ? "row 1, column 1" : "line 3"), "\(refused.errors)")
    let out = folder + "/filled.npy"
    let filled = try ToolRun(arguments: gapped + ["--impute", "median", "--out", out])
    #expect(filled.status == 0, "\(filled.errors)")
    let scores = try NumPy.read(out).doubles()
    #expect(scores.count == 5 && scores.allSatisfy(\.isFinite))
  }

  @Test func optionsReachTheirMethods() throws {
    let means = try Self.write([[0, 0], [1, 1]], to: folder + "/means.npy")
    #expect(try detect("gmm", "--initial-means", means).status == 0)
    let other = try detect("gmm", "--initial-means", means, "--components", "3")
    #expect(other.status == 1 && other.errors.contains("[2, 2]"))
    let determinant = try detect("mcd", "--format", "json").json()["log_determinant"] as? Double
    #expect(determinant.map(\.isFinite) == true)
    let outputs = try [["--kernel", "linear"], ["--kernel", "gaussian"], []].map { options in
      let out = folder + "/svm.npy"
      let run = try ToolRun(
        arguments: ["detect", "ocsvm", "--train", "npy:" + train, "--score", "npy:" + score, "--out", out]
          + options)
      #expect(run.status == 0, "\(run.errors)")
      return try NumPy.read(out).doubles()
    }
    #expect(outputs[0] != outputs[1] && outputs[1] == outputs[2])
  }

  @Test(
    arguments: [
      ["detect"], ["detect", "crystal-ball"], ["detect", "ecod", "--bins", "3"],
      ["detect", "hbos", "--bins", "x"],
      ["detect", "kde", "--kernel", "square"], ["detect", "ocsvm", "--kernel", "cosine"],
      ["detect", "ocsvm", "--kernel", "linear", "--gamma", "1"], ["detect", "knn", "--impute", "zero"],
      ["detect", "knn", "--leave-one-out"], ["detect", "compare", "--normal", "0"],
    ])
  func mistakesOfUsage(arguments: [String]) throws {
    let tables = ["--train", "npy:" + train, "--score", "npy:" + score]
    try expect(ToolRun(arguments: arguments + tables), status: 64)
    try expect(ToolRun(arguments: arguments), status: 64)
  }

  @Test func failures() throws {
    let tables = ["--train", "npy:" + train, "--score", "npy:" + score]
    let narrow = try Self.write([[1], [2]], to: folder + "/narrow.npy")
    let text = folder + "/text.csv"
    try Data("a,b\n1,red\n2,blue\n".utf8).write(to: URL(fileURLWithPath: text))
    for arguments in [
      ["detect", "knn", "--train", "npy:/nowhere.npy", "--score", "npy:" + score],
      ["detect", "knn", "--train", "npy:" + train, "--score", "npy:" + narrow],
      ["detect", "knn", "--train", "csv:" + text, "--score", "npy:" + score],
      ["detect", "knn", "--neighbours", "41"] + tables,
      ["detect", "gmm", "--components", "0"] + tables,
      ["detect", "knn", "--labels", "npy:" + narrow] + tables,
      ["detect", "compare", "--labels", "npy:" + narrow] + tables,
      ["detect", "knn", "--save", "/nowhere/d"] + tables,
      ["score", "/nowhere/d", "--data", "npy:" + score],
      ["score", text, "--data", "npy:" + score],
    ] {
      try expect(ToolRun(arguments: arguments), status: 1)
    }
  }

  private func expect(_ run: ToolRun, status: Int32) {
    #expect(run.status == status, "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }
}
