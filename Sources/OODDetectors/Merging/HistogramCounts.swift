import GenModels

/// How many of some rows lie in each bin of histograms whose borders are known. Counts add up exactly.
public struct HistogramCounts: RowSummary {
  public private(set) var rowCount: Int
  public let featureCount: Int
  /// By histogram.
  private(set) var counts: [[Double]]

  init(rowCount: Int, featureCount: Int, counts: [[Double]]) {
    self.rowCount = rowCount
    self.featureCount = featureCount
    self.counts = counts
  }

  public mutating func add(_ other: Self) {
    rowCount += other.rowCount
    for (k, others) in other.counts.enumerated() {
      for (bin, count) in others.enumerated() { counts[k][bin] += count }
    }
  }

  public func encode(to archive: inout ModelArchive) throws {
    let bins = counts.first?.count ?? 0
    archive["counts"] = .float64(counts.flatMap { $0 }, shape: [counts.count, bins])
    archive["size"] = .float64([Double(rowCount), Double(featureCount)], shape: [2])
  }

  public init(from archive: ModelArchive) throws {
    let shape = try archive.shape("counts", rank: 2)
    let all = try archive.finiteDoubles("counts", shape: shape)
    (rowCount, featureCount) = try archive.summarySize()
    counts = all.split(counts: Array(repeating: shape[1], count: shape[0]))
    let rows = Double(rowCount)
    guard shape[0] >= 1, shape[1] >= 1,
      counts.allSatisfy({ $0.reduce(0, +) == rows && $0.allSatisfy { $0 >= 0 && $0 == $0.rounded() } })
    else { throw ModelFileError.malformed(reason: "the counts of a histogram don't add up to its rows") }
  }

  /// Throws unless there are so many histograms of so many bins.
  func require(histograms: Int, bins: Int) throws(ModelFileError) {
    guard counts.count == histograms, counts.allSatisfy({ $0.count == bins }) else {
      throw .malformed(reason: "the number of histograms or bins is not what the settings say")
    }
  }
}

extension ModelArchive {
  /// The numbers of rows and columns that a summary is of, from its array `size`.
  func summarySize() throws -> (rows: Int, columns: Int) {
    let size = try finiteDoubles("size", shape: [2])
    guard size.allSatisfy({ $0 >= 1 && $0 <= 0x1p53 && $0 == $0.rounded() }) else {
      throw ModelFileError.malformed(reason: "a summary is of \(size[0]) rows and \(size[1]) columns")
    }
    return (Int(size[0]), Int(size[1]))
  }
}

extension [ClosedRange<Double>] {
  /// Throws unless there is a range for each of so many histograms, none too wide.
  func check(histograms: Int) throws(TableError) {
    guard count == histograms else {
      throw .invalidSetting(
        name: "ranges", value: "\(count) of them", expected: "one for each of \(histograms) histograms")
    }
    for (k, range) in enumerated() where !(range.upperBound - range.lowerBound).isFinite {
      throw .rangeTooWide(column: k, low: range.lowerBound, high: range.upperBound)
    }
  }

  /// Throws when one of a histogram's ascending values lies outside its range.
  func requireInside(_ sorted: [Double], histogram k: Int) throws(TableError) {
    for value in [sorted[0], sorted[sorted.count - 1]] where !self[k].contains(value) {
      throw .invalidSetting(
        name: "ranges", value: "\(self[k]) of histogram \(k)",
        expected:
          "wide enough for all rows, one of which has \(value) there; make the first pass over all parts"
      )
    }
  }
}
