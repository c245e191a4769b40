extension Matrix {
  /// One number for each row, computed on all threads: `body` gets some rows, one after another, and room for
  /// their numbers. What it computes for a row must not depend on the others.
  package func rowScores(
    grain: Int = 256,
    _ body:
      @Sendable (
        _ rows: UnsafePointer<Double>, _ count: Int, _ scores: UnsafeMutablePointer<Double>
      ) -> Void
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: rows) { buffer, count in
      count = rows
      guard rows > 0, let base = buffer.baseAddress else { return }
      withUnsafeElements { elements in
        nonisolated(unsafe) let (x, scores) = (elements.baseAddress!, base)
        parallelFor(rows, grain: grain) { range in
          body(x + range.lowerBound * columns, range.count, scores + range.lowerBound)
        }
      }
    }
  }

  /// A matrix of as many rows, `width` numbers for each, computed as `rowScores` does. The room begins
  /// undefined.
  package func mapRows(
    width: Int, grain: Int = 256,
    _ body:
      @Sendable (
        _ rows: UnsafePointer<Double>, _ count: Int, _ result: UnsafeMutablePointer<Double>
      ) -> Void
  ) -> Matrix {
    Matrix(rows: rows, columns: width) { buffer in
      guard rows > 0, width > 0, let base = buffer.baseAddress else { return }
      withUnsafeElements { elements in
        nonisolated(unsafe) let (x, result) = (elements.baseAddress!, base)
        parallelFor(rows, grain: grain) { range in
          body(x + range.lowerBound * columns, range.count, result + range.lowerBound * width)
        }
      }
    }
  }
}
