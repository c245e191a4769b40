import CKernels

/// The pairs of a block of products that may be close: product + offset of the column is not above the limit of the row.
struct NearPairs {
  private var points: [Int32] = []
  /// Where the pairs of each row end.
  private var ends: [Int] = []

  var count: Int { points.count }

  /// - Parameters:
  ///   - products: `PackedPoints.groupSize` floats a row, for as many rows as there are limits.
  ///   - columns: The points that the columns are.
  ///   - offsets: One for each column.
  init(
    _ products: UnsafePointer<Float>, _ columns: Range<Int>, offsets: ArraySlice<Float>, limits: [Float]
  ) {
    let neighbours = ood_active_kernels().pointee.neighbours
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: PackedPoints.groupSize) { found in
      offsets.withUnsafeBufferPointer { offsets in
        for (place, limit) in limits.enumerated() {
          let count = neighbours.sums_below(
            products + place * PackedPoints.groupSize, offsets.baseAddress!, columns.count, limit,
            found.baseAddress!)
          for j in found[..<count] { points.append(Int32(columns.lowerBound) + j) }
          ends.append(points.count)
        }
      }
    }
  }

  /// Calls `body` with the place of each row that has pairs, the place of its first pair among all, and the points of its pairs.
  func forEachRow(_ body: (Int, Int, UnsafeBufferPointer<Int32>) -> Void) {
    points.withUnsafeBufferPointer { points in
      var start = 0
      for (place, end) in ends.enumerated() where end > start {
        body(place, start, UnsafeBufferPointer(rebasing: points[start..<end]))
        start = end
      }
    }
  }
}
