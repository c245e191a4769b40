/// Examples chosen so that classes have given shares: a stratified draw, without chance.
///
/// Of N examples whose class has a weight, N are chosen again: each class gets N w / Σ w of them, rounded so that the sum is N
/// (largest remainders), and its chosen examples are spread evenly over those it has, so that each is taken equally often but
/// for one. What is computed on such a set estimates the same on a set whose classes have these shares. Intervals take
/// repeated examples for independent ones and are too narrow where few examples stand for many.
struct ClassShares {
  /// By label. Classes without examples count for nothing.
  let weights: [Int]

  /// Positions of the chosen examples, ascending; empty when no example's class has a weight.
  func positions(of labels: [Int]) -> [Int] {
    var members = [[Int]](repeating: [], count: weights.count)
    for (position, label) in labels.enumerated()
    where weights.indices.contains(label) && weights[label] > 0 {
      members[label].append(position)
    }
    let present = members.indices.filter { !members[$0].isEmpty }
    let count = present.reduce(0) { $0 + members[$1].count }
    let sum = present.reduce(0.0) { $0 + Double(weights[$1]) }
    let shares = present.map { Double(count) * Double(weights[$0]) / sum }
    var wanted = shares.map { Int($0.rounded(.down)) }
    let byRemainder = shares.indices.sorted {
      let (a, b) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
      return a > b || a == b && $0 < $1
    }
    for index in byRemainder.prefix(count - wanted.reduce(0, +)) { wanted[index] += 1 }
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for (index, label) in present.enumerated() {
      let (has, takes) = (members[label].count, wanted[index])
      for number in 0..<takes { chosen.append(members[label][(2 * number + 1) * has / (2 * takes)]) }
    }
    return chosen.sorted()
  }
}
