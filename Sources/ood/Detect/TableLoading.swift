import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

extension DataLibrary {
  /// The table that a specification names, in double precision where the file has it; images and everything
  /// selected by a range or filter come from 32-bit floats, one example a row.
  ///
  /// - Parameter keepsGaps: Whether missing values of a CSV file become NaN, for a scorer that fills them; else
  ///   what the specification says of them holds.
  func table(_ text: String, keepsGaps: Bool) throws -> Matrix {
    let specification = try Specification.parse(argument: text)
    if keepsGaps, let (path, format) = specification.gappedCSV {
      let table = try CSVTable(path, format: format)
      return Matrix(rows: table.rowCount, columns: table.columnCount, elements: table.values)
    }
    if specification.selections.isEmpty, specification.source.isTable {
      let array = try array(specification)
      guard array.shape.count == 2 else {
        throw Failure("\(text): a table has rows and columns, and this array has the shape \(array.shape).")
      }
      return Matrix(rows: array.shape[0], columns: array.shape[1], elements: array.doubles())
    }
    let examples = try load(specification).examples
    let columns = examples.shape.dropFirst().reduce(1, *)
    return Matrix(Tensor(examples.elements, shape: [examples.shape[0], columns]))
  }

  /// All numbers that a specification names, in double precision where the file has it.
  func numbers(_ text: String) throws -> [Double] {
    let specification = try Specification.parse(argument: text)
    if specification.selections.isEmpty, specification.source.isTable {
      return try array(specification).doubles()
    }
    return try load(specification).examples.elements.map(Double.init)
  }

  /// The labels that a specification names: an array of numbers, 0 for normal and anything else for
  /// out-of-distribution; or a data set's labels, where class 0 is normal.
  func labels(_ text: String, count: Int) throws -> [Bool] {
    let specification = try Specification.parse(argument: text)
    var labels: [Bool]
    if specification.selections.isEmpty, specification.source.isTable {
      let values = try array(specification).doubles()
      if let row = values.firstIndex(where: \.isNaN) {
        throw Failure("\(text): the label in row \(row) (counted from 0) is NaN.")
      }
      labels = values.map { $0 != 0 }
    } else {
      let dataset = try load(specification)
      if let indexes = dataset.labels {
        labels = indexes.elements.map { $0 != 0 }
      } else {
        labels = dataset.examples.elements.map { $0 != 0 }
      }
    }
    guard labels.count == count else {
      throw Failure("\(text) has \(labels.count) labels, and the table to score has \(count) rows.")
    }
    return labels
  }
}

extension Specification {
  /// The path of a whole CSV file, and the format that reads its missing values as NaN; nil for other data, and where the
  /// specification has options of its own about gaps or delimiters.
  fileprivate var gappedCSV: (path: String, format: CSVFormat)? {
    guard case .csv(let path) = source, selections.isEmpty else { return nil }
    guard options.keys.allSatisfy({ $0 == "label" || $0 == "header" }) else { return nil }
    let headers: [String: CSVFormat.Header] = ["yes": .present, "no": .absent, "auto": .automatic]
    guard let header = headers[options["header"]?.text ?? "auto"] else { return nil }
    return (path, CSVFormat(header: header, missingValues: .fill(.nan), labelColumn: options["label"]?.text))
  }
}

extension Specification.Source {
  /// Whether the source holds numbers that may need double precision.
  fileprivate var isTable: Bool {
    switch self {
    case .npy, .npz, .csv: true
    case .named, .idx, .hwrt, .strokes: false
    }
  }
}
