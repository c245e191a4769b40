import Foundation
import Testing

@Suite("ood score, ood evaluate and ood train open-set on classifiers")
struct ClassifierScoreCommandTests {
  private let digits = "synthetic-digits:train[0..<200]"
  private let others = "synthetic-digits:test[0..<30]"
  private let symbols = "synthetic-symbols:test[0..<30]"

  private func withClassifier(_ body: (String, String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/classifier.safetensors"
    let trained = try ToolRun(
      "train", "classifier", "--data", digits, "--epochs", "1", "--maps", "2", "--hidden", "8", "--out", path)
    try #require(trained.status == 0, "\(trained.errors)")
    try body(path, folder)
  }

  @Test("A classifier has the scores of its kind, with settings and fits; a saved one needs no fit")
  func scores() throws {
    try withClassifier { path, folder in
      func run(_ more: String...) throws -> ToolRun {
        try ToolRun(arguments: ["score", path, "--data", others, "--format", "json"] + more)
      }
      let plain = try run()
      #expect(try plain.json()["kind"] as? String == "image-classifier, maximum-softmax-probability")
      for arguments in [
        ["energy", "--set", "temperature=2"], ["odin", "--set", "epsilon=0.01"],
        ["kl-matching", "--fit", digits], ["react", "--fit", digits, "--set", "percentile=0.8"],
        ["feature-mahalanobis", "--fit", digits],
      ] {
        let run = try ToolRun(
          arguments: ["score", path, "--data", others, "--format", "json", "--scorer"] + arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
        #expect(try run.json()["kind"] as? String == "image-classifier, \(arguments[0])")
      }
      let saved = folder + "/score.safetensors"
      let first = try ToolRun(
        "score", path, "--data", others, "--scorer", "react", "--fit", digits, "--save", saved)
      #expect(first.status == 0, "\(first.errors)")
      let again = try ToolRun("score", saved, "--data", others)
      #expect(again.status == 0 && again.output == first.output, "\(again.errors)")
      #expect(try run("--scorer", "ensemble-disagreement", "--member", path).status == 0)
    }
  }

  @Test("ood evaluate measures any score")
  func evaluates() throws {
    try withClassifier { path, _ in
      let run = try ToolRun(
        "evaluate", path, "--in", others, "--control", symbols, "--scorer", "energy", "--format", "json")
      #expect(run.status == 0, "\(run.errors)")
      let auroc = try #require(try run.json()["auroc"] as? [String: Double])
      #expect((0...1).contains(try #require(auroc[symbols])))
      let table = try ToolRun("evaluate", path, "--in", others, "--control", symbols)
      #expect(table.status == 0 && table.output.contains("FPR95"), "\(table.errors)")
    }
  }

  @Test("What a score lacks or can't take is said")
  func refusals() throws {
    try withClassifier { path, _ in
      func run(_ more: String...) throws -> ToolRun {
        try ToolRun(arguments: ["score", path, "--data", others] + more)
      }
      let unknown = try run("--scorer", "magic")
      #expect(unknown.status == 64 && unknown.errors.contains("There is no score magic"))
      let unfitted = try run("--scorer", "vim")
      #expect(unfitted.status == 64 && unfitted.errors.contains("give --fit"))
      let fitted = try run("--scorer", "energy", "--fit", digits)
      #expect(fitted.status == 64 && fitted.errors.contains("leave --fit out"))
      let setting = try run("--scorer", "energy", "--set", "warmth=2")
      #expect(setting.status == 64 && setting.errors.contains("no setting warmth"))
      let wrong = try run("--scorer", "energy", "--set", "temperature=-1")
      #expect(wrong.status == 1 && wrong.errors.contains("temperature"), "\(wrong.errors)")
      let reference = try run("--scorer", "energy", "--reference", digits)
      #expect(reference.status == 64 && reference.errors.contains("--reference"))
      let density = try run("--scorer", "typicality", "--reference", digits)
      #expect(density.status == 1 && density.errors.contains("no density"), "\(density.errors)")
    }
  }

  @Test("Open-set classifiers of tables are trained by kind and score as any other")
  func openSet() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = folder + "/table.csv"
    let rows = (0..<60).map { i -> String in
      let shift = Double(i % 7) / 10 + Double(i * i % 61) / 300
      return i % 2 == 0 ? "\(2 + shift),\(1 - shift),a" : "\(-2 - shift),\(-1 + shift),b"
    }
    try ("x,y,class\n" + rows.joined(separator: "\n") + "\n").write(
      toFile: table, atomically: true, encoding: .utf8)
    for kind in [
      "classwise-one-class-svm", "neighbour-confidence", "one-versus-set-machine",
      "support-vector-classifier", "weibull-svm",
    ] {
      let path = folder + "/\(kind).safetensors"
      let trained = try ToolRun(
        "train", "open-set", kind, "--data", "csv:\(table)?label=class", "--out", path, "--format", "json")
      #expect(trained.status == 0, "\(kind): \(trained.errors)")
      guard trained.status == 0 else { continue }
      #expect(try trained.json()["classes"] as? Int == 2)
      let scored = try ToolRun("score", path, "--data", "csv:\(table)?label=class", "--format", "json")
      #expect(scored.status == 0, "\(kind): \(scored.errors)")
    }
    let wrong = try ToolRun(
      "train", "open-set", "weibull-svm", "--data", "csv:\(table)?label=class", "--out", folder + "/x",
      "--set", "cost=0")
    #expect(wrong.status == 1 && wrong.errors.contains("cost"), "\(wrong.errors)")
    let unlabelled = try ToolRun(
      "train", "open-set", "weibull-svm", "--data", "two-moons:10?noise=0", "--out", folder + "/y")
    #expect(unlabelled.status != 0)
  }
}
