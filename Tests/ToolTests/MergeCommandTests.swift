import Foundation
import GenModels
import OODDetectors
import Testing

/// `ood detect METHOD --shard` and `ood merge`, run as programs.
@Suite struct MergeCommandTests {
  let folder = ToolRun.temporaryFolder()
  private let table: Matrix = {
    var table = Matrix(rows: 300, columns: 3, repeating: 0)
    for i in 0..<300 {
      for j in 0..<3 { table[i, j] = Double((i * (7 + 4 * j) + j) % 101) / 17 }
    }
    return table
  }()
  private static let columns = "a,b,c"

  init() throws {
    let rows = (0..<300).map { i in table.row(i).map { "\($0)" }.joined(separator: ",") }
    func write(_ name: String, _ range: Range<Int>, header: String = Self.columns) throws {
      let text = ([header] + rows[range]).joined(separator: "\n") + "\n"
      try text.write(toFile: "\(folder)/\(name).csv", atomically: true, encoding: .utf8)
    }
    try write("all", 0..<300)
    try write("1", 0..<110)
    try write("2", 110..<190)
    try write("3", 190..<300)
    try write("other", 0..<110, header: "a,b,d")
  }

  /// A file of the test's folder.
  private func file(_ name: String) -> String { "\(folder)/\(name)" }

  private func part(_ method: String, _ number: Int, of count: Int = 3, _ options: String...) throws
    -> ToolRun
  {
    try ToolRun(
      arguments: [
        "detect", method, "--train", "csv:\(file("\(number).csv"))", "--shard", "\(number)/\(count)",
        "--save",
        file("\(method).\(number)"),
      ] + options)
  }

  private func merge(_ names: String..., to out: String, _ options: [String] = []) throws -> ToolRun {
    try ToolRun(arguments: ["merge"] + names.map(file) + ["--out", file(out)] + options)
  }

  /// The scores of all rows by a saved detector.
  private func scores(_ name: String) throws -> ToolRun {
    try ToolRun("score", file(name), "--data", "csv:\(file("all.csv"))")
  }

