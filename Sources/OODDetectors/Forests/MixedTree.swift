import GenModels

/// A node of an isolation tree over numbers, categories and gaps.
struct MixedNode: Sendable, Hashable {
  /// Numbers below go left.
  var threshold = 0.0
  /// The share of the training rows with an entry here that went left; a gap goes left by it, and right by the rest.
  var leftShare = 0.5
  /// The mean path length of the training rows that reached the node.
  var length = 0.0
  var feature: Int32 = 0
  /// The left child, before the right one; a leaf leads to itself.
  var left: Int32
  /// Where the sides of a split of categories stand, ascending: 2 · category, plus 1 where it goes right.
  var firstSide: Int32 = 0
  /// 0 for a split of numbers.
  var sideCount: Int32 = 0
}

/// An isolation tree over numbers, categories and gaps. Indices count from its root and from its first side.
struct MixedTree: Sendable, Hashable {
  private(set) var nodes: [MixedNode] = []
  private(set) var sides: [Int32] = []

  init(nodes: [MixedNode], sides: [Int32]) {
    self.nodes = nodes
    self.sides = sides
  }

  /// Grows a tree on some rows.
  /// - Parameters:
  ///   - x: The training table, NaN for gaps.
  ///   - rows: The rows to grow it on.
  ///   - isCategory: For each feature whether its numbers are categories.
  ///   - random: Whatever is drawn.
  init(
    fitting x: UnsafeBufferPointer<Double>, rows: [Int], isCategory: [Bool], using random: RandomGenerator
  ) {
    let (d, mostDepth) = (isCategory.count, Int(IsolationTrees.mostDepth(rows.count)))
    var random = random
    var rows = rows
    var (begins, ends, depths) = ([0], [rows.count], [0])
    var features = Array(0..<d)
    nodes = [MixedNode(left: 0)]
    var v = 0
    while v < nodes.count {
      defer { v += 1 }
      let range = begins[v]..<ends[v]
      guard range.count >= 2, depths[v] < mostDepth,
        let split = Self.split(x, rows[range], &features, isCategory, &random)
      else { continue }
      let column = features[split.place]
      var (left, right, gaps): ([Int], [Int], [Int]) = ([], [], [])
      for row in rows[range] {
        let value = x[row * d + column]
        if value.isNaN {
          gaps.append(row)
        } else if split.goesRight(value) {
          right.append(row)
        } else {
          left.append(row)
        }
      }
      let share = Double(left.count) / Double(left.count + right.count)
      // A training row with a gap goes one way, at the odds of the others, so that rows stay whole and trees small.
      for row in gaps {
        if random.uniformDouble() < share { left.append(row) } else { right.append(row) }
      }
      rows.replaceSubrange(range, with: left + right)
      let child = nodes.count
      nodes[v].threshold = split.threshold
      nodes[v].leftShare = share
      nodes[v].feature = Int32(column)
      nodes[v].left = Int32(child)
      nodes[v].firstSide = Int32(sides.count)
      nodes[v].sideCount = Int32(split.sides.count)
      sides += split.sides
      let middle = range.lowerBound + left.count
      begins += [range.lowerBound, middle]
      ends += [middle, range.upperBound]
      depths += [depths[v] + 1, depths[v] + 1]
      nodes += [MixedNode(left: Int32(child)), MixedNode(left: Int32(child + 1))]
    }
    for v in nodes.indices.reversed() {
      let (count, left) = (ends[v] - begins[v], Int(nodes[v].left))
      if left == v {
        nodes[v].length = Double(depths[v]) + IsolationForest.averagePathLength(count)
      } else {
        let leftCount = ends[left] - begins[left]
        nodes[v].length =
          (Double(leftCount) * nodes[left].length + Double(count - leftCount) * nodes[left + 1].length)
          / Double(count)
      }
    }
  }

  /// A split of a node's rows.
  private struct Split {
    /// Where the feature stands in the order of features.
    var place: Int
    var threshold = 0.0
    var sides: [Int32] = []

    func goesRight(_ value: Double) -> Bool {
      guard !sides.isEmpty else { return value >= threshold }
      return sides.contains { Double($0 >> 1) == value && $0 & 1 == 1 }
    }
  }

