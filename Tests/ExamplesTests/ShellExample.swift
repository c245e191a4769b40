import Foundation

/// A command of the documentation, in a block of shell code or between backquotes.
struct ShellExample: CustomStringConvertible {
  let place: String
  let words: [String]

  var description: String { "\(place): \(words.joined(separator: " "))" }

  /// Every command of the pages that begins with one of these words.
  static func all(startingWith programs: Set<String>) -> [ShellExample] {
    var found: [ShellExample] = []
    for block in DocumentedBlock.all where block.language == "sh" {
      found += commands(of: block.lines.joined(separator: "\n")).map { .init(place: block.place, words: $0) }
    }
    for (file, text) in DocumentedBlock.pages {
      for match in text.matches(of: #/`(?<code>[^`\n]+)`/#) {
        found += commands(of: String(match.code)).map { .init(place: file, words: $0) }
      }
    }
    return found.map { .init(place: $0.place, words: $0.words.withoutSwiftRun) }
      .filter { programs.contains($0.words.first ?? "") && $0.words.count > 1 }
  }

  /// The simple commands of a script, as words: quotes, continued lines, comments, pipes and redirections are read as a shell does.
  static func commands(of script: String) -> [[String]] {
    var commands: [[String]] = []
    var words: [String] = []
    var word: String?
    var quote: Character?
    func endWord() {
      if let whole = word { words.append(whole) }
      word = nil
    }
    func endCommand() {
      endWord()
      // What is written to a file is no argument.
      if let redirection = words.firstIndex(of: ">") { words.removeSubrange(redirection...) }
      while ["do", "done", "then", "fi"].contains(words.first) { words.removeFirst() }
      if !words.isEmpty { commands.append(words) }
      words = []
    }
    var rest = script.replacing("\\\n", with: " ")[...]
    while let c = rest.popFirst() {
      if let open = quote {
        if c == open { quote = nil } else { word = (word ?? "") + String(c) }
      } else if c == "'" || c == "\"" {
        quote = c
        word = word ?? ""
      } else if c == "#", word == nil {
        rest = rest.drop { $0 != "\n" }
      } else if c == "\n" || c == "|" || c == ";" {
        endCommand()
      } else if c == " " {
        endWord()
      } else if c == ">" {
        endWord()
        words.append(">")
      } else {
        word = (word ?? "") + String(c)
      }
    }
    endCommand()
    return commands
  }
}

extension [String] {
  /// The words of the program that `swift run` starts.
  fileprivate var withoutSwiftRun: [String] {
    guard starts(with: ["swift", "run"]), let tool = firstIndex(of: "ood") else { return self }
    return Array(self[tool...])
  }
}
