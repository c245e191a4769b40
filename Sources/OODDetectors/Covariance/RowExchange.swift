import GenModels

/// The exchange of one chosen row for another that lowers a covariance determinant most (the step of D. M.
/// Hawkins's feasible solution algorithm, 1994).
///
/// With u and v the chosen row i and the other row j less the mean, A = h Σ the scatter of the h chosen rows,
/// a = uᵀA⁻¹u, b = uᵀA⁻¹v and c = vᵀA⁻¹v, the determinant is multiplied by (1 − κ a)(1 + q/κ) + p², where κ =
/// h/(h − 1), p = b + a/(h − 1) and q = c + (b + p)/(h − 1).
struct RowExchange {
  /// The chosen rows after the exchange; nil when none lowers the determinant.
  let best: [Int32]?

  /// What the determinant must at least be multiplied by to count as lower.
  private static let leastGain = 1 - 1e-10

  /// - Parameter rows: The h rows that `estimate` is of.
  init(_ x: Matrix, _ estimate: Concentration, _ rows: [Int32]) {
    let h = Double(rows.count)
    let ratio = h / (h - 1)
    let lengths = estimate.distances(x).map { $0 / h }
    var isChosen = [Bool](repeating: false, count: x.rows)
    for row in rows { isChosen[Int(row)] = true }
    let others = (0..<x.rows).filter { !isChosen[$0] }
    guard h >= 2, let farthest = rows.map({ lengths[Int($0)] }).max(),
      let nearest = others.map({ lengths[$0] }).min()
    else {
      best = nil
      return
    }
    // The least that the factor can be is (1 − κ a)(1 + q/κ) with √q ≥ √c − √a/(h − 1): few pairs reach below 1.
    func mayLower(_ a: Double, _ c: Double) -> Bool {
      let root = max(0, c.squareRoot() - a.squareRoot() / (h - 1))
      return (1 - ratio * a) * (1 + root * root / ratio) < Self.leastGain
    }
    let leaving = rows.indices.filter { mayLower(lengths[Int(rows[$0])], nearest) }
    let coming = others.filter { mayLower(farthest, lengths[$0]) }
    let scale = (1 / h).squareRoot()
    let comingWhite = coming.map { estimate.whitened(x, row: $0).map { $0 * scale } }
    var (least, pair) = (Self.leastGain, (-1, -1))
    for place in leaving {
      let (a, u) = (lengths[Int(rows[place])], estimate.whitened(x, row: Int(rows[place])).map { $0 * scale })
      for (j, v) in zip(coming, comingWhite) where mayLower(a, lengths[j]) {
        let b: Double = zip(u, v).reduce(0.0) { $0 + $1.0 * $1.1 }
        let p: Double = b + a / (h - 1)
        let q: Double = lengths[j] + (b + p) / (h - 1)
        let factor: Double = (1 - ratio * a) * (1 + q / ratio) + p * p
        if factor < least { (least, pair) = (factor, (place, j)) }
      }
    }
    guard pair.0 >= 0 else {
      best = nil
      return
    }
    var changed = rows
    changed[pair.0] = Int32(pair.1)
    best = changed.sorted()
  }
}