  /// A split at a feature drawn from those of which the rows have two entries that differ; nil where there is none. Numbers are cut
  /// at a uniform place between the least and the greatest; each category goes to either side with equal odds, both sides having one.
  private static func split(
    _ x: UnsafeBufferPointer<Double>, _ rows: ArraySlice<Int>, _ features: inout [Int], _ isCategory: [Bool],
    _ random: inout RandomGenerator
  ) -> Split? {
    let d = features.count
    for drawn in 0..<d {
      let place = drawn + min(d - drawn - 1, Int(random.uniformDouble() * Double(d - drawn)))
      features.swapAt(drawn, place)
      let feature = features[drawn]
      if isCategory[feature] {
        let present = Set(rows.compactMap { MixedNode.category(x[$0 * d + feature]) }).sorted()
        guard present.count >= 2 else { continue }
        var right = present.map { _ in random.uniformDouble() < 0.5 }
        while Set(right).count < 2 { right = present.map { _ in random.uniformDouble() < 0.5 } }
        return Split(place: drawn, sides: zip(present, right).map { $0 << 1 | ($1 ? 1 : 0) })
      }
      var (low, high) = (Double.infinity, -Double.infinity)
      for row in rows {
        let value = x[row * d + feature]
        // Comparisons with NaN are false.
        if value < low { low = value }
        if value > high { high = value }
      }
      guard low < high else { continue }
      let u = random.uniformDouble()
      let cut = low * (1 - u) + high * u
      return Split(place: drawn, threshold: cut > low && cut < high ? cut : high)
    }
    return nil
  }
}

extension MixedNode {
  /// The category that a number stands for; nil for a gap and for what is none.
  static func category(_ value: Double) -> Int32? {
    value >= 0 && value < 0x1p30 && value == value.rounded() ? Int32(value) : nil
  }

  /// Whether an entry goes right; nil for a gap, and for a category that no training row had here.
  @inline(__always)
  func goesRight(_ value: Double, _ sides: UnsafePointer<Int32>) -> Bool? {
    if sideCount == 0 { return value.isNaN ? nil : value >= threshold }
    guard let category = Self.category(value) else { return nil }
    var (low, high) = (Int(firstSide), Int(firstSide + sideCount))
    while low < high {
      let middle = (low + high) / 2
      if sides[middle] >> 1 < category { low = middle + 1 } else { high = middle }
    }
    guard low < Int(firstSide + sideCount), sides[low] >> 1 == category else { return nil }
    return sides[low] & 1 == 1
  }
}

extension MixedTree {
  /// The expected path length of a row: of the leaf that it ends in, or where it goes both ways of both, weighted by the shares.
  func pathLength(_ row: UnsafePointer<Double>) -> Double {
    nodes.withUnsafeBufferPointer { nodes in
      sides.withUnsafeBufferPointer { sides in
        Self.pathLength(row, nodes.baseAddress!, sides.baseAddress ?? Self.noSides, from: 0)
      }
    }
  }

  /// Never read: stands for the address of an empty array.
  private nonisolated(unsafe) static let noSides =
    UnsafePointer<Int32>(bitPattern: MemoryLayout<Int32>.alignment)!

  private static func pathLength(
    _ row: UnsafePointer<Double>, _ nodes: UnsafePointer<MixedNode>, _ sides: UnsafePointer<Int32>,
    from start: Int
  ) -> Double {
    var v = start
    while Int(nodes[v].left) != v {
      let left = Int(nodes[v].left)
      guard let goesRight = nodes[v].goesRight(row[Int(nodes[v].feature)], sides) else {
        let share = nodes[v].leftShare
        return share * pathLength(row, nodes, sides, from: left)
          + (1 - share) * pathLength(row, nodes, sides, from: left + 1)
      }
      v = goesRight ? left + 1 : left
    }
    return nodes[v].length
  }

  /// Adds to each feature how much its splits shortened the row's path, on average where it goes both ways.
  func addContributions(
    _ row: UnsafePointer<Double>, weight: Double, from start: Int = 0, to sums: UnsafeMutablePointer<Double>
  ) {
    var v = start
    while Int(nodes[v].left) != v {
      let (node, left) = (nodes[v], Int(nodes[v].left))
      let goesRight = sides.withUnsafeBufferPointer {
        node.goesRight(row[Int(node.feature)], $0.baseAddress ?? Self.noSides)
      }
      guard let goesRight else {
        let share = node.leftShare
        let mean = share * nodes[left].length + (1 - share) * nodes[left + 1].length
        sums[Int(node.feature)] += weight * (node.length - mean)
        addContributions(row, weight: weight * share, from: left, to: sums)
        return addContributions(row, weight: weight * (1 - share), from: left + 1, to: sums)
      }
      v = goesRight ? left + 1 : left
      sums[Int(node.feature)] += weight * (node.length - nodes[v].length)
    }
  }
}
