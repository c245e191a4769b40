/// The degrees that masks of autoregressive networks come from (M. Germain, K. Gregor, I. Murray and H. Larochelle, 2015, section 4): a
/// unit of degree m sees the first m features of the order, through units whose degrees do not exceed its own; the output of feature
/// d, counted from 1, sees units of degrees below d.
enum AutoregressiveDegrees {
  /// Hidden units' degrees 1 ... D − 1 in turn.
  static func cyclic(units: Int, features: Int) -> [Int] {
    (0..<units).map { features == 1 ? 1 : $0 % (features - 1) + 1 }
  }

  /// Hidden units' degrees 1 ... D − 1, as evenly spread as can be, in ascending order, so that masks are staircases.
  static func sorted(units: Int, features: Int) -> [Int] {
    (0..<units).map { features == 1 ? 1 : 1 + $0 * (features - 1) / units }
  }

  /// 1 where a weight between units of these degrees passes, else 0.
  static func mask(_ rows: [Int], _ columns: [Int], _ passes: (Int, Int) -> Bool) -> Tensor {
    Tensor(shape: [rows.count, columns.count]) { mask in
      for (i, row) in rows.enumerated() {
        for (j, column) in columns.enumerated() { mask[i * columns.count + j] = passes(row, column) ? 1 : 0 }
      }
    }
  }

  /// The mask between sorted degrees: a column sees the rows whose degree is at most its own (or, `strictly`, below it).
  static func staircase(_ rows: [Int], _ columns: [Int], strictly: Bool = false) -> Staircase {
    var row = 0
    let limits = columns.map { column in
      while row < rows.count, strictly ? rows[row] < column : rows[row] <= column { row += 1 }
      return row
    }
    return Staircase(rows: rows.count, limits: limits)
  }
}
