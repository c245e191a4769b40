import ArgumentParser
import OODDatasets

/// Which labels stand for normal examples.
struct NormalOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A class of --labels that is normal, by name or number; all others are out-of-distribution. May be repeated. Without it 0 is "
        + "normal, and labels without a 0 or of text are refused.", valueName: "class"))
  var normal: [String] = []

  /// For each label of a specification, whether it stands for an out-of-distribution example.
  ///
  /// A set's labels are taken where it has some (`?label=`, `?labels=`, an archive's `y` or `labels`); else its one column.
  /// - Parameters:
  ///   - text: The specification.
  ///   - library: Where sets are looked up.
  ///   - count: How many labels are needed.
  ///   - isScored: Tells whether the labels' rows are those that were scored, where rows were left out on either side.
  func areOutOfDistribution(
    _ text: String, in library: DataLibrary, count: Int, isScored: (DataTable) -> Bool = { _ in true }
  ) throws -> [Bool] {
    let specification = try Specification.parse(argument: text)
    // Of a file with a column of labels nothing else is looked at, so that its gaps don't matter.
    let options = specification.options
    let table = try library.table(
      specification, keepsGaps: options["label"] != nil && options["missing"] == nil)
    let labels = try LabelColumn(table, specification, text)
    guard labels.count == count else {
      throw Failure("\(text) has \(labels.count) labels, and the table to score has \(count) rows.")
    }
    guard isScored(table) else {
      throw Failure(
        "\(text): rows with gaps were left out, and not the same ones as of the table to score. Take both from one file, with the "
          + "same missing=drop.")
    }
    return try labels.areOutOfDistribution(normal: normal)
  }

  func validate() throws {
    guard Set(normal).count == normal.count else {
      throw ValidationError("A class of --normal is given twice.")
    }
  }
}

/// The labels of a table, as numbers, as text, or as both.
private struct LabelColumn {
  private let source: String
  private let numbers: [Double]?
  private let names: [String]?

  init(_ table: DataTable, _ specification: Specification, _ text: String) throws {
    source = text
    if let labels = table.labels {
      numbers = labels.numbers
      names = labels.classNames.map { names in
        labels.indexes.map { names.indices.contains($0) ? names[$0] : "\($0)" }
      }
      return
    }
    guard table.values.columns == 1 else {
      throw Failure(
        "\(text) has \(table.values.columns) columns and no labels: name the column (csv:FILE?label=COLUMN) or the array "
          + "(npz:FILE#KEY, npz:FILE?labels=KEY) of the labels.")
    }
    if case .npz(let path, nil) = specification.source {
      let arrays = try NumPyArchive(path).names
      guard arrays.count == 1 else {
        throw Failure(
          "\(text) has the arrays \(arrays.joined(separator: ", ")): name that of the labels after '#'.")
      }
    }
    numbers = table.values.elements
    names = nil
  }

  var count: Int { numbers?.count ?? names?.count ?? 0 }

  func areOutOfDistribution(normal: [String]) throws -> [Bool] {
    guard normal.isEmpty else { return try areOutside(normal) }
    guard let numbers else {
      throw Failure("\(source) has the labels \(classes): say which is normal with --normal CLASS.")
    }
    guard numbers.contains(0) || numbers.isEmpty else {
      throw Failure(
        "\(source) has the labels \(classes), and none is 0: say which is normal with --normal CLASS.")
    }
    return numbers.map { $0 != 0 }
  }

  private func areOutside(_ normal: [String]) throws -> [Bool] {
    var isNormal = [Bool](repeating: false, count: count)
    for name in normal {
      let number = Double(name)
      let found = isNormal.indices.filter { row in
        names?[row] == name || number != nil && numbers?[row] == number
      }
      guard !found.isEmpty else { throw Failure("\(source) has no label '\(name)'; it has \(classes).") }
      for row in found { isNormal[row] = true }
    }
    return isNormal.map { !$0 }
  }

  /// Some of the distinct labels, for messages.
  private var classes: String {
    let distinct: [String]
    if let names {
      distinct = Set(names).sorted()
    } else {
      distinct = Set(numbers ?? []).sorted().map {
        $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)"
      }
    }
    return distinct.prefix(10).joined(separator: ", ") + (distinct.count > 10 ? ", …" : "")
  }
}
