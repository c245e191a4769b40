import GenModels

extension ScorerArchive {
  /// Integers of that name in an array with one axis, each at least 1: the lengths of the parts of another
  /// array.
  func counts(_ name: String) throws -> [Int] {
    _ = try shape(name, rank: 1)
    let counts = try integers(name)
    var total = 0
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard count >= 1, !overflow, sum <= Int(Int32.max) else {
        throw ModelFileError.malformedArchitecture(
          reason: "\(name) holds \(count), which is no length of an array")
      }
      total = sum
    }
    guard !counts.isEmpty else { throw ModelFileError.malformedArchitecture(reason: "\(name) is empty") }
    return counts
  }
}

extension Array {
  /// Consecutive parts of those lengths, which add up to `count`.
  func split(counts: [Int]) -> [[Element]] {
    var begin = 0
    return counts.map { length in
      defer { begin += length }
      return Array(self[begin..<begin + length])
    }
  }
}
