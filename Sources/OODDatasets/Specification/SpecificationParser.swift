/// Reads a data specification from left to right.
struct SpecificationParser {
  private let text: String
  private let characters: [Character]
  private var next = 0

  /// Options that each kind of source takes, besides those that select.
  static let fileOptions: [String: [String]] = [
    "idx": [], "npy": ["labels"], "npz": ["labels"],
    "csv": [
      "label", "header", "delimiter", "decimal", "thousands", "encoding", "missing", "id", "time", "category",
      "drop", "columns",
    ],
    "folder": ["size", "grey"], "jsonl": rowOptions, "sqlite": ["query"] + rowOptions,
    "postgres": ["query"] + rowOptions,
    "hwrt": DrawingOptions.names, "strokes": DrawingOptions.names,
  ]
  private static let rowOptions = ["label", "missing", "id", "time", "category", "drop", "columns"]
  static let namedOptions = ["seed"] + DrawingOptions.names
  static let selections = ["classes", "shuffle", "minimum", "weights"]

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  private func fault(at position: Int, _ message: String) -> SpecificationError {
    SpecificationError(text, column: position + 1, message)
  }

  mutating func parse() throws -> Specification {
    let name = take { $0 != ":" && $0 != "[" && $0 != "?" }
    guard !name.isEmpty else {
      throw fault(at: 0, "the name of a data set or of a file format is missing: 'mnist:test', 'csv:FILE'")
    }
    guard next < characters.count, characters[next] == ":" else {
      throw fault(
        at: next, "':' and a part or a file are missing after '\(name)', as in 'mnist:test' or 'csv:FILE'")
    }
    next += 1
    let source = try source(named: name)
    let known: [String]
    if case .named = source {
      known = SpecificationParser.namedOptions
    } else {
      known = SpecificationParser.fileOptions[name]!
    }
    var selections: [Specification.Selection] = []
    var options: [String: Specification.Word] = [:]
    while next < characters.count {
      switch characters[next] {
      case "[": selections.append(.range(try range()))
      case "?":
        repeat {
          next += 1
          try option(known: known, selections: &selections, options: &options)
        } while next < characters.count && characters[next] == "&"
      default:
        throw fault(
          at: next, "a range in [ ], options after ?, or the end should come here, not '\(characters[next])'")
      }
    }
    return Specification(text: text, source: source, selections: selections, options: options)
  }

  private mutating func take(while keeps: (Character) -> Bool) -> String {
    let start = next
    while next < characters.count, keeps(characters[next]) { next += 1 }
    return String(characters[start..<next])
  }

  private mutating func source(named name: String) throws -> Specification.Source {
    let start = next
    let isFile = SpecificationParser.fileOptions[name] != nil
    switch name {
    case "idx":
      let images = try file(upTo: ",")
      var labels: String?
      if next < characters.count, characters[next] == "," {
        next += 1
        labels = try file(upTo: ",")
      }
      return .idx(images: images, labels: labels)
    case "npz":
      let path = try file(upTo: "#")
      var key: String?
      if next < characters.count, characters[next] == "#" {
        next += 1
        key = try file(upTo: "#")
      }
      return .npz(path, key: key)
    case "npy": return .npy(try file())
    case "csv": return .csv(try file())
    case "jsonl": return .jsonl(try file())
    case "folder": return .folder(try file())
    case "sqlite": return .sqlite(try file())
    case "postgres": return .postgres(try file())
    case "strokes": return .strokes(try file())
    case "hwrt":
      let path = try file()
      return path.contains("/") || path.contains(".") ? .hwrt(path) : .named(set: name, part: path)
    default:
      precondition(!isFile, "The file format \(name) has options, and no way to read its path.")
      guard
        let wrong = name.firstIndex(where: {
          !$0.isASCII || !($0.isLetter || $0.isNumber || "-_.".contains($0))
        })
      else {
        let part = try decoded(take { $0 != "[" && $0 != "?" }, from: start)
        guard !part.isEmpty, !part.contains("/") else {
          throw fault(at: start, "the part of '\(name)' is missing, such as 'train' or 'test'")
        }
        return .named(set: name, part: part)
      }
      throw fault(
        at: name.distance(from: name.startIndex, to: wrong),
        "names consist of letters, digits, '-', '_' and '.', and '\(name[wrong])' is none")
    }
  }

  private mutating func file(upTo end: Character? = nil) throws -> String {
    let start = next
    let path = try decoded(take { $0 != "[" && $0 != "?" && $0 != end }, from: start)
    guard !path.isEmpty else { throw fault(at: start, "a name is missing here") }
    return path
  }

