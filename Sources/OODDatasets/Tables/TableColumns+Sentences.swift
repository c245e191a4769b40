import GenModels

extension TableColumns {
  /// A value of a column as people write it: a number, a name, a time in UTC, or "missing".
  public func text(_ value: Double, column: Int) -> String {
    guard !value.isNaN else { return "missing" }
    switch kind(column) {
    case .number: return Self.short(value)
    case .time: return TimeText.text(value)
    case .category(let names):
      let code = Int(value)
      return names.indices.contains(code) ? "'\(names[code])'" : "unknown"
    }
  }

  /// What is to be said of a value: "temperature 97.1 (usually 20.3 to 45)", "machine 'B7' (usually 'A1')".
  /// - Parameters:
  ///   - value: The value.
  ///   - column: Its column.
  ///   - range: What the column usually holds, where that is known.
  public func sentence(_ value: Double, column: Int, range: ColumnRange?) -> String {
    let name = "\(title(column)) \(text(value, column: column))"
    guard let range else { return name }
    switch kind(column) {
    case .category: return "\(name) (most often \(text(range.middle, column: column)))"
    case .time where range.low <= value && value <= range.high: return name
    case .number, .time:
      return "\(name) (usually \(text(range.low, column: column)) to \(text(range.high, column: column)))"
    }
  }

  /// Six significant digits.
  private static func short(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    guard value.isFinite else { return "\(value)" }
    var scale = 1.0
    var magnitude = abs(value)
    while magnitude >= 1e6, scale > 1e-300 {
      magnitude /= 10
      scale /= 10
    }
    while magnitude < 1e5, scale < 1e300 {
      magnitude *= 10
      scale *= 10
    }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
