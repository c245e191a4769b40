import OODDatasets

/// What every reader of tables promises, whatever it was given.
func requireWholeTable(_ table: CSVTable, read format: CSVFormat) {
  precondition(table.values.count == table.rowCount * table.columnCount, "A table has whole rows.")
  // Times and categories have no number to fill in.
  let hasRoles = format.columns != CSVColumnRoles()
  precondition(
    table.values.allSatisfy { $0.isFinite || (hasRoles && $0.isNaN) }, "A table's numbers are finite.")
  precondition(table.labels == nil || table.labels!.count == table.rowCount, "Every row has a label.")
}
