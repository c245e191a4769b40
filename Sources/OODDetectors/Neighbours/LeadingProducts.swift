import GenModels

/// What a `ProductSearch` compares first: a few numbers a point, whose products rule out most points at a fraction of the cost.
///
/// With η the error of the numbers and ε' = ε + 4η (and a little for products of errors), x' and y' the numbers of x and y: ½|x − y|² is
/// at least ½|x' − y'|² − ½ε'(|x|² + |y|²), so that a point is ruled out where L' = ½|y'|² − ½ε'|y|² − x'·y' is above −½|x'|² + ½ε'|x|² plus
/// the limit on ½|x − y|². A search's limits are on ½|x − y|² − (1 − ε)½|x|²; a `margin` leads from one to the other.
struct LeadingProducts: Sendable {
  /// The points' numbers, with ½|y'|² − ½ε'|y|².
  let packed: PackedPoints
  /// For each point, its margin when it is the one that asks.
  let margins: [Float]
  private let directions: LeadingDirections
  private let productError: Double
  private let error: Double

  /// Nil where there are too few points for it, or too many would be left.
  /// - Parameters:
  ///   - productError: The bound ε on the relative error of the whole products.
  ///   - write: Writes a point in single precision, centred and scaled; returns its squared norm.
  init?(
    _ points: Matrix, productError: Double,
    _ write: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Double
  ) {
    let found = LeadingDirections(rows: points.rows, columns: points.columns) { _ = write($0, $1) }
    guard let directions = found else { return nil }
    let error = 1.01 * (ProductSearch.productError(depth: directions.width) + 4 * directions.error)
    var margins = [Float](repeating: 0, count: points.rows)
    packed = margins.withUnsafeMutableBufferPointer { margins in
      nonisolated(unsafe) let margins = margins
      return PackedPoints(count: points.rows, width: directions.width) { range, numbers, bounds in
        let floats = Scratch<Float>(range.count * points.columns)
        let squares = range.enumerated().map { write($1, floats.base + $0 * points.columns) }
        directions.write(floats.base, count: range.count, to: numbers)
        for (place, i) in range.enumerated() {
          let own = 0.5 * Self.square(numbers + place * directions.width, directions.width)
          margins[i] = Self.margin(squares[place], own, productError, error)
          bounds[place] = Float(own - 0.5 * error * squares[place]).nextDown
        }
      }
    }
    self.margins = margins
    self.directions = directions
    self.productError = productError
    self.error = error
  }

  /// Lists' limits, for products of leading numbers.
  func limits(_ lists: [CandidateList], _ margins: ArraySlice<Float>) -> [Float] {
    lists.indices.map { (lists[$0].limit + margins[margins.startIndex + $0]).nextUp }
  }

  /// Lowers the limits of empty lists to what a few of the first points allow: those whose leading numbers are nearest.
  func lowerLimits(
    of lists: inout [CandidateList], needed: Int, of compared: borrowing ComparedRows,
    in search: ProductSearch
  ) {
    let (groups, some) = (min(8, packed.groups), 2 * needed + 8)
    guard 8 * some <= groups * PackedPoints.groupSize else { return }
    let products = Scratch<Float>(lists.count * PackedPoints.groupSize)
    let noSlacks = [Float](repeating: 0, count: groups * PackedPoints.groupSize)
    var nearest = lists.map { _ in CandidateList(needed: some, limit: .infinity, slack: 0) }
    for group in 0..<groups {
      let points = packed.rows(of: group)
      packed.multiply(compared.numbers.base, count: lists.count, group: group, into: products.base)
      let near = NearPairs(
        products.base, points, offsets: packed.bounds[points],
        limits: nearest.indices.map { nearest[$0].limit })
      near.forEachRow { i, _, found in
        nearest[i].append(
          found, products.base + i * PackedPoints.groupSize, first: points.lowerBound, offsets: packed.bounds,
          slacks: noSlacks)
      }
    }
    for i in lists.indices where compared.squares[i].isFinite {
      nearest[i].tighten()
      nearest[i].rows.withUnsafeBufferPointer {
        search.whole.multiply(compared.negated.base + i * search.whole.width, with: $0, into: products.base)
        lists[i].append($0, products.base, offsets: search.whole.bounds, slacks: search.slacks)
      }
      lists[i].keepLimitAlone()
    }
  }

  /// Whether so few points of a group are left that whole products with each of them cost less than with the group.
  static func areFew(_ count: Int, of points: Int) -> Bool { count <= points / 24 }

  /// Writes the negated numbers of rows that are negated; returns the rows' margins.
  func writeNumbers(
    ofNegated rows: UnsafePointer<Float>, _ squares: [Double], to numbers: UnsafeMutablePointer<Float>
  ) -> [Float] {
    let width = packed.width
    directions.write(rows, count: squares.count, to: numbers)
    return squares.indices.map { i in
      numbers[(i + 1) * width - 1].negate()
      return Self.margin(squares[i], 0.5 * Self.square(numbers + i * width, width), productError, error)
    }
  }

  /// (1 − ε)½|x|² − ½|x'|² + ½ε'|x|², not below it.
  private static func margin(
    _ square: Double, _ own: Double, _ productError: Double, _ error: Double
  ) -> Float {
    Float((1 - productError) * 0.5 * square - own + 0.5 * error * square).nextUp
  }

  private static func square(_ numbers: UnsafePointer<Float>, _ width: Int) -> Double {
    var sum = 0.0
    for k in 0..<width { sum += Double(numbers[k]) * Double(numbers[k]) }
    return sum
  }
}
