import Foundation

/// What the tool says of its subcommands, their arguments and options.
struct ToolDescription: Decodable {
  struct Command: Decodable {
    let commandName: String
    let defaultSubcommand: String?
    let subcommands: [Command]?
    let arguments: [Argument]?
  }

  struct Argument: Decodable {
    struct Name: Decodable { let name: String }

    let kind: String
    let isRepeating: Bool?
    let names: [Name]?
    let valueName: String?
    let allValues: [String]?
  }

  let command: Command

  /// Asks the built tool, which lies beside the test bundle.
  static func ask() throws -> ToolDescription {
    let beside = [Bundle.main.bundleURL] + CommandLine.arguments.map { URL(fileURLWithPath: $0) }
    let tools = beside.map { $0.deletingLastPathComponent().appendingPathComponent("ood") }
    let process = Process()
    process.executableURL = tools.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? tools[0]
    process.arguments = ["--experimental-dump-help"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(ToolDescription.self, from: output)
  }

  /// What is wrong with a command's words (without the tool's own name); nil where subcommands, options and named values
  /// exist. A word in capitals stands for any.
  func fault(in words: [String]) -> String? {
    var command = self.command
    var rest = words[...]
    while let name = rest.first, let subcommands = command.subcommands, !subcommands.isEmpty {
      if let found = subcommands.first(where: { $0.commandName == name }) {
        command = found
        rest.removeFirst()
      } else if let fallback = subcommands.first(where: { $0.commandName == command.defaultSubcommand }) {
        command = fallback
      } else {
        break
      }
    }
    if let subcommands = command.subcommands, !subcommands.isEmpty, let name = rest.first,
      !name.hasPrefix("-"),
      name != name.uppercased()
    {
      return "there is no subcommand '\(name)' of '\(command.commandName)'"
    }
    let arguments = command.arguments ?? []
    let places = arguments.filter { $0.kind == "positional" }
    var positionals = places.contains { $0.isRepeating ?? false } ? Int.max : places.count
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        positionals -= 1
        if positionals < 0 { return "'\(word)' is one argument too many for '\(command.commandName)'" }
        continue
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      guard let option = arguments.first(where: { $0.names?.contains { $0.name == parts[0] } ?? false })
      else {
        return "'\(command.commandName)' has no option '\(word)'"
      }
      guard option.kind == "option" else { continue }
      guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
        return "'\(word)' lacks its value"
      }
      if let known = option.allValues, !known.isEmpty, !known.contains(value), value != value.uppercased() {
        return "'\(word)' takes \(known.joined(separator: ", ")), not '\(value)'"
      }
    }
    return nil
  }
}
