import CKernels
import GenModels

/// Rows of the kernel matrix of the variables that a solver works on, computed when asked for and kept while there is room.
///
/// Rows are computed and dropped by blocks: one row costs nearly what sixteen do, for all read the same points. The block whose last
/// use is longest ago goes first, and never the one that was used last, so that two rows can be held at once. A row's bits don't
/// depend on its block.
final class KernelRows {
  private let points: Matrix
  private let kernel: ResolvedKernel
  private let bytes: Int
  /// The points in use, by their numbers.
  private(set) var active: [Int]
  private var panels: PointPanels
  private var blocks: [Block] = []
  /// Where the row of a point is: its block, and its place in it; -1 where there is none.
  private var places: [(block: Int, row: Int)]
  private var clock = 0

  private final class Block {
    let points: [Int]
    let rows: Scratch<Double>
    var lastUse = 0
    init(points: [Int], rows: consuming Scratch<Double>) {
      self.points = points
      self.rows = rows
    }
  }

  /// - Parameter bytes: Memory for rows; two blocks are kept at least.
  init(_ points: Matrix, _ kernel: ResolvedKernel, bytes: Int) {
    self.points = points
    self.kernel = kernel
    self.bytes = bytes
    active = Array(0..<points.rows)
    panels = PointPanels(points)
    places = Array(repeating: (-1, -1), count: points.rows)
  }

  /// Rows in a block: few where there is little room, for those that nobody asked for take it from others.
  var blockRows: Int { min(16, max(1, capacity / 64)) }

  private var capacity: Int { max(2, bytes / (8 * max(1, active.count))) }

  func isStored(_ point: Int) -> Bool { places[point].block >= 0 }

  /// The row of a point, over the active ones. It stays until the next but one call.
  /// - Parameters:
  ///   - point: The number of a point.
  ///   - companions: Points whose rows will be wanted soon, most urgent first; asked when the row must be computed.
  func row(_ point: Int, companions: (Int) -> [Int]) -> UnsafePointer<Double> {
    clock += 1
    if places[point].block < 0 { compute([point] + companions(blockRows - 1)) }
    let (block, row) = places[point]
    blocks[block].lastUse = clock
    return UnsafePointer(blocks[block].rows.base + row * active.count)
  }

  private func compute(_ wanted: [Int]) {
    let rows = Scratch<Double>(wanted.count * active.count)
    panels.rows(points, wanted, kernel, into: rows.base)
    let number: Int
    if blocks.count < max(2, capacity / blockRows) {
      number = blocks.count
      blocks.append(Block(points: wanted, rows: rows))
    } else {
      let newest = blocks.indices.max { blocks[$0].lastUse < blocks[$1].lastUse }!
      number = blocks.indices.filter { $0 != newest }.min { blocks[$0].lastUse < blocks[$1].lastUse }!
      for point in blocks[number].points { places[point] = (-1, -1) }
      blocks[number] = Block(points: wanted, rows: rows)
    }
    for (row, point) in wanted.enumerated() { places[point] = (number, row) }
  }

  /// Works on fewer points from here on: those at these places among the active ones, in order.
  func keep(_ kept: [Int]) {
    let width = active.count
    active = kept.map { active[$0] }
    panels = PointPanels(points.rows(active.map(Int32.init)))
    var isActive = [Bool](repeating: false, count: points.rows)
    for point in active { isActive[point] = true }
    let old = blocks
    blocks = []
    places = Array(repeating: (-1, -1), count: points.rows)
    for block in old {
      let rows = block.points.indices.filter { isActive[block.points[$0]] }
      guard !rows.isEmpty else { continue }
      let shorter = Scratch<Double>(rows.count * active.count)
      for (to, from) in rows.enumerated() {
        let (source, target) = (block.rows.base + from * width, shorter.base + to * active.count)
        for (place, position) in kept.enumerated() { target[place] = source[position] }
      }
      let part = Block(points: rows.map { block.points[$0] }, rows: shorter)
      part.lastUse = block.lastUse
      for (row, point) in part.points.enumerated() { places[point] = (blocks.count, row) }
      blocks.append(part)
    }
  }

