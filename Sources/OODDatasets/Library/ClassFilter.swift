/// What the items of a class filter mean for a data set.
struct ClassFilter {
  private let labels: [Int]?
  private let classNames: [String]?
  private let specification: Specification

  init(labels: [Int]?, classNames: [String]?, _ specification: Specification) {
    self.labels = labels
    self.classNames = classNames
    self.specification = specification
  }

  init(_ dataset: Dataset, _ specification: Specification) {
    self.init(
      labels: dataset.labels?.elements.map { Int($0) }, classNames: dataset.classNames, specification)
  }

  /// The labels that the items name. Throws `SpecificationError` at the first that names none.
  func classes(_ words: [Specification.Word]) throws -> Set<Int> {
    guard let labels else {
      let column = words.first?.column ?? 1
      throw SpecificationError(
        specification.text, column: column, "these data have no classes to choose from")
    }
    let present = Set(labels)
    return try words.reduce(into: []) { chosen, word in
      chosen.formUnion(try classes(word, present: present))
    }
  }

  private func classes(_ word: Specification.Word, present: Set<Int>) throws -> Set<Int> {
    func fault(_ message: String) -> SpecificationError {
      SpecificationError(specification.text, column: word.column, message)
    }
    if let names = classNames {
      let named = names.indices.filter { names[$0] == word.text }
      if !named.isEmpty { return Set(named) }
      switch word.text {
      case "digits": return Set(names.indices.filter { ClassFilter.isDigit(names[$0]) })
      case "letters": return Set(names.indices.filter { ClassFilter.isLetter(names[$0]) })
      case "symbols":
        return Set(
          names.indices.filter { !ClassFilter.isDigit(names[$0]) && !ClassFilter.isLetter(names[$0]) })
      default: break
      }
    }
    let digits = word.text.hasPrefix("#") ? word.text.dropFirst() : Substring(word.text)
    if let number = Int(digits), word.text.hasPrefix("#") || classNames == nil {
      guard present.contains(number) || classNames?.indices.contains(number) == true else {
        throw fault("there is no class number \(number)")
      }
      return [number]
    }
    let examples = classNames?.prefix(12).joined(separator: ", ")
    throw fault(
      "there is no class '\(word.text)'"
        + (examples.map {
          "; there are \(classNames!.count): \($0)\(classNames!.count > 12 ? ", …" : "")"
        }
          ?? "; classes are given by number"))
  }

  private static func isDigit(_ name: String) -> Bool { name.utf8.count == 1 && ("0"..."9").contains(name) }

  private static func isLetter(_ name: String) -> Bool {
    name.utf8.count == 1 && (("a"..."z").contains(name) || ("A"..."Z").contains(name))
  }
}
