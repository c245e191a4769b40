import GenModels

/// The linear congruential generator of ANSI C's example, which golden values were computed with in Python
/// too.
struct CongruentialNumbers {
  private var state: Int

  init(seed: Int) { state = seed }

  /// 23 bits.
  mutating func next() -> Int {
    state = (1_103_515_245 * state + 12345) % 2_147_483_648
    return state >> 8
  }

  /// A table whose column j is 10 u^(j + 1), but for column 2, which holds whole numbers from 0 to 5.
  static func table(seed: Int, rows: Int, columns: Int) -> Matrix {
    var numbers = CongruentialNumbers(seed: seed)
    var elements: [Double] = []
    for i in 0..<rows * columns {
      let u = Double(numbers.next()) / 8_388_608
      let column = i % columns
      elements.append(
        column == 2 ? Double(Int(u * 6)) : (0..<column).reduce(u) { power, _ in power * u } * 10)
    }
    return Matrix(rows: rows, columns: columns, elements: elements)
  }

  /// Scores on a grid of `levels` values, so that many are equal, a quarter of them out-of-distribution and
  /// somewhat higher.
  static func scores(seed: Int, count: Int, levels: Int) -> (scores: [Double], isOutOfDistribution: [Bool]) {
    var numbers = CongruentialNumbers(seed: seed)
    var scores: [Double] = []
    var labels: [Bool] = []
    for _ in 0..<count {
      let level = numbers.next() % levels
      let isOut = numbers.next() % 4 == 0
      scores.append(Double(level) / 8 - 3 + (isOut ? Double(levels) / 24 : 0))
      labels.append(isOut)
    }
    return (scores, labels)
  }
}
