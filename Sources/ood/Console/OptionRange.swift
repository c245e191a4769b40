import ArgumentParser

/// Throws an error of usage unless the option's value, where one was given, lies in the range.
func requireOption<Value: Comparable>(
  _ name: String, _ value: Value?, in range: ClosedRange<Value>
) throws {
  guard let value, !range.contains(value) else { return }
  throw ValidationError(
    "\(name) must lie between \(range.lowerBound) and \(range.upperBound), and it is \(value).")
}
