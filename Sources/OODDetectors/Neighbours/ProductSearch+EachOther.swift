import CKernels
import GenModels
import Synchronization

extension ProductSearch {
  /// Memory for the candidates of all points at once, above which each point is searched for on its own.
  private static let largestListBytes = 256 << 20

  /// Whether the candidates of all points fit into memory at once.
  func holdsAllLists(needed: Int) -> Bool {
    points.rows * (3 * needed + 96) * 12 <= Self.largestListBytes
  }

  /// As `visitNearest` for the points themselves, at half the cost: each product −x·y serves x and y.
  ///
  /// Blocks of the product's upper triangle are computed in any order, so which points are ruled out early
  /// depends on chance; the nearest are among the candidates in any case, so what is found does not.
  func visitNearestToEachOther(
    needed: Int, _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let groups = (points.rows + Self.groupSize - 1) / Self.groupSize
    let lists = (0..<groups).map { group in
      GroupLists(
        (group * Self.groupSize..<min(points.rows, (group + 1) * Self.groupSize)).map {
          CandidateList(needed: needed, limit: .infinity, slack: (2 * slacks[$0]).nextUp)
        })
    }
    // The longest rows of the triangle first, each row cut so that no thread is left with much at the end.
    let width = 8
    let pieces = (0..<groups).flatMap { row in
      stride(from: row, to: groups, by: width).map { (row, $0..<min(groups, $0 + width)) }
    }
    parallelFor(pieces.count, grain: 1) { range in
      for piece in range { self.compare(pieces[piece].0, with: pieces[piece].1, lists) }
    }
    parallelFor(groups, grain: 1) { range in
      for group in range {
        lists[group].visit { i, candidates in visit(group * Self.groupSize + i, candidates) }
      }
    }
  }

  /// One group's points with those of some groups, itself or later ones.
  private func compare(_ row: Int, with columns: Range<Int>, _ lists: [GroupLists]) {
    let d = points.columns
    let kernels = ood_active_kernels().pointee
    let rowStart = row * Self.groupSize
    let rows = min(Self.groupSize, points.rows - rowStart)
    let groupFloats = kernels.matmul.packed_count(d, Self.groupSize)
    let negated = Scratch<Float>(rows * d)
    points.withUnsafeElements { x in
      for i in 0..<rows {
        let to = negated.base + i * d
        _ = Self.convert(x.baseAddress! + (rowStart + i) * d, centre, scale, to)
        for k in 0..<d { to[k] = -to[k] }
      }
    }
    // Some rows at a time, so that their products stay in the second-level cache.
    let strip = 192
    let products = Scratch<Float>(strip * Self.groupSize)
    for group in columns {
      let first = group * Self.groupSize
      let count = min(Self.groupSize, points.rows - first)
      for start in stride(from: 0, to: rows, by: strip) {
        let height = min(strip, rows - start)
        packed.withUnsafeBufferPointer { packed in
          kernels.matmul.multiply(
            0, height, 0, kernels.matmul.panel_count(count), d, count,
            ood_matmul_operand(base: negated.base + start * d, row_stride: d, column_stride: 1),
            packed.baseAddress! + group * groupFloats,
            ood_matmul_output(
              base: products.base, row_stride: Self.groupSize, accumulate: 0, bias: nil, relu: 0, streams: 0))
        }
        offer(products.base, height, rowStart + start, to: lists[row], first, count)
        if group != row {
          offerTurned(products.base, height, rowStart + start, first, count, to: lists[group])
        }
      }
    }
  }

  /// Offers the points of the columns to those of the rows.
  private func offer(
    _ products: UnsafePointer<Float>, _ height: Int, _ rowStart: Int, to lists: GroupLists, _ first: Int,
    _ count: Int
  ) {
    let found = Scratch<Int32>(Self.groupSize)
    bounds.withUnsafeBufferPointer { bounds in
      slacks.withUnsafeBufferPointer { slacks in
        lists.update { lists in
          for i in 0..<height {
            let (values, place) = (products + i * Self.groupSize, (rowStart + i) % Self.groupSize)
            let hits = ood_active_kernels().pointee.neighbours.sums_below(
              values, bounds.baseAddress! + first, count, lists[place].limit, found.base)
            if hits > 0 {
              lists[place].append(
                UnsafeBufferPointer(start: found.base, count: hits), values, first: first,
                offsets: bounds.baseAddress! + first, slacks: slacks.baseAddress! + first)
            }
          }
        }
      }
    }
  }

  /// Offers the points of the rows to those of the columns: value + bound of the row is at most the column's
  /// limit.
  private func offerTurned(
    _ products: UnsafePointer<Float>, _ height: Int, _ rowStart: Int, _ first: Int, _ count: Int,
    to lists: GroupLists
  ) {
    let found = Scratch<Int32>(Self.groupSize)
    let limits = Scratch<Float>(Self.groupSize)
    lists.update { lists in
      for j in 0..<count { limits.base[j] = -lists[j].limit }
      for i in 0..<height {
        let (values, row) = (products + i * Self.groupSize, rowStart + i)
        let hits = ood_active_kernels().pointee.neighbours.sums_below(
          values, limits.base, count, -bounds[row], found.base)
        for place in 0..<hits {
          let j = Int(found.base[place])
          lists[j].add(Int32(row), values[j] + bounds[row], slack: slacks[row])
          limits.base[j] = -lists[j].limit
        }
      }
    }
  }
}

/// The candidate lists of one group of points, changed by one thread at a time.
private final class GroupLists: Sendable {
  private let lists: Mutex<[CandidateList]>

  init(_ lists: [CandidateList]) { self.lists = Mutex(lists) }

  func update(_ body: (inout [CandidateList]) -> Void) { lists.withLock { body(&$0) } }

  func visit(_ body: (Int, UnsafeBufferPointer<Int32>) -> Void) {
    lists.withLock { lists in
      for i in lists.indices {
        lists[i].tighten()
        lists[i].rows.withUnsafeBufferPointer { body(i, $0) }
      }
    }
  }
}
