import GenModels

/// The points that may still be among a query's nearest.
struct CandidateList {
  private let needed: Int?
  /// Lower bounds above it are ruled out.
  private(set) var limit: Float
  /// What a k-th smallest upper bound is raised by to make a limit: ε|x|², and room for rounding.
  private let slack: Float
  private(set) var rows: [Int32] = []
  private var sizeToTighten: Int
  private var lower: [Float] = []
  private var upper: [Float] = []

  init(needed: Int?, limit: Float, slack: Float) {
    self.needed = needed
    self.limit = limit
    self.slack = slack
    sizeToTighten = 2 * (needed ?? 0) + 64
  }

  /// Adds those of the points `found` whose lower bound, `values` (of all points from `first` on) + `offsets`, is not above the limit.
  mutating func append(
    _ found: UnsafeBufferPointer<Int32>, _ values: UnsafePointer<Float>, first: Int, offsets: [Float],
    slacks: [Float]
  ) {
    for row in found {
      let j = Int(row)
      add(row, values[j - first] + offsets[j], slack: slacks[j])
    }
  }

  /// Adds those of the points `found` whose lower bound, `values` (one for each) + `offsets`, is not above the limit.
  mutating func append(
    _ found: UnsafeBufferPointer<Int32>, _ values: UnsafePointer<Float>, offsets: [Float], slacks: [Float]
  ) {
    for (place, row) in found.enumerated() {
      add(row, values[place] + offsets[Int(row)], slack: slacks[Int(row)])
    }
  }

  /// Adds a point unless its lower bound is above the limit; `slack` more is its upper bound.
  mutating func add(_ row: Int32, _ bound: Float, slack: Float) {
    guard bound <= limit else { return }
    rows.append(row)
    guard let needed else { return }
    lower.append(bound)
    upper.append(bound + slack)
    if rows.count >= sizeToTighten {
      tighten()
      sizeToTighten = max(2 * needed + 64, rows.count + rows.count / 2)
    }
  }

  /// Lowers the limit to the `needed`-th smallest upper bound, and forgets the points above it.
  mutating func tighten() {
    guard let needed, rows.count > needed else { return }
    var bounds = upper
    let bound = bounds.withUnsafeMutableBufferPointer { $0.select(needed - 1) }
    // 10⁻³⁷ stands for products that underflow.
    limit = min(limit, (bound + slack + abs(bound) * 0x1p-22 + 1e-37).nextUp)
    var kept = 0
    for place in rows.indices where lower[place] <= limit {
      (rows[kept], lower[kept], upper[kept]) = (rows[place], lower[place], upper[place])
      kept += 1
    }
    rows.removeLast(rows.count - kept)
    lower.removeLast(lower.count - kept)
    upper.removeLast(upper.count - kept)
  }

  /// Lowers the limit as far as the points allow, and forgets them.
  mutating func keepLimitAlone() {
    tighten()
    (rows, lower, upper) = ([], [], [])
    sizeToTighten = 2 * (needed ?? 0) + 64
  }
}
