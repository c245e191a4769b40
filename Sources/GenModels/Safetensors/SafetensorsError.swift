/// Why a `.safetensors` file can't be read, written or used as asked.
public struct SafetensorsError: Error, Sendable, Equatable {
  /// The file's path; nil for bytes in memory.
  public let file: String?
  /// The part of the file: "header", "tensor \"encoder.weight\"", ...
  public let field: String
  public let problem: Problem

  public enum Problem: Sendable, Equatable {
    /// The system refused an operation, for the reason it gives.
    case system(operation: String, reason: String)
    /// A directory, a pipe or a device.
    case notARegularFile
    /// The file ends early. Both numbers are bytes of the whole file.
    case truncated(expected: UInt64, found: UInt64)
    /// The header says that it is longer than the format allows.
    case headerTooLong(length: UInt64, limit: UInt64)
    /// The header is not JSON, or not the JSON of this format. `offset` counts bytes of the header.
    case malformed(offset: Int, expected: String, found: String)
    /// A name stands twice in one JSON object (or two that differ only in the Unicode form of the same
    /// letters).
    case duplicateKey
    case unknownElement(String)
    /// A shape that a tensor can't have.
    case unsupportedShape([UInt64])
    /// The shape needs another number of bytes than lie between the offsets.
    case sizeMismatch(shape: [UInt64], element: SafetensorsElement, begin: UInt64, end: UInt64)
    /// The tensor's data begin before the end of the data in front of it, or leave a gap. Bytes of the data
    /// part.
    case notContiguous(expectedBegin: UInt64, begin: UInt64)
    /// Bytes that belong to no tensor follow the last one.
    case trailingBytes(UInt64)
    /// A tensor that was asked for is not in the file.
    case missing
    /// A tensor holds numbers of another type than was asked for.
    case wrongElement(found: SafetensorsElement, wanted: String)
    /// A tensor has another shape than was asked for.
    case wrongShape(found: Shape, wanted: Shape)
  }
}

extension SafetensorsError: CustomStringConvertible {
  /// A sentence with the file, the field, what was expected and what was found.
  public var description: String { "\(file ?? "safetensors data"): \(field): \(problem)" }
}

extension SafetensorsError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let operation, let reason): "could not \(operation): \(reason)."
    case .notARegularFile: "is not a regular file."
    case .truncated(let expected, let found):
      "the file is cut short: at least \(expected) bytes were expected, and there are \(found)."
    case .headerTooLong(let length, let limit):
      "gives the length \(length), and the format allows at most \(limit) bytes; this is no safetensors file."
    case .malformed(let offset, let expected, let found):
      "expected \(expected) at byte \(offset) of the header, and found \(found)."
    case .duplicateKey: "stands twice."
    case .unknownElement(let name):
      "has numbers of the unknown type \"\(name)\"; known are "
        + SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .unsupportedShape(let shape):
      "has the shape \(shape); a shape has at most \(Shape.maximumRank) axes with extents up to \(Int32.max), "
        + "and a number of bytes that fits in 63 bits."
    case .sizeMismatch(let shape, let element, let begin, let end):
      "the shape \(shape) of \(element.rawValue) does not take the \(Int128(end) - Int128(begin)) bytes "
        + "between its data offsets \(begin) and \(end)."
    case .notContiguous(let expected, let begin):
      "its data begin at byte \(begin) of the data, where \(expected) was expected: tensors follow each other "
        + "without gap or overlap."
    case .trailingBytes(let count): "\(count) bytes that belong to no tensor follow the last one."
    case .missing: "is not in the file."
    case .wrongElement(let found, let wanted): "holds \(found.rawValue) numbers, and \(wanted) was asked for."
    case .wrongShape(let found, let wanted): "has the shape \(found), and \(wanted) was expected."
    }
  }
}
