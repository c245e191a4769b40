import Foundation
import GenModels

/// The law of numbers in a file's settings: whatever stands in the place of one, reading the file ends with a model or with an error.
enum ConfigurationLaws {
  /// Numbers of every setting that are tried, one at a time.
  private static let replacements: [Int] = [-1, 0, 1 << 31, .max]
  /// Settings of a file that are tried.
  private static let most = 24

  /// - Parameter bytes: A model's file.
  static func violations(bytes: [UInt8], catalogue: ModelCatalogue) throws -> [LawViolation] {
    var findings = Findings()
    let file = try SafetensorsFile(bytes: bytes)
    var tried = 0
    for (key, text) in file.metadata.sorted(by: { $0.key < $1.key })
    where key == "configuration" || key.hasSuffix("/configuration") {
      let json = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
      for place in 0..<numbers(in: json) where tried < most {
        tried += 1
        for replacement in replacements {
          var left = place
          let changed = replacing(json, at: &left, by: replacement)
          var copy = file
          let data = try JSONSerialization.data(
            withJSONObject: changed, options: [.fragmentsAllowed, .sortedKeys])
          copy.metadata[key] = String(decoding: data, as: UTF8.self)
          copy.seal()
          // Refused, or a model that can be used: a trap would end the process.
          guard let model = try? ModelArchive(copy, catalogue: catalogue).model() else { continue }
          findings.require(
            model.exampleShape.allSatisfy { $0 >= 1 }, "file: a number in the settings",
            tried: "\(key): \(replacement)", found: "examples of shape \(model.exampleShape)",
            expected: "an error, or a model of examples that hold something")
        }
      }
    }
    return findings.violations
  }

  /// Truth values are none.
  private static func isNumber(_ value: Any) -> Bool {
    guard let number = value as? NSNumber else { return false }
    return String(cString: number.objCType) != "c"
  }

  private static func numbers(in value: Any) -> Int {
    if let object = value as? [String: Any] { return object.values.reduce(0) { $0 + numbers(in: $1) } }
    if let array = value as? [Any] { return array.reduce(0) { $0 + numbers(in: $1) } }
    return isNumber(value) ? 1 : 0
  }

  /// A copy in which number `place` has been replaced.
  private static func replacing(_ value: Any, at place: inout Int, by replacement: Int) -> Any {
    if let object = value as? [String: Any] {
      var copy = object
      for key in object.keys.sorted() { copy[key] = replacing(object[key]!, at: &place, by: replacement) }
      return copy
    }
    if let array = value as? [Any] { return array.map { replacing($0, at: &place, by: replacement) } }
    guard isNumber(value) else { return value }
    defer { place -= 1 }
    return place == 0 ? replacement : value
  }
}
