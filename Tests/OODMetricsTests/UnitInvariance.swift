import GenModels

/// The changes of a table's units that change no score.
enum UnitInvariance: Sendable {
  /// None: distances, densities per unit, random directions.
  case none
  /// One factor for all columns, and any shift.
  case together
  /// A positive factor for each column, and any shift.
  case columns
  /// As `columns`, but all scores change by one number: minus the logarithm of a density per unit.
  case density
  /// Any invertible linear map, and any shift.
  case affine

  /// Changes of tables of five columns: what becomes of a row.
  var changes: [(name: String, change: @Sendable ([Double]) -> [Double])] {
    switch self {
    case .none: []
    case .together:
      Self.factors.map { factor in ("all by \(factor)", Self.columns(Array(repeating: factor, count: 5))) }
    case .columns, .density: Self.columnChanges
    case .affine:
      Self.columnChanges + [
        ("mixed", { @Sendable row in Self.mixed(row) }),
        ("mixed, then by columns", { @Sendable row in Self.columns(Self.units[0])(Self.mixed(row)) }),
      ]
    }
  }

  private static let factors = [1e-60, 3e-7, 1e5, 1e60]
  private static let units = [
    [1e7, 1e-7, 3, 1e4, 1e-3], [1e-9, 2e9, 1e-5, 70, 1e12], [1e60, 1e-60, 1, 1e-30, 1e30],
  ]

  private static let columnChanges: [(name: String, change: @Sendable ([Double]) -> [Double])] =
    units.map { factors in ("columns by \(factors)", columns(factors)) }

  /// Each column by its factor, about a place a thousand units off.
  private static func columns(_ factors: [Double]) -> @Sendable ([Double]) -> [Double] {
    { @Sendable row in row.indices.map { factors[$0] * (row[$0] + 1000 * Double($0 - 2)) } }
  }

  /// A sum of columns in each place; the fourth column of the tables has 40 times the others' unit.
  private static func mixed(_ x: [Double]) -> [Double] {
    [x[0] + x[1], x[1] - 0.5 * x[2], x[2] + x[3], x[3] - 3 * x[0], x[4] + 0.1 * x[1]]
  }
}
