/// k points of equal length 1 in k − 1 dimensions, each as far from every other: pairwise inner products −1/(k − 1), sum 0. They are
/// where the archetypes of a deep archetypal analysis are held.
public enum RegularSimplex {
  /// The points, `[count, count − 1]`: 1 and −1 for two. Traps for fewer than two.
  public static func vertices(_ count: Int) -> Matrix {
    precondition(count >= 2, "A simplex has at least two vertices, and \(count) were asked for.")
    let dimensions = count - 1
    let product = -1 / Double(dimensions)
    var points = Matrix(rows: count, columns: dimensions, repeating: 0)
    for j in 0..<dimensions {
      // What is left of the length of point j, and of its inner product with every later one.
      var square = 1.0
      for c in 0..<j { square -= points[j, c] * points[j, c] }
      points[j, j] = max(0, square).squareRoot()
      var shared = product
      for c in 0..<j { shared -= points[j, c] * points[j + 1, c] }
      for i in j + 1..<count { points[i, j] = shared / points[j, j] }
    }
    return points
  }
}