  /// Resolves the percent form of characters that have a meaning in specifications.
  private func decoded(_ word: String, from start: Int) throws -> String {
    guard word.contains("%") else { return word }
    var bytes: [UInt8] = []
    var rest = Substring(word)
    while let character = rest.popFirst() {
      guard character == "%" else {
        bytes.append(contentsOf: String(character).utf8)
        continue
      }
      guard let byte = UInt8(rest.prefix(2), radix: 16), rest.first != "+", rest.count >= 2 else {
        throw fault(
          at: start + word.count - rest.count - 1,
          "two hexadecimal digits should follow '%'; '%' itself is written '%25'")
      }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func range() throws -> ExampleRange {
    let column = next + 1
    next += 1
    let lowerStart = next
    let lower = try number()
    let operatorStart = next
    let symbol = take { $0 == "." || $0 == "<" }
    guard symbol == "..<" || symbol == "..." else {
      throw fault(at: operatorStart, "'..<' or '...' should come here, as in [0..<1000]")
    }
    let upperStart = next
    var upper = try number()
    if symbol == "..<" && upper == nil { throw fault(at: upperStart, "the end of the range is missing") }
    if symbol == "...", let last = upper {
      guard last < Int.max else { throw fault(at: upperStart, "this number is too large") }
      upper = last + 1
    }
    guard next < characters.count, characters[next] == "]" else {
      throw fault(at: next, "']' should close the range")
    }
    next += 1
    if let upper, upper < lower ?? 0 { throw fault(at: lowerStart, "the range ends before it starts") }
    return ExampleRange(lowerBound: lower ?? 0, upperBound: upper, column: column)
  }

  private mutating func number() throws -> Int? {
    let start = next
    let digits = take { $0.isASCII && $0.isNumber }
    if digits.isEmpty { return nil }
    guard let number = Int(digits) else { throw fault(at: start, "this number is too large") }
    return number
  }

  private mutating func option(
    known: [String], selections: inout [Specification.Selection], options: inout [String: Specification.Word]
  ) throws {
    let start = next
    let name = take { $0.isASCII && ($0.isLetter || $0 == "-") }
    let all = SpecificationParser.selections + known
    guard all.contains(name) else {
      throw fault(at: start, "there is no option '\(name)' here; known are \(all.joined(separator: ", "))")
    }
    let signStart = next
    let sign = take { $0 == "!" || $0 == "=" }
    guard sign == "=" || sign == "!=" && name == "classes" else {
      throw fault(at: signStart, name == "classes" ? "'=' or '!=' should come here" : "'=' should come here")
    }
    let valueStart = next
    let value = take { $0 != "&" && $0 != "[" && $0 != "?" }
    guard !value.isEmpty else { throw fault(at: valueStart, "the value of '\(name)' is missing") }
    switch name {
    case "classes":
      var items: [Specification.Word] = []
      var position = valueStart
      for item in value.split(separator: ",", omittingEmptySubsequences: false) {
        guard !item.isEmpty else { throw fault(at: position, "the name of a class is missing") }
        items.append(.init(text: try decoded(String(item), from: position), column: position + 1))
        position += item.count + 1
      }
      selections.append(.classes(items, areExcluded: sign == "!="))
    case "shuffle":
      guard let seed = UInt64(value) else {
        throw fault(at: valueStart, "a seed is a whole number of at most 64 bits")
      }
      selections.append(.shuffle(seed: seed))
    case "minimum":
      guard let count = Int(value), count >= 0 else {
        throw fault(at: valueStart, "the least number of examples of a class is a whole number")
      }
      selections.append(.minimum(count))
    case "weights":
      let items = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      var least = 1
      if items.count > 1 {
        guard items.count == 2, let count = Int(items[1]), count >= 1 else {
          throw fault(
            at: valueStart + items[0].count + 1,
            "the least number of examples of a class in the list is a whole number above 0")
        }
        least = count
      }
      guard !items[0].isEmpty else { throw fault(at: valueStart, "the name of the list is missing") }
      let list = Specification.Word(text: try decoded(items[0], from: valueStart), column: valueStart + 1)
      selections.append(.weights(list, least: least))
    default:
      guard options[name] == nil else { throw fault(at: start, "'\(name)' is given twice") }
      options[name] = .init(text: try decoded(value, from: valueStart), column: valueStart + 1)
    }
  }
}
