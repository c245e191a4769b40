import GenModels

/// A histogram of equal bins between the smallest and the largest of some numbers.
struct Histogram: Sendable {
  /// The bins' borders, ascending: one more than there are bins.
  let edges: [Double]
  /// Numbers in each bin; a bin holds its lower border, the last one its upper border too.
  let counts: [Double]

  var bins: Int { counts.count }
  /// Number of numbers.
  var total: Double { counts.reduce(0, +) }

  /// The histogram of ascending numbers, at least one. Equal numbers, and numbers too close for so many bins
  /// between them, get bins of total width 1 around them (numpy's way), or 2⁻²⁹ of their magnitude where that
  /// is more.
  init(sorted: [Double], bins: Int) {
    self.init(sorted: sorted, edges: Self.edges(sorted[0]...sorted[sorted.count - 1], bins: bins))
  }

  /// The histogram of ascending numbers within given borders.
  init(sorted: [Double], edges: [Double]) {
    let bins = edges.count - 1
    var counts = [Double](repeating: 0, count: bins)
    var begin = 0
    for bin in 0..<bins {
      let end = bin == bins - 1 ? sorted.count : sorted.partitionPoint { $0 >= edges[bin + 1] }
      counts[bin] = Double(max(0, end - begin))
      begin = max(begin, end)
    }
    self.init(edges: edges, counts: counts)
  }

  /// The borders of equal bins over a range; see `init(sorted:bins:)`.
  static func edges(_ range: ClosedRange<Double>, bins: Int) -> [Double] {
    let (first, last) = (range.lowerBound, range.upperBound)
    let edges = edges(first, last, bins)
    if zip(edges, edges.dropFirst()).allSatisfy({ $1 - $0 >= Double.leastNormalMagnitude }) { return edges }
    let half = max(0.5, max(abs(first), abs(last)) * 0x1p-30)
    return Self.edges(first - half, last + half, bins)
  }

  private static func edges(_ low: Double, _ high: Double, _ bins: Int) -> [Double] {
    let step = (high - low) / Double(bins)
    return (0...bins).map { $0 == bins ? high : low + Double($0) * step }
  }

  init(edges: [Double], counts: [Double]) {
    self.edges = edges
    self.counts = counts
  }

  /// Checks borders that come from a file: without these, the number of a value's bin is none.
  static func check(edges: [Double]) throws(ModelFileError) {
    guard edges.count >= 2 else {
      throw .malformed(reason: "a histogram has no bin")
    }
    guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw .malformed(
        reason:
          "the borders of a histogram's bins don't ascend: two are equal, or one is below the one before")
    }
    guard (edges[edges.count - 1] - edges[0]).isFinite else {
      throw .malformed(
        reason: "a histogram reaches from \(edges[0]) to \(edges[edges.count - 1]), which is too far")
    }
  }

  /// The number of bins, 1 to √n, that maximises Σ N ln(D N / n) − (D − 1 + (ln D)^2.5), with N the counts of
  /// D bins: the penalised likelihood of L. Birgé and Y. Rozenholc (2006).
  static func automaticBins(sorted: [Double]) -> Int {
    let n = Double(sorted.count)
    var best = (value: -Double.infinity, bins: 1)
    for bins in 1...max(1, Int(n.squareRoot())) {
      let d = Double(bins)
      var value = -(d - 1 + power(logarithm(d), 2.5))
      for count in Histogram(sorted: sorted, bins: bins).counts where count > 0 {
        value += count * logarithm(d * count / n)
      }
      if value > best.value { best = (value, bins) }
    }
    return best.bins
  }
}

/// How many bins a histogram has.
public enum BinCount: Sendable, Hashable, Codable {
  case fixed(Int)
  /// By the data, for each histogram: 1 to √n, by the penalised likelihood of L. Birgé and Y. Rozenholc
  /// (2006).
  case automatic

  func callAsFunction(sorted: [Double]) -> Int {
    switch self {
    case .fixed(let bins): bins
    case .automatic: Histogram.automaticBins(sorted: sorted)
    }
  }

  func check() throws(TableError) {
    if case .fixed(let bins) = self, bins < 1 || bins > 1 << 20 {
      throw .invalidSetting(name: "bins", value: "\(bins)", expected: "between 1 and 1048576")
    }
  }
}
