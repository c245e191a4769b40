extension [Double] {
  /// The first position of an ascending array at which `isBeyond` holds, or its count.
  @inlinable package func partitionPoint(_ isBeyond: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
