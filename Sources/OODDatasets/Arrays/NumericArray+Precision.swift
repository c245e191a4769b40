import GenModels

extension NumericArray {
  /// The part of a column's deviation that rounding to 32 bits may change its values by (root mean square).
  private static let tolerableLoss = 0.01

  /// Checks that the columns of a table keep their spread as 32-bit floats: Unix seconds of one hour, which such floats
  /// have in steps of two minutes, don't.
  ///
  /// Throws `DataError` naming `source` and the first column that loses more than a hundredth of its deviation, and what
  /// to do: subtract the column's offset. Arrays that are no tables, or of types that 32-bit floats hold, pass.
  func requireSpread(of tensor: Tensor, source: String, columnNames: [String]? = nil) throws {
    switch elementType {
    case .float64, .int64, .uint64, .int32, .uint32: break
    case .bool, .int8, .uint8, .int16, .uint16, .float16, .float32: return
    }
    guard shape.count == 2, shape[0] >= 2, shape[1] >= 1 else { return }
    let (rows, columns) = (shape[0], shape[1])
    let values = doubles()
    var means = [Double](repeating: 0, count: columns)
    var losses = means
    var squares = means
    tensor.withUnsafeElements { rounded in
      for i in 0..<rows {
        for j in 0..<columns {
          let value = values[i * columns + j]
          let loss = Double(rounded[i * columns + j]) - value
          means[j] += (value - values[j]) / Double(rows)
          losses[j] += loss * loss
        }
      }
    }
    for i in 0..<rows {
      for j in 0..<columns {
        let distance = values[i * columns + j] - values[j] - means[j]
        squares[j] += distance * distance
      }
    }
    let limit = Self.tolerableLoss * Self.tolerableLoss
    for column in losses.indices where losses[column] > limit * squares[column] {
      let entries = (0..<rows).map { values[$0 * columns + column] }
      // Of a constant column nothing is lost but the last digits.
      guard let low = entries.min(), let high = entries.max(), low < high else { continue }
      let name = columnNames.map { "'\($0[column])'" } ?? "\(column) (counted from 0)"
      throw DataError(
        .unsupported, in: source,
        expected: "columns whose spread 32-bit floats hold: subtract \(low) from column \(name) first",
        found: "entries from \(low) to \(high), which such floats have in steps of \(Float(high).ulp)")
    }
  }
}
