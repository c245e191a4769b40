import CKernels
import GenModels
import Testing

private let variants = (0..<ood_kernel_variant_count()).map {
  String(cString: ood_kernel_variant($0).pointee.name)
}

private func index(_ variant: String) -> ood_index { ood_kernels_named(variant)!.pointee.index }

/// 0, 1, 2, ... so that every element can be told from every other.
private func numbered(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

/// All indices of a shape in row-major order.
private func indices(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { heads, extent in heads.flatMap { head in (0..<extent).map { head + [$0] } } }
}

private func dot(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

private func rowMajor(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  return strides
}

@Suite struct IndexKernelTests {
  @Test(arguments: variants)
  func gathersAndScattersRows(variant: String) {
    let table = index(variant)
    for columns in [1, 3, 8, 17, 40] {
      let x = numbered(6 * columns)
      let rows: [Int32] = [5, 0, 0, 3, 5]
      var gathered = [Float](repeating: -1, count: rows.count * columns)
      table.gather_rows(x, rows, rows.count, columns, &gathered)
      for (i, row) in rows.enumerated() {
        #expect(gathered[i * columns..<(i + 1) * columns] == x[Int(row) * columns..<(Int(row) + 1) * columns])
      }

      var sums = [Float](repeating: 0.5, count: 6 * columns)
      var expected = sums
      table.scatter_add_rows(gathered, columns, rows, rows.count, columns, &sums, columns)
      for (i, row) in rows.enumerated() {
        for c in 0..<columns { expected[Int(row) * columns + c] += gathered[i * columns + c] }
      }
      #expect(sums == expected)
    }
  }

  /// A band of columns can be scattered on its own, which is how the work is split.
  @Test(arguments: variants)
  func scattersBandsOfColumns(variant: String) {
    let table = index(variant)
    var random = RandomGenerator(seed: 2)
    let (n, columns, targets) = (50, 37, 4)
    let x = random.normal([n, columns]).elements
    let rows = random.integers(n, below: targets).elements.map(Int32.init)
    var whole = [Float](repeating: 0, count: targets * columns)
    var banded = whole
    table.scatter_add_rows(x, columns, rows, n, columns, &whole, columns)
    for band in [0..<10, 10..<11, 11..<37] {
      x.withUnsafeBufferPointer { x in
        banded.withUnsafeMutableBufferPointer { y in
          table.scatter_add_rows(
            x.baseAddress! + band.lowerBound, columns, rows, n, band.count, y.baseAddress! + band.lowerBound,
            columns)
        }
      }
    }
    #expect(whole == banded)
  }

  @Test(arguments: variants)
  func gathersAndScattersPositions(variant: String) {
    let positions: [Int32] = [9, 0, 4, 4, 4, 1]
    var gathered = [Float](repeating: 0, count: 6)
    index(variant).gather(numbered(10), positions, 6, &gathered)
    #expect(gathered == [9, 0, 4, 4, 4, 1])
    var sums = [Float](repeating: 0, count: 10)
    index(variant).scatter_add([1, 2, 4, 8, 16, 32], positions, 6, &sums)
    #expect(sums == [2, 32, 0, 0, 28, 0, 0, 0, 0, 1])
  }

  /// A slice of columns, a padded image and a concatenation are all copies of rows.
  @Test(arguments: variants)
  func copiesRows(variant: String) {
    for (rows, columns) in [(1, 1), (3, 5), (4, 16), (2, 17), (5, 31), (3, 100), (0, 4), (4, 0)] {
      for extra in [0, 3] {
        let (xStride, yStride) = (columns + extra, columns + 2 * extra)
        let x = numbered(rows * xStride + 1)
        var y = [Float](repeating: -1, count: rows * yStride + 1)
        var expected = y
        index(variant).copy_2d(x, xStride, rows, columns, &y, yStride)
        for r in 0..<rows { for c in 0..<columns { expected[r * yStride + c] = x[r * xStride + c] } }
        #expect(y == expected, "\(rows) x \(columns), \(extra) more")
      }
    }
    var repeated = [Float](repeating: 0, count: 6)
    index(variant).copy_2d([1, 2, 3], 0, 2, 3, &repeated, 3)
    #expect(repeated == [1, 2, 3, 1, 2, 3])
  }

  /// Results that the caches don't hold go around them.
  @Test(arguments: variants)
  func largeResultsAreThoseOfSmallPieces(variant: String) {
    let (rows, columns) = (Int(ood_streaming_count) / 2032, 2080)
    let x = (0..<rows * columns).map { Float($0 % 65_537) }
    for offset in [0, 1] {
      var y = [Float](repeating: -1, count: rows * columns + offset)
      y.withUnsafeMutableBufferPointer {
        index(variant).permute(x, [rows, columns], [1, 0], 2, 0, columns, $0.baseAddress! + offset)
      }
      #expect(
        stride(from: 0, to: rows * columns, by: 97).allSatisfy {
          y[offset + $0] == x[$0 % rows * columns + $0 / rows]
        })
      #expect(y.last == x.last)
    }
    var random = RandomGenerator(seed: 6)
    let picked = (0..<rows).map { _ in Int32(Int.random(in: 0..<rows, using: &random)) }
    var y = [Float](repeating: -1, count: rows * columns)
    index(variant).gather_rows(x, picked, rows, columns, &y)
    #expect(
      stride(from: 0, to: rows * columns, by: 89).allSatisfy {
        y[$0] == x[Int(picked[$0 / columns]) * columns + $0 % columns]
      })
  }

  /// Random orders of random shapes up to seven axes, extents of 0 and 1 included.
  @Test(arguments: variants)
  func permutesAxes(variant: String) {
    var random = RandomGenerator(seed: 4)
    let fixed: [([Int], [Int])] = [
      ([], []), ([5], [0]), ([40, 50], [1, 0]), ([2, 33, 20], [0, 2, 1]), ([2, 33, 20], [2, 1, 0]),
      ([4, 6, 5, 32], [0, 3, 1, 2]), ([3, 4, 5, 6], [3, 2, 1, 0]), ([2, 0, 3], [2, 0, 1]),
    ]
    let drawn = (0..<60).map { _ -> ([Int], [Int]) in
      let rank = 1 + Int.random(in: 0..<7, using: &random)
      let extents = (0..<rank).map { _ in Int.random(in: 1...(rank > 4 ? 4 : 19), using: &random) }
      return (extents, Array(0..<rank).shuffled(using: &random))
    }
    for (shape, order) in fixed + drawn {
      let count = shape.reduce(1, *)
      let x = numbered(max(1, count))
      var y = [Float](repeating: -1, count: count + 1)
      // In two parts, as two threads would.
      let extent = order.first.map { shape[$0] } ?? 0
      index(variant).permute(x, shape, order, Int32(shape.count), extent / 3, extent, &y)
      index(variant).permute(x, shape, order, Int32(shape.count), 0, extent / 3, &y)
      let strides = rowMajor(shape)
      let expected = indices(order.map { shape[$0] }).map { x[dot($0, order.map { strides[$0] })] }
      #expect(Array(y.dropLast()) == expected, "shape \(shape), order \(order)")
      #expect(y[count] == -1)
    }
  }
}
