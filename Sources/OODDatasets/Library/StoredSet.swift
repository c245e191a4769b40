/// A data set found in a data directory.
public struct StoredSet: Sendable {
  /// A part of a set: training or test images, a table, strokes.
  public struct Part: Sendable, Equatable {
    /// How the part's files are written.
    public enum Form: Sendable, Equatable {
      /// IDX files; paths of images and labels.
      case images(String, labels: String?)
      /// A NumPy archive of a table.
      case table(String)
      /// One of several tables in a NumPy archive, by its name there.
      case array(String, name: String)
      /// JSON lines of strokes.
      case strokes(String)
      /// A CSV file of HWRT strokes.
      case hwrt(String)
    }

    public let name: String
    public let form: Form

    /// Whether its examples are drawn from strokes when they are loaded.
    var isDrawn: Bool {
      switch form {
      case .strokes, .hwrt: true
      case .images, .table, .array: false
      }
    }
  }

  public let name: String
  /// The folder of its files.
  public let folder: String
  /// In the order of their names; those that start with a number, in its order.
  public let parts: [Part]

  /// What is in the folder `name` of a data directory, or nil when there is no such folder.
  init?(_ name: String, in directory: String) {
    let folder = directory + "/" + name
    guard Directory.isDirectory(folder) else { return nil }
    self.name = name
    self.folder = folder
    let aliases = KnownSet(named: name)?.partNames ?? [:]
    let files = Directory.names(in: folder)
    var parts: [Part] = []
    for file in files {
      func add(_ prefix: Substring, _ form: Part.Form) {
        let part = aliases[String(prefix)] ?? String(prefix)
        // A file and its compressed twin are one part.
        if !parts.contains(where: { $0.name == part }) { parts.append(Part(name: part, form: form)) }
      }
      let path = folder + "/" + file
      if let mark = file.firstRange(of: "-images-idx") {
        let prefix = file[..<mark.lowerBound]
        let labels = files.first { $0.hasPrefix(prefix + "-labels-idx") }
        add(prefix, .images(path, labels: labels.map { folder + "/" + $0 }))
      } else if file.hasSuffix(".npz") {
        let stem = file.dropLast(4)
        // Without an array that is the examples by its name, each array is a part.
        let arrays = (try? NumPyArchive(path))?.names ?? []
        if arrays.count < 2 || ["X", "x", "data", "images"].contains(where: arrays.contains) {
          add(stem, .table(path))
        } else {
          for array in arrays where array.allSatisfy({ !"/[?".contains($0) }) {
            add(
              stem == name || stem == "data" ? Substring(array) : "\(stem)-\(array)",
              .array(path, name: array))
          }
        }
      } else if let stem = StoredSet.stem(file, suffix: "strokes.jsonl") {
        add(stem == "" || stem == "\(name)-" ? "strokes" : stem + "strokes", .strokes(path))
      } else if name == "hwrt", let stem = StoredSet.stem(file, suffix: "-data.csv") {
        add(stem, .hwrt(path))
      }
    }
    self.parts = parts.sorted { StoredSet.order($0.name) < StoredSet.order($1.name) }
  }

  /// What comes before a suffix, with or without `.gz` after it.
  private static func stem(_ file: String, suffix: String) -> Substring? {
    let plain = file.hasSuffix(".gz") ? file.dropLast(3) : Substring(file)
    return plain.hasSuffix(suffix) ? plain.dropLast(suffix.count) : nil
  }

  private static func order(_ name: String) -> (Int, String) {
    (Int(name.prefix { $0.isASCII && $0.isNumber }) ?? 0, name)
  }

  /// The part of that name; the number at the start of a name may be left out: `cardio` for `6_cardio`.
  public func part(_ name: String) -> Part? {
    parts.first { $0.name == name }
      ?? parts.first { part in
        guard let mark = part.name.firstIndex(of: "_") else { return false }
        return Int(part.name[..<mark]) != nil && part.name[part.name.index(after: mark)...] == name
      }
  }

  /// What the classes are called: as the package knows, or as `classes.txt` says. Throws `DataError` when
  /// that file isn't right.
  func classNames() throws -> [String]? {
    if let names = KnownSet(named: name)?.classNames { return names }
    let path = folder + "/classes.txt"
    return Directory.isFile(path) ? try StoredSet.classNames(path) : nil
  }

  /// Most classes that a file may name.
  private static let mostClasses = 1 << 20

  /// Class names from lines of label, tab, name, label after label from any first one. With more fields the name is the
  /// last but one, before the number of examples. Classes before the first one go by their numbers.
  static func classNames(_ path: String) throws -> [String] {
    let rows = TextRows(try ByteStream(FileSource.open(path), limit: .standard), quote: nil)
    let format = RowFields(delimiter: 0x09, quote: nil)
    var names: [String] = []
    while let row = try rows.next() {
      if row.isEmpty { continue }
      let fields = try format.split(row, source: path, line: rows.line).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard fields.count >= 2, let label = Int(fields[0]),
        names.isEmpty ? (0..<mostClasses).contains(label) : label == names.count
      else {
        throw DataError(
          .malformed, in: path, at: .line(rows.line, column: 1),
          expected:
            "the label \(names.isEmpty ? "0 or 1" : "\(names.count)"), a tab and the name of the class",
          found: "'\(fields[0].prefix(40))'")
      }
      while names.count < label { names.append("\(names.count)") }
      names.append(fields.count == 2 ? fields[1] : fields[fields.count - 2])
    }
    return names
  }
}
