import Foundation
import Testing

@Suite("ood archetypes, deep-archetypes and --outliers") struct OutlierCommandTests {
  private let folder = ToolRun.temporaryFolder()

  @Test("Archetypes of a table, saved as a scorer and with the number that the curve bends at")
  func archetypes() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // A triangle: three corners and rows between them.
    var rows = ["a,b"]
    for i in 0...8 {
      for j in 0...(8 - i) { rows.append("\(10 * i + 5 * j),\(9 * j)") }
    }
    let table = folder + "/t.csv"
    try rows.joined(separator: "\n").write(toFile: table, atomically: true, encoding: .utf8)
    let found = try ToolRun(
      "archetypes", "csv:" + table, "--count", "3", "--save", folder + "/model", "--csv", folder + "/z.csv",
      "--coefficients", folder + "/a.csv", "--format", "json")
    #expect(found.status == 0, "\(found.errors)")
    let archetypes = try #require(found.json()["archetypes"] as? [[Double]])
    let corners = Set(archetypes.map { "\(Int($0[0].rounded())),\(Int($0[1].rounded()))" })
    #expect(corners == ["0,0", "80,0", "40,72"])
    #expect(try #require(found.json()["residual_share"] as? Double) < 1e-6)
    let scored = try ToolRun("score", folder + "/model", "--data", "csv:" + table, "--format", "csv")
    #expect(scored.status == 0, "\(scored.errors)")
    let curve = try ToolRun("archetypes", "csv:" + table, "--most", "6", "--format", "json")
    #expect(try curve.status == 0 && (curve.json()["residuals_by_count"] as? [Double])?.count == 6)
    #expect(try (curve.json()["archetypes"] as? [[Double]])?.count == 3, "\(curve.output)")
    #expect(try ToolRun("archetypes", "csv:" + table, "--count", "60").status == 1)
    #expect(try ToolRun("archetypes", "csv:" + table, "--count", "2", "--most", "5").status == 64)
  }

  @Test(
    "A flow's outliers by radius, and an archetypal flow's by coefficients; what a model does not make is refused"
  )
  func outliers() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (flow, deep) = (folder + "/flow", folder + "/deep")
    let data = ["--data", "two-moons:200", "--epochs", "1", "--couplings", "2", "--hidden", "8"]
    #expect(try ToolRun(arguments: ["train", "realnvp"] + data + ["--out", flow]).status == 0)
    let trained = try ToolRun(
      arguments: ["train", "deep-archetypes"] + data + ["--archetypes", "3", "--classes", "--out", deep])
    #expect(trained.status == 0, "\(trained.errors)")
    var outputs: Set<String> = []
    let kinds: [(String, [String])] = [
      (flow, ["temperature", "--p", "3"]), (flow, ["deviations"]), (flow, ["gumbel", "--largest-of", "50"]),
      (flow, ["shell", "--from", "1", "--p", "4"]), (deep, ["dirichlet", "--concentration", "0.3"]),
      (deep, ["nullspace"]), (deep, ["deviations", "--p", "4"]),
    ]
    for (model, options) in kinds {
      let run = try ToolRun(
        arguments: ["generate", model, "--count", "12", "--csv", folder + "/x.csv", "--outliers"] + options)
      #expect(run.status == 0, "\(options): \(run.errors)")
      #expect(
        run.output.contains("finds their points again") != ["dirichlet", "nullspace"].contains(options[0]))
      let text = try String(contentsOfFile: folder + "/x.csv", encoding: .utf8)
      #expect(text.split(separator: "\n").count >= 12)
      outputs.insert(text)
    }
    #expect(outputs.count == kinds.count, "each kind draws something else")
    let refused: [(Int32, [String])] = [
      (1, [flow, "--outliers", "dirichlet"]), (64, [flow, "--p", "3"]),
      (64, [flow, "--outliers", "gumbel", "--from", "2"]),
      (64, [flow, "--outliers", "gumbel", "--temperature", "2"]),
      (1, [flow, "--outliers", "temperature", "--p", "0"]),
    ]
    for (status, options) in refused {
      let run = try ToolRun(arguments: ["generate"] + options + ["--csv", folder + "/y.csv"])
      #expect(run.status == status, "\(options): \(run.status) \(run.errors)")
    }
  }
}
