import GenModels

extension [Double] {
  /// How many of these numbers, which ascend, are below `limit`: a binary search.
  func ascendingCount(below limit: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
