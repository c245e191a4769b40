extension UnsafeMutableBufferPointer where Element: Comparable {
  /// The element that sorting would put at `rank`, by C. A. R. Hoare's selection (1961); the others change
  /// places. Numbers must not be NaN. The expected time is linear.
  package func select(_ rank: Int) -> Element {
    var (low, high) = (0, count - 1)
    while low < high {
      let pivot = self[(low + high) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while self[i] < pivot { i += 1 }
        while self[j] > pivot { j -= 1 }
        if i <= j {
          swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j {
        high = j
      } else if rank >= i {
        low = i
      } else {
        break
      }
    }
    return self[rank]
  }
}
