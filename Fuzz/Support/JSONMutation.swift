import Foundation

/// Changes a JSON text so that it mostly stays one: numbers become strange numbers, values move, vanish and repeat.
func mutatedJSON(_ text: [UInt8], _ draws: inout Draws) -> [UInt8]? {
  guard var value = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) else {
    return nil
  }
  for _ in 0...draws.below(3) { value = mutated(value, &draws, depth: 0) }
  guard JSONSerialization.isValidJSONObject(value) || !(value is [Any] || value is [String: Any]),
    var changed = try? JSONSerialization.data(
      withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
  else { return nil }
  // Numbers that the encoder would not write.
  if draws.below(6) == 0,
    let place = changed.indices.filter({ (0x30...0x39).contains(changed[$0]) }).randomElement(&draws)
  {
    let strange = [
      "1e400", "-0", "1e-400", "9223372036854775808", "-9223372036854775809", "0.5", "-1", "NaN",
    ]
    changed.replaceSubrange(place...place, with: Data(draws.element(of: strange)!.utf8))
  }
  return Array(changed)
}

extension Array {
  fileprivate func randomElement(_ draws: inout Draws) -> Element? { draws.element(of: self) }
}

private let numbers: [any Sendable] = [
  0, 1, 2, 3, 7, 8, -1, 16, 255, 256, 1024, 65_535, Int(Int32.max), Int(Int32.max) + 1, Int.max, Int.min, 0.0,
  0.5, -0.5, 1e-300,
  1e300, 1.7976931348623157e308, Double.leastNonzeroMagnitude, -1e300,
]

private func mutated(_ value: Any, _ draws: inout Draws, depth: Int) -> Any {
  if let list = value as? [Any] {
    guard let place = list.indices.isEmpty ? nil : draws.below(list.count) else {
      return [draws.element(of: numbers)!]
    }
    var copy = list
    switch draws.below(8) {
    case 0: copy.remove(at: place)
    case 1: copy.insert(copy[place], at: place)
    case 2: copy.swapAt(place, draws.below(list.count))
    case 3 where list.count < 64: copy += list
    default: copy[place] = mutated(copy[place], &draws, depth: depth + 1)
    }
    return copy
  }
  if let object = value as? [String: Any] {
    guard let key = draws.element(of: object.keys.sorted()) else { return ["x": 1] }
    var copy = object
    switch draws.below(10) {
    case 0: copy[key] = nil
    case 1:
      copy[key] = nil
      copy[key + "x"] = object[key]
    case 2: if let other = draws.element(of: object.keys.sorted()) { copy[key] = object[other] }
    default: copy[key] = mutated(object[key]!, &draws, depth: depth + 1)
    }
    return copy
  }
  switch draws.below(8) {
  case 0: return NSNull()
  case 1: return "x"
  case 2: return true
  case 3: return [value]
  case 4 where !(value is String): return value
  default:
    if let text = value as? String {
      return draws.below(2) == 0 ? text + text : String(text.dropLast())
    }
    if let number = value as? NSNumber, draws.below(3) == 0 { return number.doubleValue * 2 - 1 }
    return draws.element(of: numbers)!
  }
}
