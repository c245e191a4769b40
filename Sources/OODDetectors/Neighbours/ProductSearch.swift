import CKernels
import GenModels

/// The search of all points for Euclidean neighbours, by matrix products in single precision and exact
/// distances of the few points that these can't rule out.
///
/// With points centred and scaled to at most 1 in any coordinate, ½|x − y|² = ½|x|² + (½|y|² − x·y). The
/// product −x·y in single precision is wrong by at most ε(|x|² + |y|²)/2 (see `productError`), so that L = (1
/// − ε)½|y|² − x·y, as computed, is a lower bound on ½|x − y|² − (1 − ε)½|x|². A point is a candidate when
/// its lower bound does not exceed the k-th smallest upper bound. Candidates' distances are then computed in
/// double precision from the original coordinates, so results are those of a search in double precision, to
/// the bit.
final class ProductSearch: Sendable {
  let points: Matrix
  let centre: [Double]
  let scale: Double
  /// The points in groups of `groupSize`, each packed for the matrix product.
  let packed: [Float]
  /// For each point: (1 − ε)½|y|² and ε|y|².
  let bounds: [Float]
  let slacks: [Float]
  /// The bound ε on the relative error of products.
  let productError: Double
  /// The kernels that packed the points; others want another layout.
  private let variant: KernelVariant

  static let groupSize = 512
  private static let unitRoundoff = 0x1p-24
  /// Scaled squared norms of queries beyond which single precision might overflow.
  private static let largestSquare = 1e30

  init(_ points: Matrix) {
    self.points = points
    variant = .active
    let d = points.columns
    // A block of the product's depth is summed one after the other (at most 256 long), then the blocks' sums:
    // each adds a rounding a step. 16 more cover rounding the coordinates, the bounds and the last sum.
    productError = Double(min(d, 256) + (d + 127) / 128 + 16) * Self.unitRoundoff
    centre = points.columnMeans()
    scale = Self.scale(points, centre)
    (packed, bounds, slacks) = Self.pack(points, centre, scale, productError)
  }

  /// This search, or one whose points are packed anew where other kernels are in use here.
  var fittingKernelsInUse: ProductSearch { variant == .active ? self : ProductSearch(points) }

  /// A power of two, so that scaling is exact, which makes the largest coordinate about 1.
  private static func scale(_ points: Matrix, _ centre: [Double]) -> Double {
    var largest = 0.0
    points.withUnsafeElements { elements in
      for i in 0..<points.rows {
        for k in 0..<points.columns {
          largest = max(largest, abs(elements[i * points.columns + k] - centre[k]))
        }
      }
    }
    guard largest > 0 else { return 1 }
    return Double(sign: .plus, exponent: -max(-1000, Int(largest.exponent)) - 1, significand: 1)
  }

  private static func pack(
    _ points: Matrix, _ centre: [Double], _ scale: Double, _ productError: Double
  ) -> ([Float], [Float], [Float]) {
    let (n, d) = (points.rows, points.columns)
    let kernels = ood_active_kernels().pointee.matmul
    let groupFloats = kernels.packed_count(d, groupSize)
    let groups = (n + groupSize - 1) / groupSize
    var bounds = [Float](repeating: 0, count: n)
    var slacks = bounds
    let packed = [Float](unsafeUninitializedCapacity: groups * groupFloats) { packed, count in
      bounds.withUnsafeMutableBufferPointer { bounds in
        slacks.withUnsafeMutableBufferPointer { slacks in
          points.withUnsafeElements { elements in
            nonisolated(unsafe) let (x, to) = (elements.baseAddress!, packed.baseAddress!)
            nonisolated(unsafe) let (bounds, slacks) = (bounds, slacks)
            parallelFor(groups, grain: 1) { range in
              for group in range {
                let first = group * groupSize
                let rows = min(groupSize, n - first)
                let floats = Scratch<Float>(rows * d)
                for i in 0..<rows {
                  let square = convert(x + (first + i) * d, centre, scale, floats.base + i * d)
                  bounds[first + i] = Float((1 - productError) * 0.5 * square).nextDown
                  slacks[first + i] = Float(productError * square).nextUp
                }
                let operand = ood_matmul_operand(base: floats.base, row_stride: 1, column_stride: d)
                kernels.pack(0, kernels.panel_count(rows), d, rows, operand, to + group * groupFloats)
              }
            }
          }
        }
      }
      count = groups * groupFloats
    }
    return (packed, bounds, slacks)
  }

