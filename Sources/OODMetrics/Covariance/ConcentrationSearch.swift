import CKernels
import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mean, and the inverse Cholesky factor of a covariance.
struct Concentration: Sendable {
  let mean: [Double]
  /// L⁻¹ with Σ = L·Lᵀ, [d, d].
  let factor: [Double]
  let logDeterminant: Double

  /// Nil when the covariance is singular.
  init?(_ moments: Moments) {
    self.init(mean: moments.mean, covariance: moments.covariance.elements)
  }

  init?(mean: [Double], covariance: [Double]) {
    let d = mean.count
    var (lower, inverse) = (covariance, [Double](repeating: 0, count: d * d))
    let kernels = ood_active_kernels().pointee.gaussian
    // A pivot that has lost all its digits is a singular covariance's.
    let variances = (0..<d).map { covariance[$0 * d + $0] }
    let rows = lower.withUnsafeMutableBufferPointer { kernels.cholesky($0.baseAddress!, d) }
    guard rows == d else { return nil }
    for k in 0..<d where lower[k * d + k] * lower[k * d + k] <= 1e-14 * variances[k] { return nil }
    lower.withUnsafeBufferPointer { l in
      inverse.withUnsafeMutableBufferPointer { kernels.invert_lower(l.baseAddress!, d, $0.baseAddress!) }
    }
    self.mean = mean
    factor = inverse
    logDeterminant = 2 * (0..<d).reduce(0) { $0 + log(lower[$1 * d + $1]) }
  }

  func distances(_ x: Matrix) -> [Double] {
    squaredNorms(x, mean: mean, factor: factor, rank: mean.count, shape: ood_gaussian_lower)
  }
}

/// FastMCD's search for the h rows of least covariance determinant (Rousseeuw and Van Driessen, 1999, section
/// 4).
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
  private static let keptStarts = 10
  private static let mostSteps = 100

  init(_ x: Matrix, h: Int, regularization: Double, random: RandomGenerator) {
    self.x = x
    self.h = h
    self.regularization = regularization
    self.random = random
  }

  static func exactFit(h: Int, n: Int) -> TableError {
    .singularCovariance(
      advice:
        "\(h) of the \(n) rows lie in fewer dimensions than all do (a column that is nearly always the same "
        + "does this), so the least determinant is 0; remove such columns, raise the support fraction, "
        + "give a regularization, or use the empirical or the shrunk covariance")
  }

  /// The chosen rows.
  /// - Throws: `TableError.singularCovariance` when h rows have a singular covariance.
  func run() throws -> [Int32] {
    var random = random
    let order = random.permutation(x.rows).elements.map(Int32.init)
    let merged: [Concentration]
    if x.rows < 2 * Self.subsetRows {
      merged = try best(Self.keptStarts, of: regular(startsOn(x, h: h, starts: Self.starts, random: random)))
    } else {
      let subsets = min(Self.largestSubsetCount, x.rows / Self.subsetRows)
      let starts = (Self.starts + subsets - 1) / subsets
      let size = min(x.rows / subsets, 2 * Self.subsetRows)
      var candidates: [Concentration] = []
      for s in 0..<subsets {
        let rows = x.rows(order[s * size..<(s + 1) * size])
        candidates += try best(
          Self.keptOfSubset,
          of: startsOn(rows, h: share(of: size), starts: starts, random: random.split(UInt64(s))))
      }
      let pool = order.prefix(max(Self.mergedRows, subsets * size / 2))
      let rows = x.rows(pool)
      let (poolShare, improvable) = (share(of: rows.rows), candidates)
      merged = try best(
        Self.keptStarts,
        of: regular(
          parallelMap(improvable.count) {
            improve(improvable[$0], rows, h: poolShare, steps: Self.mostSteps)
          }))
    }
    var result: (Concentration, [Int32])?
    for start in merged {
      guard let found = concentrate(start, x, h: h, steps: Self.mostSteps) else { throw exactFit }
      if result == nil || found.0.logDeterminant < result!.0.logDeterminant { result = found }
    }
    return result!.1
  }

  private var exactFit: TableError { Self.exactFit(h: h, n: x.rows) }

  /// Rows of a subset of that size that take the part of h in it: at least enough for a covariance.
  private func share(of size: Int) -> Int {
    min(size, max(x.columns + 1, Int((Double(size) * Double(h) / Double(x.rows)).rounded(.up))))
  }

  /// Throws when a start has met h rows with a singular covariance: their determinant is 0, which is the least.
  private func regular(_ found: [Concentration?]) throws -> [Concentration?] {
    guard found.allSatisfy({ $0 != nil }) else { throw exactFit }
    return found
  }

  /// The `count` of least determinant; equal ones once.
  private func best(_ count: Int, of found: [Concentration?]) throws -> [Concentration] {
    let sorted = found.compactMap { $0 }.sorted { $0.logDeterminant < $1.logDeterminant }
    // A start that ends in a singular covariance says that part h/n of its subset lies in a plane; in a small
    // subset that may be chance.
    guard !sorted.isEmpty else { throw exactFit }
    var kept: [Concentration] = []
    for candidate in sorted where kept.count < count {
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
        if let start = estimate(rows, order.prefix(size)) { return improve(start, rows, h: h, steps: 2) }
        if size >= h { return nil }
        size = min(h, size + max(1, rows.columns / 4))
      }
    }
  }

  private func improve(_ start: Concentration, _ rows: Matrix, h: Int, steps: Int) -> Concentration? {
    concentrate(start, rows, h: h, steps: steps)?.0
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
    let cut = copy.withUnsafeMutableBufferPointer { select(h - 1, $0) }
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

  /// The value that sorting would put at `rank` (Hoare's selection).
  private static func select(_ rank: Int, _ values: UnsafeMutableBufferPointer<Double>) -> Double {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[(low + high) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
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
    return values[rank]
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

/// The results of `body` for 0..<count, in order, computed on several threads.
func parallelMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  let results = UnsafeMutablePointer<Result?>.allocate(capacity: max(1, count))
  results.initialize(repeating: nil, count: count)
  defer {
    results.deinitialize(count: count)
    results.deallocate()
  }
  nonisolated(unsafe) let places = results
  parallelFor(count, grain: 1) { range in
    for i in range { places[i] = body(i) }
  }
  return (0..<count).map { results[$0]! }
}

extension Matrix {
  /// A matrix of those rows.
  func rows(_ numbers: some Collection<Int32>) -> Matrix {
    Matrix(rows: numbers.count, columns: columns) { destination in
      withUnsafeElements { elements in
        var place = 0
        for number in numbers {
          for k in 0..<columns { destination[place + k] = elements[Int(number) * columns + k] }
          place += columns
        }
      }
    }
  }
}
