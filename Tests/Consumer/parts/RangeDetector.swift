import GenModels

/// How far a row lies outside of the training table's ranges: the largest of |x − middle| / half range over the columns.
struct RangeDetector: TableScorer, ExplainableScorer {
  static let kind = "importer.range"

  let middles: [Double]
  let halves: [Double]

  init(fitting x: Matrix) {
    let ranges = (0..<x.columns).map { (x.column($0).min() ?? 0)...(x.column($0).max() ?? 0) }
    middles = ranges.map { ($0.lowerBound + $0.upperBound) / 2 }
    halves = ranges.map { max(1e-9, ($0.upperBound - $0.lowerBound) / 2) }
  }

  var featureCount: Int { middles.count }
  let contributionRule = ContributionRule.maximum

  func score(checked x: Matrix) -> [Double] {
    let contributions = contributions(checked: x)
    return (0..<x.rows).map { contributions.row($0).max() ?? 0 }
  }

  func contributions(checked x: Matrix) -> Matrix {
    Matrix((0..<x.rows).map { i in (0..<x.columns).map { j in abs(x[i, j] - middles[j]) / halves[j] } })
  }

  func encode(to archive: inout ModelArchive) {
    archive["middles"] = .float64(middles, shape: [middles.count])
    archive["halves"] = .float64(halves, shape: [halves.count])
  }

  init(from archive: ModelArchive) throws {
    middles = try archive.finiteDoubles("middles")
    halves = try archive.positiveDoubles("halves", shape: [middles.count])
  }
}
