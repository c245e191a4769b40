/// Fills gaps with the mean over the nearest training rows (O. Troyanskaya and others, 2001).
///
/// The distance of two rows is the root of the mean of ((x − y) / s)² over the features that both have, s a feature's standard
/// deviation in training, so that units don't matter. For each gap the `count` nearest rows that have the feature are taken, of equally
/// near ones the first. A gap that no row can fill is left. Of more than 10,000 training rows every second, third … is kept.
///
/// Filling a row takes time rows · features for each of its gaps.
struct NearestRows: Sendable, Hashable {
  static let usualCount = 5
  private static let mostRows = 10_000

  /// Rows for a mean.
  let count: Int
  /// Features of training rows, NaN for gaps.
  let rows: Matrix
  /// 1 / s of each feature.
  let inverseScales: [Double]

  /// - Throws: `TableError.invalidSetting` for a number of neighbours that is not between 1 and 10,000.
  init(fitting features: Matrix, count: Int) throws(TableError) {
    guard (1...Self.mostRows).contains(count) else {
      throw .invalidSetting(
        name: "neighbours to fill gaps by", value: "\(count)", expected: "between 1 and \(Self.mostRows)")
    }
    self.count = count
    let step = (features.rows + Self.mostRows - 1) / Self.mostRows
    rows = features.rows(stride(from: Int32(0), to: Int32(features.rows), by: max(1, step)).map { $0 })
    inverseScales = (0..<features.columns).map { feature in
      let present = features.column(feature).filter(\.isFinite)
      guard !present.isEmpty else { return 1 }
      let scale = ColumnMoments(Matrix(rows: present.count, columns: 1, elements: present)).scales[0]
      return min(1 / scale, .greatestFiniteMagnitude)
    }
  }

  /// Fills a row's gaps in their places, as far as rows can stand in.
  func fill(_ row: UnsafeMutablePointer<Double>) {
    let width = rows.columns
    guard (0..<width).contains(where: { row[$0].isNaN }) else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width + 2 * count) { room in
      // Means are written at the end: what fills one gap is no neighbour's entry for the next.
      let (means, distances, entries) = (
        room.baseAddress!, room.baseAddress! + width, room.baseAddress! + width + count
      )
      for feature in 0..<width {
        means[feature] = row[feature].isNaN ? mean(of: feature, near: row, distances, entries) : row[feature]
      }
      for feature in 0..<width { row[feature] = means[feature] }
    }
  }

  /// The mean entry over the nearest rows that have the feature; NaN where there are none.
  private func mean(
    of feature: Int, near row: UnsafePointer<Double>, _ distances: UnsafeMutablePointer<Double>,
    _ entries: UnsafeMutablePointer<Double>
  ) -> Double {
    let width = rows.columns
    var found = 0
    rows.withUnsafeElements { all in
      for candidate in 0..<rows.rows {
        let other = all.baseAddress! + candidate * width
        guard !other[feature].isNaN else { continue }
        let distance = distance(row, other)
        guard !distance.isNaN, found < count || distance < distances[found - 1] else { continue }
        // Insertion into the ascending list, behind equals.
        var place = found < count ? found : count - 1
        while place > 0 && distances[place - 1] > distance {
          (distances[place], entries[place]) = (distances[place - 1], entries[place - 1])
          place -= 1
        }
        (distances[place], entries[place]) = (distance, other[feature])
        found = min(found + 1, count)
      }
    }
    var mean = 0.0
    for place in 0..<found { mean += entries[place] / Double(found) }
    return found == 0 ? .nan : mean
  }

  /// The mean squared difference over the features that both rows have; NaN where there are none.
  @inline(__always)
  private func distance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double {
    var (sum, shared) = (0.0, 0.0)
    inverseScales.withUnsafeBufferPointer { scales in
      for feature in 0..<scales.count {
        let difference = (a[feature] - b[feature]) * scales[feature]
        guard !difference.isNaN else { continue }
        sum += difference * difference
        shared += 1
      }
    }
    return sum / shared
  }
}

extension NearestRows {
  func encode(to archive: inout ModelArchive) {
    archive["nearest_rows"] = .float64(rows.elements, shape: [rows.rows, rows.columns])
    archive["nearest_inverse_scales"] = .float64(inverseScales, shape: [inverseScales.count])
  }

  init(from archive: ModelArchive, width: Int, count: Int) throws {
    let shape = try archive.shape("nearest_rows", rank: 2)
    let elements = try archive.doubles("nearest_rows")
    guard shape[1] == width, (1...Self.mostRows).contains(count),
      !elements.contains(where: \.isInfinite)
    else {
      throw ModelFileError.malformed(
        reason: "the rows that fill gaps are \(shape), by \(count) neighbours, for \(width) features")
    }
    self.count = count
    rows = Matrix(rows: shape[0], columns: width, elements: elements)
    inverseScales = try archive.positiveDoubles("nearest_inverse_scales", shape: [width])
  }
}
