/// How the columns of a prepared table are scaled: (t(x) − mean) / scale, where t is the identity, a power, or a normal quantile.
struct FeatureScaling: Sendable, Hashable {
  /// Subtracted from each column.
  let means: [Double]
  /// Each column is divided by these; positive.
  let scales: [Double]
  /// λ of each column's power; empty where there are none.
  let powers: [Double]
  /// For each column its training entries at equal steps of rank, ascending, one column after another; empty where there are none.
  let quantiles: [Double]
  /// The least share that `quantiles` gives a value, and 1 less the greatest: half of a training row.
  let leastShare: Double

  /// Numbers of `quantiles` for a column at most.
  static let mostQuantiles = 1000

  /// The scaling of a table of finite numbers.
  init(fitting x: Matrix, by scaling: TablePreparation.Scaling) {
    var (means, scales) = (
      [Double](repeating: 0, count: x.columns), [Double](repeating: 1, count: x.columns)
    )
    var (powers, quantiles): ([Double], [Double]) = ([], [])
    switch scaling {
    case .none: break
    case .standard:
      let moments = ColumnMoments(x)
      (means, scales) = (moments.means, moments.scales)
    case .robust: (means, scales) = Self.robust(x)
    case .power:
      let chosen = YeoJohnson.powers(mostNormal: x)
      powers = chosen
      let moments = ColumnMoments(
        x.mapRows(width: x.columns) { rows, count, result in
          for i in 0..<count * chosen.count {
            result[i] = YeoJohnson.transformed(rows[i], power: chosen[i % chosen.count])
          }
        })
      (means, scales) = (moments.means, moments.scales)
    case .quantile:
      let count = min(x.rows, Self.mostQuantiles)
      for column in 0..<x.columns {
        let sorted = x.column(column).sorted()
        for step in 0..<count {
          quantiles.append(
            Quantiles.interpolated(sorted: sorted, level: count == 1 ? 0 : Double(step) / Double(count - 1)))
        }
      }
    }
    self.init(
      means: means, scales: scales, powers: powers, quantiles: quantiles,
      leastShare: scaling == .quantile ? 0.5 / Double(max(1, x.rows)) : 0.5)
  }

  private init(
    means: [Double], scales: [Double], powers: [Double], quantiles: [Double], leastShare: Double
  ) {
    self.means = means
    self.scales = scales
    self.powers = powers
    self.quantiles = quantiles
    self.leastShare = leastShare
  }

  /// Scales a row in its place. Takes no memory.
  func scale(_ row: UnsafeMutablePointer<Double>) {
    for column in means.indices {
      var value = row[column]
      if !powers.isEmpty { value = YeoJohnson.transformed(value, power: powers[column]) }
      if !quantiles.isEmpty { value = normalQuantile(value, column: column) }
      row[column] = standardized(value, means[column], scales[column])
    }
  }

  /// Φ⁻¹ of the share of the column's training entries below a value: between two steps by linear interpolation, the middle of the
  /// shares where several steps are equal to it (as scikit-learn's `QuantileTransformer`, but for the ends, which lie half a training row
  /// inside).
  private func normalQuantile(_ value: Double, column: Int) -> Double {
    let count = quantiles.count / means.count
    let share = quantiles.withUnsafeBufferPointer { all in
      let steps = UnsafeBufferPointer(rebasing: all[column * count..<(column + 1) * count])
      guard count > 1 else { return value == steps[0] ? 0.5 : value < steps[0] ? 0 : 1 }
      let (below, upTo) = (steps.partitionPoint { $0 >= value }, steps.partitionPoint { $0 > value })
      let place: Double
      if upTo > below {
        place = Double(below + upTo - 1) / 2
      } else if below == 0 || below == count {
        place = below == 0 ? 0 : Double(count - 1)
      } else {
        let (low, high) = (steps[below - 1], steps[below])
        // Halves, so that the distance is finite.
        place = Double(below - 1) + (value / 2 - low / 2) / (high / 2 - low / 2)
      }
      return place / Double(count - 1)
    }
    return NormalDistribution.quantile(min(max(share, leastShare), 1 - leastShare))
  }

  private static func robust(_ x: Matrix) -> (means: [Double], scales: [Double]) {
    let moments = ColumnMoments(x)
    var (medians, scales) = (moments.means, moments.scales)
    for j in 0..<x.columns {
      let sorted = x.column(j).sorted()
      medians[j] = Quantiles.median(sorted: sorted)
      let spread =
        Quantiles.interpolated(sorted: sorted, level: 0.75)
        - Quantiles.interpolated(sorted: sorted, level: 0.25)
      if spread > 0 && spread.isFinite { scales[j] = spread }
    }
    return (medians, scales)
  }
}

extension FeatureScaling {
  func encode(to archive: inout ModelArchive) {
    archive["means"] = .float64(means, shape: [means.count])
    archive["scales"] = .float64(scales, shape: [scales.count])
    if !powers.isEmpty { archive["powers"] = .float64(powers, shape: [powers.count]) }
    if !quantiles.isEmpty {
      archive["quantiles"] = .float64(quantiles, shape: [means.count, quantiles.count / means.count])
      archive["least_share"] = .float64([leastShare], shape: [1])
    }
  }

  init(from archive: ModelArchive, count: Int, by scaling: TablePreparation.Scaling) throws {
    var (quantiles, leastShare): ([Double], Double) = ([], 0.5)
    if scaling == .quantile {
      let steps = try archive.finiteMatrix("quantiles")
      leastShare = try archive.positiveDoubles("least_share", shape: [1])[0]
      guard steps.rows == count, steps.columns >= 1, leastShare <= 0.5,
        (0..<count).allSatisfy({ row in
          let row = steps.row(row)
          return zip(row, row.dropFirst()).allSatisfy { $0 <= $1 }
        })
      else { throw ModelFileError.malformed(reason: "the quantiles of \(count) columns are not ascending") }
      quantiles = steps.elements
    }
    self.init(
      means: try archive.finiteDoubles("means", shape: [count]),
      scales: try archive.positiveDoubles("scales", shape: [count]),
      powers: scaling == .power ? try archive.finiteDoubles("powers", shape: [count]) : [],
      quantiles: quantiles, leastShare: leastShare)
  }
}

extension UnsafeBufferPointer<Double> {
  /// The first position of ascending numbers at which `isBeyond` holds, or their count.
  fileprivate func partitionPoint(_ isBeyond: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// (x − mean) / scale, at most the greatest finite number in magnitude.
@inline(__always)
package func standardized(_ x: Double, _ mean: Double, _ scale: Double) -> Double {
  let result = (x - mean) / scale
  if result.isFinite { return result }
  // The difference may be beyond the finite numbers where the quotient isn't.
  return ((x / 2 - mean / 2) / scale * 2).saturated
}
