/// Changes a JSON text so that it mostly stays one: numbers become strange numbers, values move, vanish and repeat.
func mutatedJSON(_ text: [UInt8], _ draws: inout Draws) -> [UInt8]? {
  guard var tree = JSONTree(text) else { return nil }
  for _ in 0...draws.below(3) { tree = mutated(tree, &draws) }
  return tree.text
}

private let numbers = [
  "0", "1", "2", "3", "7", "8", "-1", "16", "255", "256", "1024", "65535", "2147483647", "2147483648",
  "9223372036854775807",
  "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "0.0", "-0", "0.5", "-0.5", "1e-300",
  "1e300",
  "1.7976931348623157e308", "5e-324", "-1e300", "1e400", "1e-400", "NaN", "1.0", "007",
]

private func mutated(_ tree: JSONTree, _ draws: inout Draws) -> JSONTree {
  switch tree {
  case .list(var values):
    guard !values.isEmpty else { return .list([JSONTree(draws.element(of: numbers)!)]) }
    let place = draws.below(values.count)
    switch draws.below(8) {
    case 0: values.remove(at: place)
    case 1: values.insert(values[place], at: place)
    case 2: values.swapAt(place, draws.below(values.count))
    case 3 where values.count < 64: values += values
    default: values[place] = mutated(values[place], &draws)
    }
    return .list(values)
  case .object(var fields):
    guard !fields.isEmpty else { return .object([(Array("\"x\"".utf8), JSONTree("1"))]) }
    let place = draws.below(fields.count)
    switch draws.below(11) {
    case 0: fields.remove(at: place)
    case 1: fields[place].key.insert(UInt8(ascii: "x"), at: 1)
    case 2: fields[place].value = fields[draws.below(fields.count)].value
    case 3: fields.insert(fields[place], at: draws.below(fields.count + 1))
    default: fields[place].value = mutated(fields[place].value, &draws)
    }
    return .object(fields)
  case .leaf(let bytes):
    let isString = bytes.first == UInt8(ascii: "\"")
    switch draws.below(8) {
    case 0: return JSONTree("null")
    case 1: return JSONTree("\"x\"")
    case 2: return JSONTree("true")
    case 3: return .list([tree])
    case 4 where isString && bytes.count > 2: return .leaf(bytes.dropLast(2) + [UInt8(ascii: "\"")])
    case 5 where isString: return .leaf(bytes.dropLast() + bytes.dropFirst())
    case 4...5:
      // Another digit.
      let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
      guard let place = draws.element(of: digits) else { return tree }
      var changed = bytes
      changed[place] = 0x30 + UInt8(draws.below(10))
      return .leaf(changed)
    default: return JSONTree(draws.element(of: numbers)!)
    }
  }
}
