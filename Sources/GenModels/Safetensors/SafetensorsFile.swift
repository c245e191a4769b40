/// Named arrays of numbers and text metadata, as a `.safetensors` file holds them. The Python package
/// `safetensors` reads and writes the same files.
///
/// ```swift
/// var file = SafetensorsFile(metadata: ["format": "1"])
/// file["encoder.weight"] = .float32(weight)
/// try file.write(to: "model.safetensors")
///
/// let model = try SafetensorsFile(contentsOf: "model.safetensors")
/// let weight = try model.tensor("encoder.weight", shape: [25, 128])
/// ```
///
/// The bytes depend on the contents alone: wider numbers come first (so that all are aligned), then names in
/// the order of their UTF-8 bytes; the header is padded with spaces to a multiple of 8 bytes.
public struct SafetensorsFile: Sendable {
  /// Free text by name; written as `__metadata__`.
  public var metadata: [String: String]
  private var values: [String: Value]
  /// The path this was read from, for error messages.
  private let path: String?

  /// The numbers under one name.
  public enum Value: Sendable {
    case float32(Tensor)
    case int32(Indexes)
    /// Row-major.
    case float64([Double], shape: Shape)
    /// Any other type: the little-endian bytes, row-major.
    case other(SafetensorsElement, bytes: [UInt8], shape: Shape)
  }

  /// No arrays yet.
  public init(metadata: [String: String] = [:]) {
    self.init(metadata: metadata, values: [:], path: nil)
  }

  init(metadata: [String: String], values: [String: Value], path: String?) {
    self.metadata = metadata
    self.values = values
    self.path = path
  }

  /// Reads a file. Nothing is allocated that the file's true length does not cover.
  public init(contentsOf path: String) throws(SafetensorsError) {
    let storage = try SafetensorsStorage(readingFrom: path)
    try self.init(source: .file(storage), path: path)
  }

  /// Reads the bytes of a file.
  public init(bytes: [UInt8]) throws(SafetensorsError) { try self.init(source: .bytes(bytes), path: nil) }

  /// Writes the file beside `path`, flushes it to the disk and renames it: whoever reads `path`, even after a
  /// crash, finds the old file or the new one, never a part.
  public func write(to path: String) throws(SafetensorsError) {
    let header = SafetensorsHeader(metadata: metadata, values: values)
    try SafetensorsStorage.replace(path) { (storage) throws(SafetensorsError) in
      try header.bytes.withBytes { (bytes) throws(SafetensorsError) in try storage.write(bytes) }
      for entry in header.entries {
        try values[entry.name]!.withUnsafeBytes { (bytes) throws(SafetensorsError) in try storage.write(bytes)
        }
      }
    }
  }

  /// The bytes of the file.
  public func bytes() -> [UInt8] {
    let header = SafetensorsHeader(metadata: metadata, values: values)
    var bytes = header.bytes
    bytes.reserveCapacity(bytes.count + Int(header.dataLength))
    for entry in header.entries { values[entry.name]!.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// The names of the arrays, in the order of their UTF-8 bytes.
  public var names: [String] { values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The array of that name; nil when there is none. Set nil to remove it.
  /// Traps when set under the reserved name `__metadata__`, or with a number of elements that is not the
  /// shape's.
  public subscript(name: String) -> Value? {
    get { values[name] }
    set {
      precondition(
        name != SafetensorsHeader.metadataKey,
        "The name \(name) is reserved by the format, so no array can have it.")
      newValue?.checkCount(name)
      values[name] = newValue
    }
  }
}

// MARK: Reading as a type

extension SafetensorsFile {
  /// The array of that name as 32-bit floats. `F32` is taken as it is, `F16` and `BF16` are widened without
  /// loss; other types are refused (for `F64`, take `doubles` and round them).
  public func tensor(_ name: String, shape wanted: Shape? = nil) throws(SafetensorsError) -> Tensor {
    let value = try value(name, shape: wanted)
    switch value {
    case .float32(let tensor): return tensor
    case .other(.float16, let bytes, let shape): return Tensor(shape, bytes) { float(half: $0) }
    case .other(.bfloat16, let bytes, let shape):
      return Tensor(shape, bytes) { Float(bitPattern: UInt32($0) << 16) }
    default: throw wrongElement(name, value, wanted: "F32, F16 or BF16")
    }
  }

  /// The array of that name as indexes; only `I32`.
  public func indexes(_ name: String, shape wanted: Shape? = nil) throws(SafetensorsError) -> Indexes {
    let value = try value(name, shape: wanted)
    guard case .int32(let indexes) = value else { throw wrongElement(name, value, wanted: "I32") }
    return indexes
  }

  /// The array of that name as doubles in row-major order; `F64`, or `F32`, `F16` and `BF16` without loss.
  public func doubles(_ name: String, shape wanted: Shape? = nil) throws(SafetensorsError) -> [Double] {
    let value = try value(name, shape: wanted)
    switch value {
    case .float64(let elements, _): return elements
    case .float32, .other(.float16, _, _), .other(.bfloat16, _, _):
      return try tensor(name).elements.map(Double.init)
    default: throw wrongElement(name, value, wanted: "F64, F32, F16 or BF16")
    }
  }

  /// The array of that name as integers in row-major order; any of the integer types but `U64`.
  public func integers(_ name: String, shape wanted: Shape? = nil) throws(SafetensorsError) -> [Int] {
    let value = try value(name, shape: wanted)
    switch value {
    case .int32(let indexes): return indexes.elements
    case .other(.uint8, let bytes, _): return bytes.map(Int.init)
    case .other(.int8, let bytes, _): return bytes.map { Int(Int8(bitPattern: $0)) }
    case .other(.uint16, let bytes, _): return bytes.numbers(UInt16.self).map(Int.init)
    case .other(.int16, let bytes, _): return bytes.numbers(Int16.self).map(Int.init)
    case .other(.uint32, let bytes, _): return bytes.numbers(UInt32.self).map(Int.init)
    case .other(.int64, let bytes, _): return bytes.numbers(Int64.self).map(Int.init)
    default: throw wrongElement(name, value, wanted: "an integer type up to I64")
    }
  }

  private func value(_ name: String, shape wanted: Shape?) throws(SafetensorsError) -> Value {
    guard let value = values[name] else { throw error(name, .missing) }
    if let wanted, wanted != value.shape {
      throw error(name, .wrongShape(found: value.shape, wanted: wanted))
    }
    return value
  }

  private func error(_ name: String, _ problem: SafetensorsError.Problem) -> SafetensorsError {
    SafetensorsError(file: path, field: SafetensorsHeader.field(name), problem: problem)
  }

  private func wrongElement(_ name: String, _ value: Value, wanted: String) -> SafetensorsError {
    error(name, .wrongElement(found: value.element, wanted: wanted))
  }
}

/// The value of an IEEE 754 half-precision number.
private func float(half bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10 & 31)
  let fraction = UInt32(bits & 0x3ff)
  switch exponent {
  case 0:
    let magnitude = Float(fraction) * 0x1p-24
    return Float(bitPattern: magnitude.bitPattern | sign)
  case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}

extension [UInt8] {
  /// The bytes as little-endian numbers.
  fileprivate func numbers<Number: FixedWidthInteger>(_: Number.Type) -> [Number] {
    withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Number>.size).map {
        Number(
          littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self))
      }
    }
  }
}

extension Tensor {
  fileprivate init(_ shape: Shape, _ bytes: [UInt8], _ widen: (UInt16) -> Float) {
    self.init(bytes.numbers(UInt16.self).map(widen), shape: shape)
  }
}
