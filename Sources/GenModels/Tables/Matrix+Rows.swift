extension Matrix {
  /// A matrix of those rows.
  package func rows(_ numbers: some Collection<Int32>) -> Matrix {
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

  /// The mean of each column.
  package func columnMeans() -> [Double] {
    var means = [Double](repeating: 0, count: columns)
    withUnsafeElements { x in
      for i in 0..<rows {
        for k in 0..<columns { means[k] += x[i * columns + k] }
      }
    }
    return means.map { $0 / Double(rows) }
  }
}
