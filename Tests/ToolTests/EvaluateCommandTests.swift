import Foundation
import Testing

@Suite("ood evaluate, and ood score on autoencoders")
struct EvaluateCommandTests {
  /// A small autoencoder in a folder of its own.
  private func withModel(_ body: (String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/model.safetensors"
    let run = try ToolRun(
      "train", "conv-autoencoder", "--data", "synthetic-digits:train[0..<512]", "--epochs", "1", "--maps",
      "8",
      "--layers", "1", "--out", path)
    #expect(run.status == 0, "\(run.errors)")
    try body(path)
  }

  private let digits = "synthetic-digits:test[0..<60]"
  private let symbols = "synthetic-symbols:test[0..<40]"
  private let noise = "synthetic-symbols:train[0..<30]"

  @Test("The JSON object has every measure, and they agree with the scores")
  func json() throws {
    try withModel { path in
      let run = try ToolRun(
        "evaluate", path, "--in", digits, "--control", symbols, "--control", noise, "--theta", "45",
        "--format",
        "json")
      #expect(run.status == 0, "\(run.errors)")
      let report = try run.json()
      func number(_ name: String) throws -> Double { try #require(report[name] as? Double, "\(name)") }
      func bySet(_ name: String) throws -> [String: Double] {
        try #require(report[name] as? [String: Double], "\(name)")
      }
      func errors(_ data: String) throws -> [Double] {
        let run = try ToolRun("score", path, "--data", data, "--norm", "l1")
        return run.output.split(separator: "\n").dropFirst().compactMap { line in
          line.split(separator: ",").compactMap { Double($0) }.last
        }
      }
      let (inside, outside) = (try errors(digits), try errors(symbols))
      #expect(inside.count == 60 && outside.count == 40)
      let irr = Double(inside.count { $0 < 45 }) / 60
      let orr = Double(outside.count { $0 < 45 }) / 40
      #expect(try number("theta") == 45 && number("irr") == irr)
      #expect(try bySet("orr")[symbols] == orr)
      #expect(try abs(bySet("delta")[symbols]! - (irr - orr)) < 1e-12)
      let deltas = try bySet("delta").values
      #expect(try abs(number("delta_mean") - deltas.reduce(0, +) / 2) < 1e-12)
      #expect(try number("delta_min") == deltas.min())
      #expect(try number("best_delta") >= number("delta_mean") - 1e-12)
      var wins = 0.0
      for error in outside {
        for other in inside { wins += error > other ? 1 : error == other ? 0.5 : 0 }
      }
      #expect(try abs(bySet("auroc")[symbols]! - wins / 2400) < 1e-12)
      for name in ["best_theta", "aupr_in", "aupr_out", "fpr95"] { #expect(try number(name).isFinite) }
      #expect(report["n_in"] as? Int == 60)
      #expect(try bySet("n_control") == [symbols: 40, noise: 30])
    }
  }

  @Test("A table for people, in every norm; scores too")
  func norms() throws {
    try withModel { path in
      for norm in ["l1", "l2", "mse", "bce"] {
        let run = try ToolRun("evaluate", path, "--in", digits, "--control", symbols, "--norm", norm)
        #expect(run.status == 0 && run.output.contains(symbols), "\(norm): \(run.errors)")
        let scores = try ToolRun(
          "score", path, "--data", symbols, "--norm", norm, "--format", "json")
        #expect(try scores.json()["kind"] as? String == "convolutional-autoencoder, \(norm)")
      }
    }
  }

  @Test("What can't be evaluated is refused with a reason")
  func refusals() throws {
    try withModel { path in
      func run(_ more: String...) throws -> ToolRun {
        try ToolRun(arguments: ["evaluate", path, "--in", digits] + more)
      }
      #expect(try run().status == 64)
      #expect(try run("--control", symbols, "--control", symbols).status == 64)
      #expect(try run("--control", symbols, "--norm", "l7").status == 64)
      #expect(try run("--control", symbols, "--level", "1").status == 64)
      let other = try run("--control", "two-moons:10")
      #expect(other.status == 1 && other.errors.contains("shape"), "\(other.errors)")
      let density = try ToolRun("score", path, "--data", digits, "--scorer", "log-density")
      #expect(density.status == 1 && density.errors.contains("no density"), "\(density.errors)")
    }
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let classifier = folder + "/classifier.safetensors"
    let trained = try ToolRun(
      "train", "classifier", "--data", "synthetic-digits:train[0..<128]", "--epochs", "1", "--maps", "2",
      "--hidden", "4", "--out", classifier)
    #expect(trained.status == 0, "\(trained.errors)")
    let run = try ToolRun("evaluate", classifier, "--in", digits, "--control", symbols, "--theta", "4")
    #expect(run.status == 1 && run.errors.contains("leave --theta out"), "\(run.errors)")
  }
}
