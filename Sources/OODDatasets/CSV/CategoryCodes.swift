/// Numbers for the names of a column, in the order in which they appear.
struct CategoryCodes {
  private var codes: [String: Int] = [:]

  /// The number of a name, a new one where it is new.
  mutating func code(_ name: String) -> Int {
    if let code = codes[name] { return code }
    codes[name] = codes.count
    return codes.count - 1
  }

  /// The names in the order of their Unicode scalars, and for each number the position of its name there.
  var sorted: (names: [String], positions: [Int]) {
    let names = codes.keys.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    var positions = [Int](repeating: 0, count: names.count)
    for (position, name) in names.enumerated() { positions[codes[name]!] = position }
    return (names, positions)
  }
}
