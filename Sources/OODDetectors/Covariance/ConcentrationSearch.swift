import CKernels
import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The search for the h rows of least covariance determinant: FastMCD (Rousseeuw and Van Driessen, 1999,
/// section 4), with more starts carried to the end where rows are few, and exchanges of single rows after it.
struct ConcentrationSearch: Sendable {
  private let x: Matrix
  private let h: Int
  /// ρ: every covariance Σ counts as ρ I + (1 − ρ) Σ.
  private let regularization: Double
  private let random: RandomGenerator

  private static let starts = 500
  private static let subsetRows = 300
  private static let largestSubsetCount = 10
  private static let mergedRows = 1500
  private static let keptOfSubset = 25
  /// Starts that are carried to the end on all rows, at least.
  private static let keptStarts = 10
  /// What may be spent on more of them, in n·d²: a few concentration steps each.
  private static let startBudget = 100_000_000
  /// What may be spent on exchanges of rows, in n·d², and for how many of the ends.
  private static let exchangeBudget = 100_000_000
  private static let exchangedEnds = 20
  private static let mostSteps = 100

  init(_ x: Matrix, h: Int, regularization: Double, random: RandomGenerator) {
    self.x = x
    self.h = h
    self.regularization = regularization
    self.random = random
  }

  /// The chosen rows and their estimate; nil when h rows have a singular covariance.
  func run() -> (Concentration, [Int32])? {
    var random = random
    let order = random.permutation(x.rows).elements.map(Int32.init)
    let starts: [Concentration]
    if x.rows < 2 * Self.subsetRows {
      guard let all = allRegular(startsOn(x, h: h, starts: Self.starts, random: random)) else { return nil }
      starts = best(keptStarts, of: all)
    } else {
      let subsets = min(Self.largestSubsetCount, x.rows / Self.subsetRows)
      let startsEach = (Self.starts + subsets - 1) / subsets
      let size = min(x.rows / subsets, 2 * Self.subsetRows)
      var candidates: [Concentration] = []
      for s in 0..<subsets {
        let rows = x.rows(order[s * size..<(s + 1) * size])
        let found = startsOn(
          rows, h: share(of: size), starts: startsEach, random: random.split(UInt64(s)))
        // That h/n of a small subset lie in a plane may be chance: such starts are let go.
        let regular = best(max(Self.keptOfSubset, keptStarts / subsets), of: found.compactMap { $0 })
        if regular.isEmpty { return nil }
        candidates += regular
      }
      let rows = x.rows(order.prefix(max(Self.mergedRows, subsets * size / 2)))
      let (poolShare, improvable) = (share(of: rows.rows), candidates)
      let improved = parallelMap(improvable.count) {
        concentrate(improvable[$0], rows, h: poolShare, steps: Self.mostSteps)?.0
      }
      guard let all = allRegular(improved) else { return nil }
      starts = best(keptStarts, of: all)
    }
    var ends: [(Concentration, [Int32])] = []
    for start in starts {
      guard let end = concentrate(start, x, h: h, steps: Self.mostSteps) else { return nil }
      ends.append(end)
    }
    return exchanged(ends)
  }

  private var stepCost: Int { max(1, x.rows * x.columns * x.columns) }

  private var keptStarts: Int { min(Self.starts, max(Self.keptStarts, Self.startBudget / stepCost)) }

  /// The best of the ends, after exchanges of single rows, each followed by concentration steps, as long as
  /// they lower the determinant and the budget lasts.
  private func exchanged(_ ends: [(Concentration, [Int32])]) -> (Concentration, [Int32])? {
    var sorted = ends.sorted { $0.0.logDeterminant < $1.0.logDeterminant }
    guard regularization == 0 else { return sorted[0] }
    var left = Self.exchangeBudget / stepCost
    var last = Double.nan
    for place in sorted.indices.prefix(Self.exchangedEnds) {
      if sorted[place].0.logDeterminant == last { continue }
      last = sorted[place].0.logDeterminant
      while left > 0 {
        left -= 1
        let (estimate, rows) = sorted[place]
        guard let changed = RowExchange(x, estimate, rows).best else { break }
        guard let start = self.estimate(x, changed[...]) else { return nil }
        guard let next = concentrate(start, x, h: h, steps: Self.mostSteps) else { return nil }
        // The concentration steps may find nothing below the exchange's own determinant.
        let better = next.0.logDeterminant < start.logDeterminant ? next : (start, changed)
        guard better.0.logDeterminant < estimate.logDeterminant else { break }
        sorted[place] = better
      }
    }
    return sorted.min { $0.0.logDeterminant < $1.0.logDeterminant }
  }

  /// Rows of a subset of that size that take the part of h in it: at least enough for a covariance.
  private func share(of size: Int) -> Int {
    min(size, max(x.columns + 1, Int((Double(size) * Double(h) / Double(x.rows)).rounded(.up))))
  }

  /// Nil when one of them has met h rows with a singular covariance: their determinant is 0, which is the
  /// least.
  private func allRegular(_ found: [Concentration?]) -> [Concentration]? {
    let regular = found.compactMap { $0 }
    return regular.count == found.count ? regular : nil
  }

  /// The `count` of least determinant; equal ones once.
  private func best(_ count: Int, of found: [Concentration]) -> [Concentration] {
    var kept: [Concentration] = []
    for candidate in found.sorted(by: { $0.logDeterminant < $1.logDeterminant }) where kept.count < count {
      if let last = kept.last, last.logDeterminant == candidate.logDeterminant { continue }
      kept.append(candidate)
    }
    return kept
  }

  private func startsOn(_ rows: Matrix, h: Int, starts: Int, random: RandomGenerator) -> [Concentration?] {
    parallelMap(starts) { number in
      var random = random.split(UInt64(number) + 1 << 32)
      let order = random.permutation(rows.rows).elements.map(Int32.init)
      var size = number % 2 == 0 ? min(h, rows.columns + 1) : h
      // A singular start grows until it isn't.
      while true {
        if let start = estimate(rows, order.prefix(size)) {
          return concentrate(start, rows, h: h, steps: 2)?.0
        }
        if size >= h { return nil }
        size = min(h, size + max(1, rows.columns / 4))
      }
    }
  }

  /// Concentration steps until the determinant no longer falls, or that many; nil when a covariance is
  /// singular.
  private func concentrate(
    _ start: Concentration, _ rows: Matrix, h: Int, steps: Int
  ) -> (Concentration, [Int32])? {
    var current = start
    var (determinant, chosen) = (Double.infinity, [Int32]())
    for _ in 0..<steps {
      let nearest = Self.nearest(h, current.distances(rows))
      guard let next = estimate(rows, nearest[...]) else { return nil }
      if next.logDeterminant >= determinant { break }
      (current, determinant, chosen) = (next, next.logDeterminant, nearest)
    }
    return (current, chosen)
  }

  private func estimate(_ rows: Matrix, _ chosen: ArraySlice<Int32>) -> Concentration? {
    var weights = [Double](repeating: 0, count: rows.rows)
    for i in chosen { weights[Int(i)] = 1 }
    return Concentration(Moments(of: rows, weights: weights).regularized(regularization))
  }

  /// The rows of the h smallest distances; of equal ones, the first.
  private static func nearest(_ h: Int, _ distances: [Double]) -> [Int32] {
    var copy = distances
    let cut = copy.withUnsafeMutableBufferPointer { $0.select(h - 1) }
    var rows: [Int32] = []
    rows.reserveCapacity(h)
    var ties = distances.reduce(h) { $1 < cut ? $0 - 1 : $0 }
    for (i, d) in distances.enumerated() {
      if d < cut {
        rows.append(Int32(i))
      } else if d == cut, ties > 0 {
        rows.append(Int32(i))
        ties -= 1
      }
    }
    return rows
  }
}

extension Moments {
  /// With the covariance ρ I + (1 − ρ) Σ.
  func regularized(_ part: Double) -> Moments {
    if part == 0 { return self }
    var moments = self
    moments.covariance = moments.covariance * (1 - part)
    for k in mean.indices { moments.covariance[k, k] += part }
    return moments
  }
}
