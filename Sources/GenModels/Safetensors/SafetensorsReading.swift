extension SafetensorsFile {
  /// Where the bytes of a file come from.
  enum Source {
    case file(SafetensorsStorage)
    case bytes([UInt8])

    var size: UInt64 {
      switch self {
      case .file(let storage): storage.size
      case .bytes(let bytes): UInt64(bytes.count)
      }
    }

    /// Fills `destination` with the bytes from `offset` on, which must lie within `size`.
    func read(_ destination: UnsafeMutableRawBufferPointer, from offset: UInt64) throws(SafetensorsError) {
      switch self {
      case .file(let storage): try storage.read(destination, from: offset)
      case .bytes(let bytes):
        bytes.withUnsafeBytes { source in
          destination.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[Int(offset)..<Int(offset) + destination.count]))
        }
      }
    }
  }

  /// Reads length, header and arrays, checking each against the true size before room is made for it.
  init(source: Source, path: String?) throws(SafetensorsError) {
    let size = source.size
    let lengthBytes = SafetensorsHeader.lengthBytes
    guard size >= lengthBytes else {
      throw SafetensorsError(
        file: path, field: "header length", problem: .truncated(expected: lengthBytes, found: size))
    }
    var length: UInt64 = 0
    try withUnsafeMutableBytes(of: &length) { (bytes) throws(SafetensorsError) in
      try source.read(bytes, from: 0)
    }
    length = UInt64(littleEndian: length)
    guard length <= SafetensorsHeader.longest else {
      throw SafetensorsError(
        file: path, field: "header length",
        problem: .headerTooLong(length: length, limit: SafetensorsHeader.longest))
    }
    guard length <= size - lengthBytes else {
      throw SafetensorsError(
        file: path, field: "header", problem: .truncated(expected: lengthBytes + length, found: size))
    }
    var text = [UInt8](repeating: 0, count: Int(length))
    try text.withMutableBytes { (bytes) throws(SafetensorsError) in try source.read(bytes, from: lengthBytes)
    }
    let header = try SafetensorsHeader(parsing: text, dataLength: size - lengthBytes - length, file: path)

    var values: [String: Value] = [:]
    for entry in header.entries {
      values[entry.name] = try Value(element: entry.element, shape: entry.shape) {
        (destination) throws(SafetensorsError) in
        try source.read(destination, from: lengthBytes + length + entry.begin)
      }
    }
    self.init(metadata: header.metadata, values: values, path: path)
  }
}
