/// The header of a `.safetensors` file: which bytes of the data part are which array.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var element: SafetensorsElement
    var shape: Shape
    /// Bytes of the data part.
    var begin: UInt64
    var end: UInt64
  }

  var metadata: [String: String]
  /// In the order of their data.
  var entries: [Entry]
  var dataLength: UInt64

  static let metadataKey = "__metadata__"
  /// The format's bound on the header's length, in bytes.
  static let longest: UInt64 = 100_000_000
  /// Bytes in front of the header that hold its length.
  static let lengthBytes: UInt64 = 8

  /// What an error message calls the array of that name.
  static func field(_ name: String) -> String { "tensor \"\(name)\"" }
}

// MARK: Writing

extension SafetensorsHeader {
  init(metadata: [String: String], values: [String: SafetensorsFile.Value]) {
    self.metadata = metadata
    entries = []
    dataLength = 0
    let order = values.sorted { a, b in
      let (left, right) = (a.value.element.byteCount, b.value.element.byteCount)
      return left != right ? left > right : a.key.utf8.lexicographicallyPrecedes(b.key.utf8)
    }
    for (name, value) in order {
      let end = dataLength + UInt64(value.byteCount)
      entries.append(
        Entry(name: name, element: value.element, shape: value.shape, begin: dataLength, end: end))
      dataLength = end
    }
  }

  /// The length and the header, padded with spaces so that the data start at a multiple of 8.
  var bytes: [UInt8] {
    var text = "{"
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      text += "\(quoted(SafetensorsHeader.metadataKey)):{\(pairs.joined(separator: ","))}"
    }
    for entry in entries {
      if text.utf8.count > 1 { text += "," }
      let shape = entry.shape.map(String.init).joined(separator: ",")
      text += "\(quoted(entry.name)):{\"dtype\":\"\(entry.element.rawValue)\",\"shape\":[\(shape)],"
      text += "\"data_offsets\":[\(entry.begin),\(entry.end)]}"
    }
    text += "}"
    var header = [UInt8](text.utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
  }
}

/// The text as a JSON string.
private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\u{0}"..<"\u{20}":
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

// MARK: Reading

extension SafetensorsHeader {
  /// The header in `bytes` (without its length), of a file with `dataLength` bytes of data after it.
  init(parsing bytes: [UInt8], dataLength: UInt64, file: String?) throws(SafetensorsError) {
    metadata = [:]
    entries = []
    self.dataLength = dataLength
    var scanner = SafetensorsScanner(bytes: bytes, file: file)
    var names = Set<String>()
    try scanner.object("header") { (scanner, name) throws(SafetensorsError) in
      guard names.insert(name).inserted else {
        throw SafetensorsError(file: file, field: "name \"\(name)\" in the header", problem: .duplicateKey)
      }
      if name == SafetensorsHeader.metadataKey {
        metadata = try SafetensorsHeader.metadata(&scanner)
      } else {
        entries.append(try SafetensorsHeader.entry(name, &scanner))
      }
    }
    try scanner.end()
    try checkLayout(dataStart: SafetensorsHeader.lengthBytes + UInt64(bytes.count), file: file)
  }

  private static func metadata(_ scanner: inout SafetensorsScanner) throws(SafetensorsError) -> [String:
    String]
  {
    var metadata: [String: String] = [:]
    try scanner.object(metadataKey) { (scanner, key) throws(SafetensorsError) in
      let value = try scanner.string(metadataKey)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw SafetensorsError(
          file: scanner.file, field: "name \"\(key)\" in \(metadataKey)", problem: .duplicateKey)
      }
    }
    return metadata
  }

  private static func entry(_ name: String, _ scanner: inout SafetensorsScanner) throws(SafetensorsError)
    -> Entry
  {
    let field = field(name)
    let file = scanner.file
    var element: SafetensorsElement?
    var extents: [UInt64]?
    var offsets: [UInt64]?
    func once(_ isNew: Bool, _ key: String) throws(SafetensorsError) {
      guard isNew else {
        throw SafetensorsError(file: file, field: "name \"\(key)\" in \(field)", problem: .duplicateKey)
      }
    }
    try scanner.object(field) { (scanner, key) throws(SafetensorsError) in
      switch key {
      case "dtype":
        try once(element == nil, key)
        let name = try scanner.string("\(field), dtype")
        guard let known = SafetensorsElement(rawValue: name) else {
          throw SafetensorsError(file: file, field: field, problem: .unknownElement(name))
        }
        element = known
      case "shape":
        try once(extents == nil, key)
        extents = try scanner.numbers("\(field), shape", atMost: 64)
      case "data_offsets":
        try once(offsets == nil, key)
        offsets = try scanner.numbers("\(field), data_offsets", atMost: 2)
      default:
        throw scanner.malformed(field, expected: "dtype, shape or data_offsets", found: "\"\(key)\"")
      }
    }
    guard let element, let extents, let offsets, offsets.count == 2 else {
      throw scanner.malformed(
        field, expected: "an object with dtype, shape and two data_offsets",
        found: "one that lacks some of them")
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard let bytes = byteCount(extents, element) else {
      throw SafetensorsError(file: file, field: field, problem: .unsupportedShape(extents))
    }
    guard end >= begin, end - begin == bytes else {
      throw SafetensorsError(
        file: file, field: field,
        problem: .sizeMismatch(shape: extents, element: element, begin: begin, end: end))
    }
    return Entry(name: name, element: element, shape: Shape(extents.map(Int.init)), begin: begin, end: end)
  }

  /// Bytes of an array of that shape; nil when a `Shape` can't be it or the number does not fit in 63 bits.
  private static func byteCount(_ extents: [UInt64], _ element: SafetensorsElement) -> UInt64? {
    guard extents.count <= Shape.maximumRank, extents.allSatisfy({ $0 <= UInt64(Int32.max) }) else {
      return nil
    }
    var product = Int64(element.byteCount)
    for extent in extents {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int64(extent))
      guard !overflow else { return nil }
      product = next
    }
    return UInt64(product)
  }

  /// Sorts the entries by their data, which must cover the data part once.
  private mutating func checkLayout(dataStart: UInt64, file: String?) throws(SafetensorsError) {
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var position: UInt64 = 0
    for entry in entries {
      let field = SafetensorsHeader.field(entry.name)
      guard entry.begin == position else {
        throw SafetensorsError(
          file: file, field: field, problem: .notContiguous(expectedBegin: position, begin: entry.begin))
      }
      guard entry.end <= dataLength else {
        throw SafetensorsError(
          file: file, field: field,
          problem: .truncated(expected: dataStart &+ entry.end, found: dataStart &+ dataLength))
      }
      position = entry.end
    }
    guard position == dataLength else {
      throw SafetensorsError(file: file, field: "data", problem: .trailingBytes(dataLength - position))
    }
  }
}
