import Foundation

/// A block of code in a page (`README.md`, `Docs`, a `.docc` article) or in a documentation comment.
struct DocumentedBlock: Sendable, CustomStringConvertible {
  /// The file, from the package's folder on.
  let file: String
  /// The line of its first line of code, from 1.
  let line: Int
  /// What stands behind the fence; nil where the block has none and is only indented.
  let language: String?
  let lines: [String]

  var place: String { "\(file):\(line)" }
  var description: String { "\(place): \(lines.first ?? "")" }

  /// Every block of the package's documentation.
  static let all: [DocumentedBlock] = files.flatMap { file in
    let text = try! String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
    return blocks(of: text, in: file)
  }

  /// The pages alone.
  static let pages: [(file: String, text: String)] = files.filter { $0.hasSuffix(".md") }.map {
    ($0, try! String(contentsOf: package.appendingPathComponent($0), encoding: .utf8))
  }

  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let files: [String] = {
    let outside = ["README.md", "CONTRIBUTING.md"]
    let inside = ["Docs", "Sources"].flatMap { folder in
      (FileManager.default.subpaths(atPath: package.appendingPathComponent(folder).path) ?? [])
        .filter { $0.hasSuffix(".md") || $0.hasSuffix(".swift") }.map { folder + "/" + $0 }
    }
    return outside + inside.sorted()
  }()

  /// The blocks of a page, or of a Swift file's documentation comments.
  static func blocks(of text: String, in file: String) -> [DocumentedBlock] {
    let isSwift = file.hasSuffix(".swift")
    var blocks: [DocumentedBlock] = []
    var open: (line: Int, language: String?, lines: [String])?
    func close() {
      if let block = open {
        blocks.append(
          DocumentedBlock(file: file, line: block.line, language: block.language, lines: block.lines))
      }
      open = nil
    }
    var previousIsEmpty = false
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      var content = Substring(line)
      if isSwift {
        content = content.drop { $0 == " " }
        guard content.hasPrefix("///") else {
          close()
          continue
        }
        content = content.dropFirst(3)
        if content.first == " " { content = content.dropFirst() }
      }
      let trimmed = content.drop { $0 == " " }
      if trimmed.hasPrefix("```") {
        if open?.language != nil {
          close()
        } else {
          close()
          open = (number + 2, String(trimmed.dropFirst(3)), [])
        }
      } else if open?.language != nil {
        open!.lines.append(String(content))
      } else if content.hasPrefix("    "), open != nil || previousIsEmpty {
        if open == nil { open = (number + 1, nil, []) }
        open!.lines.append(String(content))
      } else {
        close()
      }
      previousIsEmpty = trimmed.isEmpty
    }
    close()
    return blocks
  }
}
