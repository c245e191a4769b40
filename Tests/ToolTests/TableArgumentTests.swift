import Foundation
import OODDatasets
import Testing

/// Labels, columns and rows of tables that are named on the command line.
@Suite struct TableArgumentTests {
  let folder = ToolRun.temporaryFolder()

  /// One feature, which is small for the last six of thirty rows; those are the anomalies. Taken for labels, the feature would
  /// tell the contrary.
  private let feature = (0..<30).map { (i: Int) -> Double in i < 24 ? Double(i % 8 + 1) : Double(40 + i) }
  private let isAnomaly = (0..<30).map { $0 >= 24 }

  private func write(_ text: String, _ name: String) throws -> String {
    let path = folder + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func csv(_ name: String, _ label: (Bool) -> String) throws -> String {
    try write("x,y\n" + feature.indices.map { "\(feature[$0]),\(label(isAnomaly[$0]))\n" }.joined(), name)
  }

  private func auroc(_ table: String, labels: String, _ more: String...) throws -> Double? {
    let run = try ToolRun(
      arguments: [
        "detect", "three-sigma", "--train", table, "--score", table, "--labels", labels, "--format", "json",
      ] + more)
    guard run.status == 0 else { return nil }
    return try run.json()["auroc"] as? Double
  }

  @Test("Labels come from the label column or array, however they are named")
  func labelSources() throws {
    let numbers = "csv:" + (try csv("n.csv") { $0 ? "1" : "0" }) + "?label=y"
    let expected = try auroc(numbers, labels: numbers)
    #expect(expected == 1)
    let (x, y, both) = (folder + "/x.npy", folder + "/y.npy", folder + "/b.npz")
    let labels = NumericArray(isAnomaly.map { $0 ? 1 : 0 }, shape: [30])
    try NumPy.write(NumericArray(feature, shape: [30, 1]), to: x)
    try NumPy.write(labels, to: y)
    try NumPyArchive.write([("X", NumericArray(feature, shape: [30, 1])), ("y", labels)], to: both)
    for source in [
      "npz:\(both)", "npz:\(both)#y", "npz:\(both)#X?labels=y", "npy:\(x)?labels=\(y)", "npy:\(y)",
    ] {
      #expect(try auroc("npy:" + x, labels: source) == expected, "\(source)")
    }
    // With a range on both sides, in step.
    #expect(try auroc(numbers + "[10...]", labels: numbers + "[10...]") == 1)
    // What has no labels is refused, also with as many features as labels are needed.
    let unnamed = folder + "/u.npz"
    try NumPyArchive.write([("X", NumericArray(feature, shape: [30, 1])), ("truth", labels)], to: unnamed)
    for source in ["npz:\(unnamed)", "csv:\(folder)/n.csv"] {
      let run = try ToolRun(
        "detect", "ecod", "--train", "npy:" + x, "--score", "npy:" + x, "--labels", source)
      #expect(run.status == 1, "\(source): \(run.output)")
    }
  }

  @Test("Text and −1/1 are refused, or mapped by --normal; so are they for saved detectors and metrics")
  func normalClass() throws {
    let cases: [(name: String, label: (Bool) -> String, normal: String)] = [
      ("text.csv", { $0 ? "bad" : "good" }, "good"), ("signs.csv", { $0 ? "-1" : "1" }, "1"),
      ("other.csv", { $0 ? "1" : "2" }, "2"), ("floats.csv", { $0 ? "-1.0" : "+1.0" }, "1"),
    ]
    for (name, label, normal) in cases {
      let table = "csv:" + (try csv(name, label)) + "?label=y"
      let refused = try ToolRun("detect", "ecod", "--train", table, "--score", table, "--labels", table)
      #expect(refused.status == 1 && refused.errors.contains("--normal"), "\(name): \(refused.errors)")
      #expect(try auroc(table, labels: table, "--normal", normal) == 1, "\(name)")
      let unknown = try ToolRun(
        "detect", "ecod", "--train", table, "--score", table, "--labels", table, "--normal", "blue")
      #expect(unknown.status == 1 && unknown.errors.contains("blue"), "\(unknown.errors)")
      let detector = folder + "/d"
      #expect(
        try ToolRun("detect", "three-sigma", "--train", table, "--score", table, "--save", detector).status
          == 0)
      let saved = try ToolRun(
        "score", detector, "--data", table, "--labels", table, "--normal", normal, "--format", "json")
      #expect(try saved.json()["auroc"] as? Double == 1, "\(saved.errors)")
    }
    let lonely = try ToolRun(
      "detect", "ecod", "--train", "two-moons:9", "--score", "two-moons:9", "--normal", "0")
    #expect(lonely.status == 64)
  }

