import GenModels

/// Rows that are compared with a search's points, in the form that its products want.
struct ComparedRows: ~Copyable {
  let rows: Range<Int>
  /// The rows in single precision, centred and scaled, negated.
  let negated: Scratch<Float>
  /// Their squared norms; infinite, and zeros stand for the row, beyond what single precision can take.
  let squares: [Double]
  /// For the products of leading numbers, where the search has some: the rows' own, and their margins.
  let numbers: Scratch<Float>
  let margins: [Float]

  /// Scaled squared norms beyond which single precision might overflow.
  private static let largestSquare = 1e30

  init(_ table: Matrix, _ rows: Range<Int>, of search: ProductSearch) {
    self.rows = rows
    let d = table.columns
    negated = Scratch<Float>(rows.count * d)
    var squares: [Double] = []
    for (place, i) in rows.enumerated() {
      let to = negated.base + place * d
      let square = ProductSearch.convert(table, i, search.centre, search.scale, to)
      let isInRange = square < Self.largestSquare
      for k in 0..<d { to[k] = isInRange ? -to[k] : 0 }
      squares.append(isInRange ? square : .infinity)
    }
    self.squares = squares
    numbers = Scratch<Float>(rows.count * (search.leading?.packed.width ?? 0))
    margins =
      search.leading?.writeNumbers(
        ofNegated: negated.base, squares.map { $0.isFinite ? $0 : 0 }, to: numbers.base) ?? []
  }

  /// The lists of the rows' nearest `needed`; without, of the points that have a row within their radius.
  func lists(needed: Int?, productError: Double) -> [CandidateList] {
    squares.map { square in
      guard square.isFinite else { return CandidateList(needed: nil, limit: .infinity, slack: 0) }
      return CandidateList(
        needed: needed,
        limit: needed == nil ? Float(-(1 - productError) * 0.5 * square).nextUp : .infinity,
        slack: Float(2 * productError * square).nextUp)
    }
  }
}
