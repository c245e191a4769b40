import Foundation
import Testing

/// The commands that the documentation names exist, with their options.
@Suite struct CommandExampleTests {
  @Test("Every command of the tool in the documentation has subcommands, options and values that exist")
  func toolCommandsExist() throws {
    let tool = try ToolDescription.ask()
    let examples = ShellExample.all(startingWith: ["ood"])
    #expect(examples.count > 20, "Only \(examples.count) commands were found.")
    for example in examples {
      if let fault = tool.fault(in: Array(example.words.dropFirst())) { Issue.record("\(example): \(fault)") }
    }
  }

  @Test("Every make target in the documentation exists")
  func makeTargetsExist() throws {
    let makefile = try String(
      contentsOf: DocumentedBlock.package.appendingPathComponent("Makefile"), encoding: .utf8)
    let targets = Set(makefile.matches(of: #/(?m)^([a-z]+):/#).map { String($0.1) })
    let examples = ShellExample.all(startingWith: ["make"])
    #expect(examples.count > 5, "Only \(examples.count) targets were found.")
    for example in examples { #expect(targets.contains(example.words[1]), "\(example)") }
  }

  @Test(
    "A command that does not exist is found out",
    arguments: [
      ("detect knn --train csv:a.csv --score csv:b.csv", true), ("detect METHOD", true),
      ("sweep grid.json", true),
      ("data list --format=json", true), ("train table KIND", true), ("data draw", false),
      ("swep quick", false),
      ("detect knn --trains csv:a.csv", false), ("data list --format yaml", false), ("report a b", false),
      ("detect knn --train", false),
    ])
  func mistakesAreFound(command: String, exists: Bool) throws {
    let fault = try ToolDescription.ask().fault(in: command.split(separator: " ").map(String.init))
    #expect((fault == nil) == exists, "\(fault ?? "no fault found")")
  }

  @Test("Scripts are read as a shell reads them")
  func scripts() {
    let script = """
      for set in 'a b'; do   # a comment
        ood score "$set" \\
          --out x | awk '{ print $1 }'
      done
      ood sweep quick --print-grid > grid.json
      """
    #expect(
      ShellExample.commands(of: script) == [
        ["for", "set", "in", "a b"], ["ood", "score", "$set", "--out", "x"], ["awk", "{ print $1 }"],
        ["ood", "sweep", "quick", "--print-grid"],
      ])
  }
}