  /// Works on all points again. No row is kept.
  func keepAll() {
    active = Array(0..<points.rows)
    panels = PointPanels(points)
    blocks = []
    places = Array(repeating: (-1, -1), count: points.rows)
  }
}

/// Points in the layout that kernels read: turned, some at a time.
struct PointPanels: Sendable {
  let count: Int
  let dimensions: Int
  private let panels: [Double]
  private let variant: KernelVariant

  /// Whether the kernels that are in use now are those that packed the points: others want another layout.
  var fitKernelsInUse: Bool { variant == .active }

  init(_ points: Matrix) {
    variant = .active
    let kernels = ood_active_kernels().pointee.kernel_density
    let (n, d) = (points.rows, points.columns)
    let groups = (n + kernels.panel_points - 1) / kernels.panel_points
    (count, dimensions) = (n, d)
    panels = [Double](unsafeUninitializedCapacity: groups * kernels.panel_points * d) { panels, filled in
      points.withUnsafeElements { kernels.pack($0.baseAddress!, n, d, panels.baseAddress!) }
      filled = groups * kernels.panel_points * d
    }
  }

  /// The kernel's values between some rows of `x` and these points, a row after the other.
  func rows(
    _ x: Matrix, _ numbers: [Int], _ kernel: ResolvedKernel, into out: UnsafeMutablePointer<Double>
  ) {
    let chosen = x.rows(numbers.map(Int32.init))
    nonisolated(unsafe) let out = out
    chosen.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      forPanels(cost: numbers.count) { range in
        values(rows, numbers.count, kernel, panels: range, into: out, stride: count)
      }
    }
  }

  /// sums[j] += Σᵢ weights[i] K(xᵢ, yⱼ) over the rows of `x`, in their order, for each point yⱼ.
  func addWeighted(
    _ x: Matrix, _ weights: [Double], _ kernel: ResolvedKernel, to sums: UnsafeMutablePointer<Double>
  ) {
    let block = 16
    nonisolated(unsafe) let sums = sums
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress
      weights.withUnsafeBufferPointer { weights in
        nonisolated(unsafe) let weights = weights.baseAddress
        let rowCount = x.rows
        forPanels(cost: rowCount) { range in
          let kernels = ood_active_kernels().pointee
          let width = kernels.kernel_density.panel_points
          let first = range.lowerBound * width
          let points = min(count, range.upperBound * width) - first
          let values = Scratch<Double>(block * points)
          for start in stride(from: 0, to: rowCount, by: block) {
            let some = min(block, rowCount - start)
            self.values(
              rows! + start * dimensions, some, kernel, panels: range, into: values.base - first,
              stride: points)
            kernels.support_vectors.add_rows(
              weights! + start, values.base, some, points, points, sums + first)
          }
        }
      }
    }
  }

  /// out[i · stride + j] = K(xᵢ, yⱼ) for the points j of some panels.
  func values(
    _ x: UnsafePointer<Double>, _ rows: Int, _ kernel: ResolvedKernel, panels range: Range<Int>,
    into out: UnsafeMutablePointer<Double>, stride: Int
  ) {
    panels.withUnsafeBufferPointer { panels in
      ood_active_kernels().pointee.support_vectors.rows(
        kernel.gamma == nil ? 1 : 0, kernel.gamma ?? 0, x, rows, panels.baseAddress!, range.lowerBound,
        range.upperBound, count, dimensions, out, stride)
    }
  }

  /// The panels that hold all points.
  var all: Range<Int> {
    let width = ood_active_kernels().pointee.kernel_density.panel_points
    return 0..<(count + width - 1) / width
  }

  /// Runs `body` on ranges of panels, on all threads.
  private func forPanels(cost rows: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let width = ood_active_kernels().pointee.kernel_density.panel_points
    parallelFor(all.count, grain: max(1, (1 << 18) / max(1, rows * width * (dimensions + 20)))) { body($0) }
  }
}