  @Test(
    "Named columns in another order are put in order, others are refused with their names: detectors and flows"
  )
  func columnOrder() throws {
    let rows = (0..<60).map { (i: Int) -> (Double, Double) in
      (Double(i * 7 % 60) / 60, Double(500 + i * 11 % 60))
    }
    let train = "csv:" + (try write("low,high\n" + rows.map { "\($0.0),\($0.1)\n" }.joined(), "t.csv"))
    let swapped = "csv:" + (try write("high,low\n" + rows.map { "\($0.1),\($0.0)\n" }.joined(), "s.csv"))
    let renamed = "csv:" + (try write("low,height\n" + rows.map { "\($0.0),\($0.1)\n" }.joined(), "r.csv"))
    let (detector, flow) = (folder + "/detector", folder + "/flow")
    let fitted = try ToolRun(
      "detect", "mahalanobis", "--train", train, "--score", train, "--save", detector, "--format", "csv")
    #expect(fitted.status == 0, "\(fitted.errors)")
    let trained = try ToolRun(
      "train", "realnvp", "--data", train, "--validation", swapped, "--epochs", "2", "--couplings", "2",
      "--hidden", "4",
      "--out", flow)
    #expect(trained.status == 0, "\(trained.errors)")
    for (command, expected) in [
      (["score", detector, "--data"], fitted.output),
      (["score", flow, "--data"], try ToolRun("score", flow, "--data", train).output),
      (["detect", "mahalanobis", "--format", "csv", "--train", train, "--score"], fitted.output),
    ] {
      let run = try ToolRun(arguments: command + [swapped])
      #expect(run.status == 0 && run.output == expected, "\(command): \(run.errors)")
      let refused = try ToolRun(arguments: command + [renamed])
      #expect(refused.status == 1 && refused.output.isEmpty, "\(command)")
      #expect(
        refused.errors.contains("missing is 'high'") && refused.errors.contains("new is 'height'"),
        "\(refused.errors)")
    }
  }

  @Test("Printed rows are those of the file, and it is said how many were left out")
  func rowNumbers() throws {
    let table = "csv:" + (try write("a,b\n1,2\n3,\n4,5\n,6\n7,9\n8,2\n", "gaps.csv")) + "?missing=drop"
    let run = try ToolRun("detect", "three-sigma", "--train", table, "--score", table, "--format", "csv")
    let rows = run.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[0] }
    #expect(rows == ["0", "2", "4", "5"])
    #expect(run.errors.contains("2 rows"), "\(run.errors)")
    let part = try ToolRun(
      "detect", "three-sigma", "--train", table, "--score", table + "[2...]", "--format", "csv")
    #expect(part.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[0] } == ["4", "5"])
    // Labels of other rows than those that were scored.
    let labels =
      "csv:" + (try write("a,k\n1,0\n3,1\n4,0\n5,0\n,0\n,0\n", "labels.csv")) + "?missing=drop&label=k"
    let mixed = try ToolRun("detect", "ecod", "--train", table, "--score", table, "--labels", labels)
    #expect(mixed.status == 1 && mixed.errors.contains("left out"), "\(mixed.errors)")
    // Gaps beside an own delimiter are filled, too.
    let other = "csv:" + (try write("a;b\n1;2\n3;\n4;5\n", "other.csv")) + "?delimiter=semicolon"
    let filled = try ToolRun("detect", "ecod", "--train", other, "--score", other, "--impute", "median")
    #expect(filled.status == 0, "\(filled.errors)")
    let both = try ToolRun("detect", "ecod", "--train", table, "--score", table, "--impute", "median")
    #expect(both.status == 64 && both.errors.contains("missing="), "\(both.errors)")
  }

  @Test("Scores of a range are those of the whole, for columns with a large offset")
  func precision() throws {
    let values = (0..<80).map { (i: Int) -> Double in 3e9 + Double(i * 31 % 80) / 50 }
    let path = folder + "/offset.npy"
    try NumPy.write(NumericArray(values, shape: [40, 2]), to: path)
    func scores(_ specification: String) throws -> [Substring] {
      let run = try ToolRun(
        "detect", "knn", "--train", "npy:" + path, "--score", specification, "--format", "csv")
      #expect(run.status == 0, "\(run.errors)")
      return run.output.split(separator: "\n")
    }
    let whole = try scores("npy:" + path)
    #expect(try scores("npy:\(path)[0..<40]") == whole)
    #expect(try scores("npy:\(path)[7..<20]").dropFirst() == whole[8..<21])
    #expect(try Set(scores("npy:\(path)?shuffle=3")) == Set(whole))
    #expect(Set(whole.map { $0.split(separator: ",")[1] }).count > 2)
  }

  @Test("Devices as input are refused at once; slow input says what is waited for")
  func endlessInput() throws {
    for format in ["npy", "npz", "csv", "idx", "strokes", "hwrt"] {
      let run = try ToolRun("data", "info", "\(format):/dev/zero")
      #expect(run.status == 1 && run.errors.contains("device"), "\(format): \(run.errors)")
    }
    #expect(try ToolRun("sweep", "/dev/zero", "--print-grid").status == 1)
    #expect(try ToolRun("score", "/dev/zero", "--data", "two-moons:4").status == 1)
    let pipe = folder + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "{ sleep 3; printf 'a,b\\n1,2\\n'; } > '\(pipe)'"]
    try writer.run()
    let slow = try ToolRun("data", "info", "csv:" + pipe)
    writer.waitUntilExit()
    #expect(slow.status == 0 && slow.errors.contains("reading csv:"), "\(slow.errors)")
  }
}
