/// What gaps of a table's features are filled with: a value for each feature, or what the nearest training rows have.
struct GapFilling: Sendable, Hashable {
  /// For each feature; also where no training row can stand in.
  let values: [Double]
  let nearest: NearestRows?

  /// Nil where gaps are left.
  init?(
    fitting features: Matrix, _ encoding: ColumnEncoding, _ settings: TablePreparation.Settings
  ) throws(TableError) {
    guard settings.imputation != .none, settings.imputation != .keep else { return nil }
    var values: [Double] = []
    for (column, range) in encoding.featureRanges.enumerated() {
      for feature in range {
        var present = features.column(feature).filter { !$0.isNaN }
        guard !present.isEmpty else { throw .emptyColumn(column: column) }
        present.sort()
        values.append(
          settings.imputation == .mostFrequent
            ? ColumnRange.mostFrequent(sorted: present) : Quantiles.median(sorted: present))
      }
    }
    self.values = values
    nearest =
      settings.imputation == .nearest
      ? try NearestRows(fitting: features, count: settings.neighbours ?? NearestRows.usualCount) : nil
  }

  /// Fills a row's gaps in their places. Takes no memory, but for many neighbours.
  func fill(_ row: UnsafeMutablePointer<Double>) {
    nearest?.fill(row)
    for feature in values.indices where row[feature].isNaN { row[feature] = values[feature] }
  }
}

extension GapFilling {
  func encode(to archive: inout ModelArchive) {
    archive["medians"] = .float64(values, shape: [values.count])
    nearest?.encode(to: &archive)
  }

  init?(from archive: ModelArchive, width: Int, _ settings: TablePreparation.Settings) throws {
    guard archive["medians"] != nil || settings.imputation != .none && settings.imputation != .keep else {
      return nil
    }
    values = try archive.finiteDoubles("medians", shape: [width])
    nearest =
      settings.imputation == .nearest
      ? try NearestRows(from: archive, width: width, count: settings.neighbours ?? NearestRows.usualCount)
      : nil
  }
}
