import Foundation

/// The files of `Tests/Examples`, which the build compiles, as words to find documented code in.
struct CompiledExamples {
  private let files: [(imports: Set<String>, words: [Substring])]

  init(_ sources: [String]) {
    files = sources.map { source in
      let lines = source.components(separatedBy: "\n")
      return (Set(lines.filter { $0.hasPrefix("import ") }), lines.flatMap { Self.words(of: $0) })
    }
  }

  static let all: CompiledExamples = {
    let folder = DocumentedBlock.package.appendingPathComponent("Tests/Examples")
    let files = try! FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return CompiledExamples(try! files.map { try String(contentsOf: $0, encoding: .utf8) })
  }()

  /// Whether one of the files has the code, word for word. White space and comments don't count; `…` stands for any code in
  /// between; imports must be among those of the file.
  func contain(_ code: [String]) -> Bool {
    let imports = code.filter { $0.hasPrefix("import ") }
    let words = code.filter { !$0.hasPrefix("import ") }.flatMap { Self.words(of: $0) }
    let pieces = words.split(separator: "…").map(Array.init)
    return !pieces.isEmpty
      && files.contains { file in
        guard file.imports.isSuperset(of: imports) else { return false }
        var rest = file.words[...]
        for piece in pieces {
          guard let found = Self.firstRange(of: piece, in: rest) else { return false }
          rest = rest[found.upperBound...]
        }
        return true
      }
  }

  private static func firstRange(
    of piece: [Substring], in words: ArraySlice<Substring>
  ) -> Range<Int>? {
    guard words.count >= piece.count else { return nil }
    let start = (words.startIndex...words.endIndex - piece.count).first {
      words[$0] == piece[0] && words[$0..<$0 + piece.count].elementsEqual(piece)
    }
    return start.map { $0..<$0 + piece.count }
  }

  /// Names, numbers and signs of a line, without its comment.
  private static func words(of line: String) -> [Substring] {
    let code = line.prefix(upTo: line.firstRange(of: #/(^|\s)//.*/#)?.lowerBound ?? line.endIndex)
    return code.matches(of: #/\w+|\S/#).map(\.output)
  }
}
