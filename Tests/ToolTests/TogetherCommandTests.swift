import Foundation
import GenModels
import Testing

/// `ood train MODEL --together`, by one process.
@Suite struct TogetherCommandTests {
  let folder = ToolRun.temporaryFolder()

  private func train(_ model: String, _ name: String, _ options: String...) throws -> ToolRun {
    try ToolRun(
      arguments: [
        "train", model, "--data", "synthetic-digits:train[0..<40]", "--epochs", "1", "--batch", "16", "--out",
        "\(folder)/\(name)",
      ] + options)
  }

  @Test("A training by the rule of groups is repeatable, and forecasts what more processes would gain")
  func forecast() throws {
    let first = try train("dense-autoencoder", "first", "--together", "4", "--forecast", "--format", "json")
    #expect(first.status == 0, "\(first.errors)")
    let forecast = try #require(first.json()["forecast"] as? [String: Any])
    let rows = try #require(forecast["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["processes"] as? Int } == [8, 64, 512, 8, 64, 512])
    #expect(rows.compactMap { $0["efficiency"] as? Double }.allSatisfy { $0 > 0 && $0 <= 1 })
    #expect(try train("dense-autoencoder", "second", "--together", "4", "--threads", "1").status == 0)
    func numbers(_ name: String) throws -> [Float] {
      try ModelCatalogue.generative.load("\(folder)/\(name)").archive().names.flatMap { tensor -> [Float] in
        try ModelArchive(contentsOf: "\(folder)/\(name)", catalogue: .generative).finiteTensor(tensor)
          .elements
      }
    }
    #expect(try numbers("first") == numbers("second") && !numbers("first").isEmpty)
  }

  @Test("What can't be divided is refused")
  func refusals() throws {
    for (arguments, word) in [
      (["dense-autoencoder", "--together", "3"], "power of two"),
      (["dense-autoencoder", "--together", "64"], "64 parts"),
      (["dense-autoencoder", "--forecast"], "--together"), (["gan", "--together", "2"], "remembers"),
    ] {
      let run = try ToolRun(
        arguments: ["train"] + arguments + [
          "--data", "synthetic-digits:train[0..<40]", "--epochs", "1", "--batch", "16", "--out",
          "\(folder)/none",
        ])
      #expect(run.status == 64 && run.errors.contains(word), "\(arguments): \(run.errors)")
    }
  }

  @Test("A tool without MPI does not train alone what several were started for")
  func ranks() throws {
    let run = try ToolRun(
      arguments: [
        "train", "dense-autoencoder", "--data", "synthetic-digits:train[0..<40]", "--epochs", "1", "--out",
        "\(folder)/none", "--together", "2",
      ], environment: ["OMPI_COMM_WORLD_SIZE": "2"])
    #expect(run.status == 1 && run.errors.contains("--traits MPI"), "\(run.errors)")
  }
}
