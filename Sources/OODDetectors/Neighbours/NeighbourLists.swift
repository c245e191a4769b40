import GenModels

/// The k nearest neighbours of each of several points, nearest first; of equally near ones, the smaller row
/// comes first.
public struct NeighbourLists: Sendable, Hashable {
  /// Number of points whose neighbours these are.
  public let count: Int
  /// Neighbours of each.
  public let k: Int
  /// The rows of the neighbours in the table that was searched: those of point i are at i·k..<(i + 1)·k.
  public private(set) var rows: [Int32]
  /// The distances, in the same places.
  public private(set) var distances: [Double]

  /// The rows of the neighbours of point i.
  public func rows(of i: Int) -> ArraySlice<Int32> { rows[i * k..<(i + 1) * k] }

  /// The distances of the neighbours of point i.
  public func distances(of i: Int) -> ArraySlice<Double> { distances[i * k..<(i + 1) * k] }

  /// Gives point i other neighbours.
  mutating func replace(_ i: Int, rows: [Int32], distances: [Double]) {
    self.rows.replaceSubrange(i * k..<(i + 1) * k, with: rows)
    self.distances.replaceSubrange(i * k..<(i + 1) * k, with: distances)
  }

  /// Room for lists that `fill` writes: it is given the memory of rows and of distances.
  init(
    count: Int, k: Int, _ fill: (UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Double>) -> Void
  ) {
    self.count = count
    self.k = k
    let total = count * k
    var distances: [Double] = []
    rows = [Int32](unsafeUninitializedCapacity: total) { rowsBuffer, rowsCount in
      distances = [Double](unsafeUninitializedCapacity: total) { distancesBuffer, distancesCount in
        if total > 0 { fill(rowsBuffer.baseAddress!, distancesBuffer.baseAddress!) }
        distancesCount = total
      }
      rowsCount = total
    }
    self.distances = distances
  }
}
