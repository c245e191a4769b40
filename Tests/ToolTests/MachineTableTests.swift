import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

/// A table as engineers have it, with ids, times, categories and holes: fitted, calibrated, explained, drawn, saved, and asked again.
@Suite struct MachineTableTests {
  let folder = ToolRun.temporaryFolder()
  /// Options of all files.
  let roles = "?id=id&time=time&category=machine"

  init() throws {
    try write("train.csv", rows: 600, from: 0)
    try write("cal.csv", rows: 400, from: 600)
    try write("new.csv", rows: 100, from: 1000, odd: [10, 40, 70])
    try write("labelled.csv", rows: 100, from: 1000, odd: [10, 40, 70], labels: true)
  }

  /// Machine A runs at 20 degrees, B at 40, a bit warmer at noon; the current goes with the temperature. Odd rows draw too much.
  private func write(
    _ name: String, rows: Int, from first: Int, odd: Set<Int> = [], labels: Bool = false
  ) throws {
    var random = RandomGenerator(seed: UInt64(first + 1))
    var lines = ["id,time,machine,temperature,current" + (labels ? ",state" : "")]
    for row in 0..<rows {
      let minute = (first + row) * 13
      let clock = String(format: "2024-03-%02d %02d:%02d", 1 + minute / 1440, minute / 60 % 24, minute % 60)
      let machine = row % 3 == 0 ? "A" : "B"
      let noise = random.normal([2]).elements
      let temperature = (machine == "A" ? 20 : 40) + noise[0] + (minute / 60 % 24 == 12 ? 1 : 0)
      let current = temperature / 10 + 0.1 * noise[1] + (odd.contains(row) ? 3 : 0)
      let hole = row % 29 == 5
      var cells = ["order \(first + row)", clock, machine, hole ? "" : "\(temperature)", "\(current)"]
      if labels { cells.append(odd.contains(row) ? "broken" : "fine") }
      lines.append(cells.joined(separator: ","))
    }
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: folder + "/" + name, atomically: true, encoding: .utf8)
  }

  private func csv(_ name: String, _ options: String? = nil) -> String {
    "csv:\(folder)/\(name)\(options ?? roles)"
  }

  private func detect(_ method: String, _ arguments: String...) throws -> ToolRun {
    try detect(method, arguments)
  }

  private func detect(_ method: String, _ arguments: [String]) throws -> ToolRun {
    try ToolRun(
      arguments: [
        "detect", method, "--train", csv("train.csv"), "--calibrate", csv("cal.csv"),
        "--false-positive-rate", "0.01", "--impute", "median",
      ] + arguments)
  }

  @Test("A forest that takes holes and names as they are, saved, and asked again")
  func asTheyAre() throws {
    let file = folder + "/mixed.safetensors"
    let run = try ToolRun(
      "detect", "mixed-isolation-forest", "--train", csv("train.csv"), "--calibrate", csv("cal.csv"),
      "--false-positive-rate", "0.05", "--score", csv("new.csv"), "--explain", "1", "--format", "csv",
      "--save", file)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines.count == 101)
    #expect(lines.dropFirst().contains { $0.last == "true" } && lines.contains { $0.last == "false" })
    // A row beyond all training rows in one column is as deep as the outermost of them: above the others on average, not always flagged.
    let column = try #require(lines[0].firstIndex(of: "score"))
    let scores = try lines.dropFirst().map { try #require(Double($0[column])) }
    let odd = [10, 40, 70].reduce(0) { $0 + scores[$1] } / 3
    #expect(odd > scores.reduce(0, +) / 100 + 0.02, "\(odd)")
    let again = try ToolRun("score", file, "--data", csv("new.csv", "?id=id"), "--explain", "1")
    #expect(again.output == run.output, "\(again.errors)")
    let loaded = try ModelCatalogue.complete.load(file) as? Detector<PreparedScorer<MixedIsolationForest>>
    // A day's cycle of the time, then the machine.
    #expect(loaded?.scorer.base.categories.count == 1)
    #expect(
      try ToolRun("detect", "mif", "--train", csv("train.csv"), "--score", csv("new.csv"), "--impute", "keep")
        .status == 64)
  }

  @Test(
    "Rows scored some at a time are those scored at once, to the bit; from a pipe too",
    arguments: ["csv", "jsonl"])
  func pieces(format: String) throws {
    let file = folder + "/pieces.safetensors"
    let fit = try detect("hbos", "--score", csv("new.csv"), "--save", file)
    #expect(fit.status == 0, "\(fit.errors)")
    let data = csv("new.csv", "?id=id")
    func score(_ arguments: String...) throws -> ToolRun {
      try ToolRun(arguments: ["score", file, "--data", data, "--format", format] + arguments)
    }
    // A report needs all rows at once.
    let whole = try score("--report", folder + "/whole.html", "--p-values", "--explain", "1")
    #expect(whole.status == 0, "\(whole.errors)")
    for rows in ["1", "7", "100", "1000"] {
      let pieces = try score("--rows-at-once", rows, "--p-values", "--explain", "1")
      #expect(pieces.output == whole.output, "\(pieces.errors)")
    }
    #expect(try score("--rows-at-once", "0").status == 64)
  }

  @Test(
    "A method is fitted, and then scores row by row as they are read: the same bits as of the whole table")
  func detectInPieces() throws {
    func run(_ arguments: String..., score: String) throws -> ToolRun {
      try detect("ecod", ["--score", score, "--format", "csv", "--explain", "1", "--p-values"] + arguments)
    }
    // A range is read whole.
    let whole = try run(score: csv("new.csv") + "[0..<100]")
    #expect(whole.status == 0 && whole.output.split(separator: "\n").count == 101, "\(whole.errors)")
    let file = folder + "/in-pieces.safetensors"
    for rows in ["1", "7", "100"] {
      let pieces = try run("--rows-at-once", rows, "--save", file, score: csv("new.csv"))
      #expect(pieces.output == whole.output, "\(pieces.errors)")
    }
    let again = try ToolRun("score", file, "--data", csv("new.csv", "?id=id"), "--p-values", "--explain", "1")
    #expect(again.output == whole.output, "\(again.errors)")
    #expect(try run("--rows-at-once", "0", score: csv("new.csv")).status == 64)
    // What is wrong further down ends the run with its line; what is not there ends it before anything is fitted.
    let lines = try String(contentsOfFile: folder + "/new.csv", encoding: .utf8).split(separator: "\n")
    let broken = folder + "/broken.csv"
    try (lines.prefix(60) + ["x,2024-03-20,A,warm,3"]).joined(separator: "\n").write(
      toFile: broken, atomically: true, encoding: .utf8)
    let stopped = try run("--rows-at-once", "10", score: csv("broken.csv"))
    #expect(stopped.status == 1 && stopped.errors.contains("line 61"), "\(stopped.errors)")
    #expect(whole.output.hasPrefix(stopped.output) && stopped.output.split(separator: "\n").count == 51)
    let none = try run("--save", folder + "/none.safetensors", score: csv("none.csv"))
    #expect(none.status == 1 && !FileManager.default.fileExists(atPath: folder + "/none.safetensors"))
  }

  @Test(
    "Gaps filled by the nearest rows, and scales of powers and quantiles", arguments: ["power", "quantile"])
  func choices(scale: String) throws {
    let file = folder + "/\(scale).safetensors"
    let run = try ToolRun(
      "detect", "gmm", "--components", "2", "--train", csv("train.csv"), "--score", csv("new.csv"),
      "--impute", "nearest",
      "--impute-neighbours", "3", "--scale", scale, "--format", "csv", "--save", file)
    #expect(run.status == 0, "\(run.errors)")
    let again = try ToolRun("score", file, "--data", csv("new.csv", "?id=id"))
    #expect(again.output == run.output, "\(again.errors)")
    let top = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      .sorted { Double($0[2])! > Double($1[2])! }.prefix(8).map { String($0[1]) }
    #expect(Set(top).isSuperset(of: ["10", "40", "70"]), "\(top)")
    let wrong = try ToolRun(
      "detect", "gmm", "--train", csv("train.csv"), "--score", csv("new.csv"), "--impute", "median",
      "--impute-neighbours", "3")
    #expect(wrong.status == 64)
  }

  @Test("Gaps filled by a model that is trained, saved and asked again with the detector; scaled after that")
  func filledByModel() throws {
    let file = folder + "/miwae.safetensors"
    let run = try ToolRun(
      "detect", "ecod", "--train", csv("train.csv"), "--calibrate", csv("cal.csv"), "--false-positive-rate",
      "0.05",
      "--impute", "miwae", "--impute-epochs", "5", "--scale", "robust", "--indicators", "--score",
      csv("new.csv"), "--format",
      "csv", "--explain", "1", "--save", file)
    #expect(run.status == 0, "\(run.errors)")
    let again = try ToolRun(
      "score", file, "--data", csv("new.csv", "?id=id"), "--explain", "1", "--rows-at-once", "9")
    #expect(again.output == run.output, "\(again.errors)")
    let loaded = try ModelCatalogue.complete.load(file)
    #expect(
      loaded is Detector<PreparedScorer<ImputedScorer<PreparedScorer<ECOD>>>>, "\(type(of: loaded))")
    // Gaps are filled with something else than the median.
    let median = try detect(
      "ecod", "--scale", "robust", "--indicators", "--score", csv("new.csv"), "--format", "csv")
    #expect(median.status == 0 && median.output != run.output, "\(median.errors)")
    for (arguments, word) in [
      (["ecod", "--impute", "median", "--impute-epochs", "5"], "--impute-epochs"),
      (["compare", "--impute", "miwae"], "ood impute"), (["ecod", "--impute", "keep"], "--impute"),
    ] {
      let wrong = try ToolRun(
        arguments: ["detect"] + arguments + ["--train", csv("train.csv"), "--score", csv("new.csv")])
      #expect(wrong.status == 64 && wrong.errors.contains(word), "\(wrong.errors)")
    }
  }

  @Test("HBOS finds values far out among names and hours where little is added to its densities")
  func littleRegularization() throws {
    let planted: Set = ["10", "40", "70"]
    /// The ranks of the planted rows, from 0.
    func ranks(_ regularization: String) throws -> [Int] {
      let run = try ToolRun(
        "detect", "hbos", "--regularization", regularization, "--train", csv("train.csv"), "--impute",
        "nearest",
        "--score", csv("new.csv"), "--format", "csv")
      #expect(run.status == 0, "\(run.errors)")
      let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        .sorted { Double($0[2])! > Double($1[2])! }
      return rows.indices.filter { planted.contains(String(rows[$0][1])) }
    }
    let (little, usual) = (try ranks("0.001"), try ranks("0.1"))
    #expect(little.count == 3 && little[1] < 3, "\(little)")
    #expect(little.reduce(0, +) < usual.reduce(0, +), "\(little), usually \(usual)")
  }

  @Test("Fit, calibrate, explain, draw a page, save; and ask the file again, elsewhere")
  func wholeWay() throws {
    let (file, page) = (folder + "/detector.safetensors", folder + "/page.html")
    let run = try detect(
      "gmm", "--components", "2", "--standardize", "--score", csv("new.csv"), "--p-values", "--explain", "2",
      "--format", "csv", "--report", page, "--save", file)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines[0] == ["id", "row", "score", "p_value", "reason_1", "reason_2", "out_of_distribution"])
    #expect(lines.count == 101 && lines[1][0] == "order 1000" && lines[100][1] == "99")
    let flagged = lines.filter { $0.last == "true" }
    #expect(Set(flagged.map { String($0[1]) }).isSuperset(of: ["10", "40", "70"]))
    #expect(flagged.count <= 8)
    for line in flagged { #expect(Double(line[3])! <= 0.01) }
    // The page says the same numbers.
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("order 1010") && html.contains("\"flaggedRows\":\(flagged.count)"))

    // The file knows what is a time and what a category, and the calibration.
    let again = try ToolRun(
      "score", file, "--data", csv("new.csv", "?id=id"), "--p-values", "--explain", "2")
    #expect(again.output == run.output, "\(again.errors)")
    let loaded = try ModelCatalogue.complete.load(file) as? any OODDetector<Matrix> & Model
    #expect(loaded?.columnKinds == [.time, .category(["A", "B"]), .number, .number])
    #expect(loaded?.calibration?.scores.count == 400)

    // Saved again with another threshold it keeps the calibration.
    let copy = folder + "/copy.safetensors"
    #expect(
      try ToolRun(
        "score", file, "--data", csv("new.csv", "?id=id"), "--false-positive-rate", "0.05", "--save", copy
      ).status == 0)
    let copied = try ToolRun(
      "score", copy, "--data", csv("new.csv", "?id=id"), "--p-values", "--explain", "2",
      "--false-positive-rate", "0.01")
    #expect(copied.output == run.output, "\(copied.errors)")

    // Another rate, and labels of the file itself.
    let stricter = try ToolRun(
      "score", file, "--data", csv("labelled.csv", "?id=id&drop=state"), "--false-positive-rate", "0.005",
      "--labels", csv("labelled.csv", roles + "&label=state"), "--normal", "fine", "--format", "json",
      "--report", folder + "/labelled.html"
    ).json()
    #expect((stricter["auroc"] as? Double ?? 0) > 0.95)
    #expect((stricter["flagged"] as? Int ?? 99) <= flagged.count)
    let curves = try String(contentsOfFile: folder + "/labelled.html", encoding: .utf8)
    #expect(curves.contains("\"ranking\":{"))
  }

  @Test("Lines of JSON, false discovery rates, and reasons of a method that has none of its own")
  func lines() throws {
    let run = try ToolRun(
      arguments: [
        "detect", "knn", "--standardize", "--train", csv("train.csv"), "--calibrate", csv("cal.csv"), "--fdr",
        "0.2",
        "--impute", "median", "--indicators", "--explain", "1", "--score", csv("new.csv"), "--format",
        "jsonl",
      ])
    #expect(run.status == 0, "\(run.errors)")
    let rows = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(rows.count == 100)
    let p = rows.map { $0["p_value"] as? Double ?? 2 }
    let expected = try BenjaminiHochberg.rejections(p, falseDiscoveryRate: 0.2)
    #expect(rows.map { $0["out_of_distribution"] as? Bool } == expected.map { $0 })
    #expect(expected[10] && expected[40] && expected[70])
    let reasons = rows[10]["reasons"] as? [[String: Any]]
    #expect(reasons?.first?["column"] as? String == "current")
  }

  @Test(
    "Codes of categories change what is scored, and unseen ones are told",
    arguments: ["one-hot", "ordinal", "frequency"])
  func categories(coding: String) throws {
    let other = folder + "/unseen-\(coding).csv"
    try "id,time,machine,temperature,current\nx,2024-03-20,C,30,3\n".write(
      toFile: other, atomically: true, encoding: .utf8)
    let run = try detect("ecod", "--categories", coding, "--score", "csv:\(other)\(roles)", "--format", "csv")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("1 value") && run.errors.contains("'machine'"), "\(run.errors)")
  }

  @Test("What does not fit together is refused in a sentence")
  func refusals() throws {
    let base = [
      "detect", "ecod", "--impute", "median", "--train", csv("train.csv"), "--score", csv("new.csv"),
    ]
    let cases: [(Int32, [String], String)] = [
      (64, ["--false-positive-rate", "0.01"], "--calibrate"), (64, ["--p-values"], "--calibrate"),
      (64, ["--calibrate", csv("cal.csv")], "--false-positive-rate"),
      (64, ["--calibrate", csv("cal.csv"), "--false-positive-rate", "1"], "between 0 and 1"),
      (64, ["--calibrate", csv("cal.csv"), "--fdr", "0.1", "--false-positive-rate", "0.1"], "give one"),
      (64, ["--calibrate", csv("cal.csv"), "--fdr", "0.1", "--contamination", "0.1"], "give one"),
      (64, ["--calibrate", csv("cal.csv"), "--p-values", "--save", folder + "/x"], "--false-positive-rate"),
      (1, ["--calibrate", csv("cal.csv"), "--false-positive-rate", "0.0001"], "needed"),
      (64, ["--explain", "0"], "--explain"), (64, ["--standardize", "--scale", "robust"], "--scale"),
    ]
    for (status, arguments, word) in cases {
      let run = try ToolRun(arguments: base + arguments)
      #expect(run.status == status && run.errors.contains(word), "\(arguments): \(run.status) \(run.errors)")
    }
    // A column missing, one new, one of another kind, one that is no number.
    for (text, word) in [
      ("id,time,machine,temperature\nx,2024-03-20,A,30\n", "'current'"),
      ("id,time,machine,temperature,current,extra\nx,2024-03-20,A,30,3,1\n", "'extra'"),
      ("id,time,machine,temperature,current\nx,yesterday,A,30,3\n", "yesterday"),
      ("id,time,machine,temperature,current\nx,2024-03-20,A,warm,3\n", "warm"),
    ] {
      let wrong = folder + "/wrong.csv"
      try text.write(toFile: wrong, atomically: true, encoding: .utf8)
      let run = try ToolRun(
        "detect", "ecod", "--impute", "median", "--train", csv("train.csv"), "--score", "csv:\(wrong)\(roles)"
      )
      #expect(run.status == 1 && run.errors.contains(word), "\(run.errors)")
    }
    let ids = try ToolRun(
      "detect", "ecod", "--train", csv("new.csv", "?id=id&columns=id"), "--score", csv("new.csv"))
    #expect(ids.status != 0 && !ids.errors.isEmpty)
    // A detector without calibration has no p-values.
    let plain = folder + "/plain.safetensors"
    #expect(try ToolRun(arguments: base + ["--save", plain]).status == 0)
    let run = try ToolRun("score", plain, "--data", csv("new.csv"), "--p-values")
    #expect(run.status == 1 && run.errors.contains("--calibrate"), "\(run.errors)")
  }
}