  @Test("Parts of a method merge to the detector of all rows")
  func merging() throws {
    for number in 1...3 {
      let run = try part("mahalanobis", number)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    }
    let early = try scores("mahalanobis.1")
    #expect(early.status == 1 && early.errors.contains("ood merge"), "\(early.errors)")
    let some = try merge("mahalanobis.3", "mahalanobis.1", to: "some")
    #expect(some.status == 0 && some.errors.contains("of 3 parts 2 is missing"), "\(some.errors)")
    #expect(try scores("some").status == 1)
    let merged = try merge("some", "mahalanobis.2", to: "merged", ["--format", "json"])
    #expect(merged.status == 0 && merged.errors.isEmpty, "\(merged.errors)")
    #expect(try merged.json()["n_train"] as? Int == 300)
    let whole = try Mahalanobis(fitting: table)
    let found = try Mahalanobis(contentsOf: file("merged"))
    for (a, b) in zip(try found.score(table), try whole.score(table)) { #expect(abs(a - b) < 1e-10) }
    // The names of the columns are there, so another table is refused.
    let other = try ToolRun("score", file("merged"), "--data", "csv:\(file("other.csv"))")
    #expect(other.status != 0 && other.errors.contains("c"), "\(other.errors)")
  }

  @Test("Histograms take the ranges of a first pass, and are then to the bit those of all rows")
  func histograms() throws {
    let early = try part("hbos", 1)
    #expect(early.status == 64 && early.errors.contains("--first-pass"), "\(early.errors)")
    for number in 1...3 { #expect(try part("hbos", number, "--first-pass").status == 0) }
    let some = try merge("hbos.1", "hbos.2", to: "ranges")
    #expect(some.status == 0, "\(some.errors)")
    let incomplete = try part("hbos", 1, "--ranges", file("ranges"))
    #expect(incomplete.status == 1 && incomplete.errors.contains("missing"), "\(incomplete.errors)")
    #expect(try merge("hbos.1", "hbos.2", "hbos.3", to: "ranges").status == 0)
    for number in 1...3 {
      #expect(try part("hbos", number, "--ranges", file("ranges"), "--bins", "7").status == 0)
    }
    #expect(try merge("hbos.2", "hbos.3", "hbos.1", to: "merged").status == 0)
    let one = try ToolRun(
      "detect", "hbos", "--train", "csv:\(file("all.csv"))", "--score", "csv:\(file("all.csv"))", "--bins",
      "7",
      "--save", file("one"))
    #expect(one.status == 0, "\(one.errors)")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: file("one")))
        == Data(contentsOf: URL(fileURLWithPath: file("merged"))))
  }

  @Test("A merged detector is calibrated whole, and never before")
  func calibration() throws {
    for number in 1...2 {
      #expect(try part("isolation-forest", number, of: 2, "--trees", "20", "--sample-size", "32").status == 0)
    }
    let calibrate = ["--calibrate", "csv:\(file("3.csv"))", "--false-positive-rate", "0.1"]
    let early = try merge("isolation-forest.1", to: "early", calibrate)
    #expect(early.status == 1 && early.errors.contains("missing"), "\(early.errors)")
    let merged = try merge("isolation-forest.1", "isolation-forest.2", to: "merged", calibrate)
    #expect(merged.status == 0, "\(merged.errors)")
    let flagged = try ToolRun("score", file("merged"), "--data", "csv:\(file("3.csv"))", "--format", "json")
    #expect((try flagged.json()["flagged"] as? Int).map { $0 <= 11 } == true, "\(flagged.errors)")
    let half = try merge(
      "isolation-forest.1", "isolation-forest.2", to: "merged", ["--calibrate", "csv:3.csv"])
    #expect(half.status == 64)
  }

  @Test("What does not go together is refused with a sentence")
  func refusals() throws {
    for number in 1...2 { #expect(try part("three-sigma", number).status == 0) }
    #expect(try part("pca", 3).status == 0)
    let other = try ToolRun(
      "detect", "three-sigma", "--train", "csv:\(file("other.csv"))", "--shard", "3/3", "--save",
      file("other"))
    #expect(other.status == 0, "\(other.errors)")
    let aggregated = try ToolRun(
      "detect", "three-sigma", "--train", "csv:\(file("3.csv"))", "--shard", "3/3", "--save", file("mean"),
      "--aggregation", "mean")
    #expect(aggregated.status == 0, "\(aggregated.errors)")
    func refuses(_ names: [String], _ words: String) throws {
      let run = try ToolRun(arguments: ["merge"] + names.map(file) + ["--out", file("none")])
      #expect(run.status == 1 && run.errors.contains(words), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: file("none")))
    }
    try refuses(["three-sigma.1", "three-sigma.1"], "there twice")
    try refuses(["three-sigma.1", "three-sigma.2", "pca.3"], "one method")
    try refuses(["three-sigma.1", "three-sigma.2", "other"], "same columns")
    try refuses(["three-sigma.1", "three-sigma.2", "mean"], "different settings")
    try refuses(["three-sigma.1", "1.csv"], "1.csv")
    for (arguments, word) in [
      (["knn", "--shard", "1/2"], "can't be fitted by parts"),
      (["three-sigma", "--shard", "1/2"], "--save"),
      (["three-sigma", "--first-pass", "--save", file("x")], "--shard"),
      (["three-sigma", "--shard", "3/2", "--save", file("x")], "3/2"),
      (["three-sigma", "--shard", "1/2", "--save", file("x"), "--score", "csv:\(file("1.csv"))"], "--score"),
      (["three-sigma", "--shard", "1/2", "--save", file("x"), "--standardize"], "all rows"),
      (["three-sigma", "--shard", "1/2", "--save", file("x"), "--first-pass"], "no first pass"),
      (["hbos", "--shard", "1/2", "--save", file("x"), "--ranges", file("three-sigma.1")], "no ranges"),
      (["three-sigma"], "--score"),
    ] {
      let run = try ToolRun(arguments: ["detect"] + arguments + ["--train", "csv:\(file("1.csv"))"])
      #expect(run.status != 0 && run.errors.contains(word), "\(arguments): \(run.errors)")
    }
  }
}
