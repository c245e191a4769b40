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
///
/// Where a few leading directions tell most points apart, their shorter products come first (`LeadingProducts`), and
/// whole products only with the points that they leave.
final class ProductSearch: Sendable {
  let points: Matrix
  let centre: [Double]
  let scale: Double
  /// The points, with (1 − ε)½|y|².
  let whole: PackedPoints
  /// For each point: ε|y|².
  let slacks: [Float]
  let leading: LeadingProducts?
  /// The bound ε on the relative error of products.
  let productError: Double
  /// The kernels that packed the points; others want another layout.
  private let variant: KernelVariant

  init(_ points: Matrix) {
    self.points = points
    variant = .active
    let productError = Self.productError(depth: points.columns)
    self.productError = productError
    let centre = points.columnMeans()
    let scale = Self.scale(points, centre)
    (self.centre, self.scale) = (centre, scale)
    let leading = LeadingProducts(points, productError: productError) {
      Self.convert(points, $0, centre, scale, $1)
    }
    self.leading = leading
    var slacks = [Float](repeating: 0, count: points.rows)
    whole = slacks.withUnsafeMutableBufferPointer { slacks in
      nonisolated(unsafe) let slacks = slacks
      return PackedPoints(count: points.rows, width: points.columns, isPacked: leading == nil) {
        range, floats, bounds in
        for (place, i) in range.enumerated() {
          let square = Self.convert(points, i, centre, scale, floats + place * points.columns)
          slacks[i] = Float(productError * square).nextUp
          bounds[place] = Float((1 - productError) * 0.5 * square).nextDown
        }
      }
    }
    self.slacks = slacks
  }

  /// This search, or one whose points are packed anew where other kernels are in use here.
  var fittingKernelsInUse: ProductSearch { variant == .active ? self : ProductSearch(points) }

  /// The bound on the error of a product of x and y, relative to (|x|² + |y|²)/2.
  static func productError(depth: Int) -> Double {
    // A block of the product's depth is summed one after the other (at most 256 long), then the blocks' sums:
    // each adds a rounding a step. With single points, 32 lanes or more are summed, and then their sums.
    // 16 more cover rounding the coordinates, the bounds and the last sum.
    let (inBlocks, inLanes) = (min(depth, 256) + (depth + 127) / 128, depth / 32 + 16)
    return Double(max(inBlocks, inLanes) + 16) * 0x1p-24
  }

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

  /// Writes (x − centre)·scale of row i in single precision; returns its squared norm.
  @inline(__always)
  static func convert(
    _ rows: Matrix, _ i: Int, _ centre: [Double], _ scale: Double, _ out: UnsafeMutablePointer<Float>
  ) -> Double {
    var square = 0.0
    rows.withUnsafeElements { elements in
      centre.withUnsafeBufferPointer { centre in
        let x = elements.baseAddress! + i * centre.count
        for k in 0..<centre.count {
          let value = (x[k] - centre[k]) * scale
          square += value * value
          out[k] = Float(value)
        }
      }
    }
    return square
  }

  /// Calls `visit` once for each row of `queries` with the rows of points among which its `needed` nearest
  /// surely are. Calls come from several threads.
  func visitNearest(
    to queries: Matrix, needed: Int, _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    visitCandidates(
      of: queries, bounds: whole.bounds, leading: leading?.packed.bounds, needed: needed, visit)
  }

  /// Calls `visit` once for each row of `queries` with the rows of points among which all those surely are
  /// that have the query within their radius; `radii` has one for each point. Calls come from several
  /// threads.
  func visitCovering(
    _ queries: Matrix, radii: [Double], _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    func within(_ bounds: [Float]) -> [Float] {
      bounds.indices.map { j in
        let radius = radii[j] * scale
        return Float(Double(bounds[j]) - 0.5 * (1 + productError) * radius * radius).nextDown
      }
    }
    visitCandidates(
      of: queries, bounds: within(whole.bounds), leading: leading.map { within($0.packed.bounds) },
      needed: nil,
      visit)
  }

  /// The search: with `needed`, for the points with the least lower bounds; without, for those whose lower
  /// bound is not above −(1 − ε)½|x|².
  private func visitCandidates(
    of queries: Matrix, bounds: [Float], leading leadingBounds: [Float]?, needed: Int?,
    _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let m = queries.rows
    // All points are read once for each chunk of queries: as few chunks as keep the threads equally busy. The candidates don't
    // depend on them.
    let threads = Parallelism.threads
    let rounds = max(1, (m + 192 * threads - 1) / (192 * threads))
    let grain = max(12, (m + rounds * threads - 1) / (rounds * threads))
    parallelFor(m, grain: grain) { range in
      self.search(range, of: queries, bounds: bounds, leading: leadingBounds, needed: needed, visit)
    }
  }

  private func search(
    _ range: Range<Int>, of queries: Matrix, bounds: [Float], leading leadingBounds: [Float]?, needed: Int?,
    _ visit: (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let d = points.columns
    let compared = ComparedRows(queries, range, of: self)
    var lists = compared.lists(needed: needed, productError: productError)
    if let needed { leading?.lowerLimits(of: &lists, needed: needed, of: compared, in: self) }
    let products = Scratch<Float>(range.count * PackedPoints.groupSize)
    let few = Scratch<Float>(PackedPoints.groupSize)
    let gathered = Scratch<Float>(leading == nil ? 0 : range.count * d)
    for group in 0..<whole.groups {
      let points = whole.rows(of: group)
      var left = Array(0..<range.count)
      if let leading, let leadingBounds {
        leading.packed.multiply(compared.numbers.base, count: range.count, group: group, into: products.base)
        let near = NearPairs(
          products.base, points, offsets: leadingBounds[points],
          limits: leading.limits(lists, compared.margins[...]))
        left.removeAll()
        near.forEachRow { i, _, found in
          if LeadingProducts.areFew(found.count, of: points.count) {
            whole.multiply(compared.negated.base + i * d, with: found, into: few.base)
            lists[i].append(found, few.base, offsets: bounds, slacks: slacks)
          } else {
            left.append(i)
          }
        }
        if left.isEmpty { continue }
        for (place, i) in left.enumerated() {
          (gathered.base + place * d).update(from: compared.negated.base + i * d, count: d)
        }
      }
      whole.multiply(
        leading == nil ? compared.negated.base : gathered.base, count: left.count, group: group,
        into: products.base)
      let near = NearPairs(
        products.base, points, offsets: bounds[points], limits: left.map { lists[$0].limit })
      near.forEachRow { place, _, found in
        lists[left[place]].append(
          found, products.base + place * PackedPoints.groupSize, first: points.lowerBound, offsets: bounds,
          slacks: slacks)
      }
    }
    for i in lists.indices {
      lists[i].tighten()
      lists[i].rows.withUnsafeBufferPointer { visit(range.lowerBound + i, $0) }
    }
  }
}