  /// Writes (x − centre)·scale in single precision; returns its squared norm.
  @inline(__always)
  static func convert(
    _ x: UnsafePointer<Double>, _ centre: [Double], _ scale: Double, _ out: UnsafeMutablePointer<Float>
  ) -> Double {
    var square = 0.0
    centre.withUnsafeBufferPointer { centre in
      for k in 0..<centre.count {
        let value = (x[k] - centre[k]) * scale
        square += value * value
        out[k] = Float(value)
      }
    }
    return square
  }

  /// Calls `visit` once for each row of `queries` with the rows of points among which its `needed` nearest
  /// surely are. Calls come from several threads.
  func visitNearest(
    to queries: Matrix, needed: Int, _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    visitCandidates(of: queries, bounds: bounds, needed: needed, visit)
  }

  /// Calls `visit` once for each row of `queries` with the rows of points among which all those surely are
  /// that have the query within their radius; `radii` has one for each point. Calls come from several
  /// threads.
  func visitCovering(
    _ queries: Matrix, radii: [Double], _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let shifted = bounds.indices.map { j in
      let radius = radii[j] * scale
      return Float(Double(bounds[j]) - 0.5 * (1 + productError) * radius * radius).nextDown
    }
    visitCandidates(of: queries, bounds: shifted, needed: nil, visit)
  }

  /// The search: with `needed`, for the points with the least lower bounds; without, for those whose lower
  /// bound is not above −(1 − ε)½|x|².
  private func visitCandidates(
    of queries: Matrix, bounds: [Float], needed: Int?,
    _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let m = queries.rows
    // All points are read once for each chunk of queries: as few chunks as keep the threads equally busy. The candidates don't
    // depend on them.
    let threads = Parallelism.threads
    let rounds = max(1, (m + 192 * threads - 1) / (192 * threads))
    let grain = max(12, (m + rounds * threads - 1) / (rounds * threads))
    queries.withUnsafeElements { elements in
      nonisolated(unsafe) let x = elements.baseAddress
      parallelFor(m, grain: grain) { range in
        self.search(range, x!, bounds: bounds, needed: needed, visit)
      }
    }
  }

  private func search(
    _ range: Range<Int>, _ x: UnsafePointer<Double>, bounds: [Float], needed: Int?,
    _ visit: (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let (n, d, rows) = (points.rows, points.columns, range.count)
    let kernels = ood_active_kernels().pointee
    let groupFloats = kernels.matmul.packed_count(d, Self.groupSize)
    let negated = Scratch<Float>(rows * d)
    let products = Scratch<Float>(rows * Self.groupSize)
    let found = Scratch<Int32>(Self.groupSize)
    var lists: [CandidateList] = []
    lists.reserveCapacity(rows)
    for i in 0..<rows {
      let to = negated.base + i * d
      let square = Self.convert(x + (range.lowerBound + i) * d, centre, scale, to)
      for k in 0..<d { to[k] = -to[k] }
      let inRange = square < Self.largestSquare
      if !inRange {
        for k in 0..<d { to[k] = 0 }
      }
      let limit: Float =
        !inRange || needed != nil ? .infinity : Float(-(1 - productError) * 0.5 * square).nextUp
      lists.append(
        CandidateList(
          needed: inRange ? needed : nil, limit: limit, slack: Float(2 * productError * square).nextUp))
    }
    bounds.withUnsafeBufferPointer { bounds in
      packed.withUnsafeBufferPointer { packed in
        slacks.withUnsafeBufferPointer { slacks in
          for first in stride(from: 0, to: n, by: Self.groupSize) {
            let columns = min(Self.groupSize, n - first)
            kernels.matmul.multiply(
              0, rows, 0, kernels.matmul.panel_count(columns), d, columns,
              ood_matmul_operand(base: negated.base, row_stride: d, column_stride: 1),
              packed.baseAddress! + first / Self.groupSize * groupFloats,
              ood_matmul_output(
                base: products.base, row_stride: Self.groupSize, accumulate: 0, bias: nil, relu: 0, streams: 0
              ))
            for i in 0..<rows {
              let values = products.base + i * Self.groupSize
              let count = kernels.neighbours.sums_below(
                values, bounds.baseAddress! + first, columns, lists[i].limit, found.base)
              if count > 0 {
                lists[i].append(
                  UnsafeBufferPointer(start: found.base, count: count), values, first: first,
                  offsets: bounds.baseAddress! + first, slacks: slacks.baseAddress! + first)
              }
            }
          }
        }
      }
    }
    for i in 0..<rows {
      lists[i].tighten()
      lists[i].rows.withUnsafeBufferPointer { visit(range.lowerBound + i, $0) }
    }
  }
}
