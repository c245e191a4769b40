import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Settings of any Codable type, by their names, as options set them.
struct SettingsList: CustomStringConvertible {
  private var values: [String: JSONValue]

  init(_ settings: some Encodable) throws {
    values = try JSONDecoder().decode([String: JSONValue].self, from: JSONEncoder().encode(settings))
  }

  /// "factors=2 tolerance=1e-08"
  var description: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// Takes over `name=value`.
  /// - Throws: `ValidationError` when there is no such setting, or its value is of another type.
  mutating func set(_ text: String, of kind: String) throws {
    guard let equals = text.firstIndex(of: "=") else {
      throw ValidationError("--set takes name=value, not '\(text)'.")
    }
    let (name, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
    guard let old = values[name] else {
      throw ValidationError("\(kind) has no setting \(name); it has \(description).")
    }
    guard let new = old.replaced(by: value) else {
      throw ValidationError("\(kind) has the setting \(name)=\(old), and '\(value)' is no such value.")
    }
    values[name] = new
  }

  /// The settings as their own type.
  /// - Throws: `ValidationError` when the type refuses them.
  func settings<Settings: Decodable>(of kind: String) throws -> Settings {
    do {
      return try JSONDecoder().decode(Settings.self, from: JSONEncoder().encode(values))
    } catch {
      throw ValidationError("\(kind) can't be fitted with \(description).")
    }
  }
}

/// A setting's value.
private enum JSONValue: Codable, CustomStringConvertible {
  case integer(Int)
  case number(Double)
  case truth(Bool)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let truth = try? container.decode(Bool.self) {
      self = .truth(truth)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .truth(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }

  var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .truth(let value): "\(value)"
    case .text(let value): value
    }
  }

  /// A value of the same type from an option's text; a whole number may become any number, for a default may happen to be whole.
  func replaced(by text: String) -> JSONValue? {
    switch self {
    case .integer, .number: Int(text).map { .integer($0) } ?? Double(text).map { .number($0) }
    case .truth: Bool(text).map { .truth($0) }
    case .text: .text(text)
    }
  }
}
