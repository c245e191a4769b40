import GenModels
import OODDatasets

extension ModelPanel.Strip {
  /// Images [count, height, width, 1 or 3] in one row, with a number for each.
  init(_ images: Tensor, errors: [Double]) {
    precondition(
      images.rank == 4 && images.shape[0] == errors.count,
      "A strip has images and a number for each, not \(images.shape) and \(errors.count) numbers.")
    let strip = ImageStrip(images)
    self.init(count: strip.count, png: strip.png, errors: errors)
  }
}

extension ModelPanel {
  /// Which of a set's images illustrate a model: positions by ascending error, spread over the order of errors, most of them
  /// at one end, where rates change with θ.
  ///
  /// With n images of a set the kth of `count` is the one at the rank n · q, where q = u³ towards small errors and
  /// 1 − (1 − u)³ towards large ones, u = k / (count − 1): of 32, twelve lie beyond the outermost 5%.
  static func positions(_ errors: [Double], count: Int, towardsLarge: Bool) -> [Int] {
    let order = errors.indices.sorted { (errors[$0], $0) < (errors[$1], $1) }
    guard order.count > count else { return order }
    var ranks: Set<Int> = []
    for k in 0..<count {
      let u = Double(k) / Double(max(1, count - 1))
      let q = towardsLarge ? 1 - (1 - u) * (1 - u) * (1 - u) : u * u * u
      // The nearest rank that is free, on the side of the many.
      var rank = Int((q * Double(order.count - 1)).rounded())
      let step = towardsLarge ? -1 : 1
      while ranks.contains(rank), order.indices.contains(rank + step) { rank += step }
      ranks.insert(rank)
    }
    return ranks.sorted().map { order[$0] }
  }

  /// The panel of a model whose errors are known.
  init(
    of model: some ReconstructionOracle, on data: SweepData, errors: (test: [Double], controls: [[Double]]),
    generated points: FixedPoints, count: Int, iterations: [Int]
  ) throws {
    func strips(_ set: Dataset, _ errors: [Double], towardsLarge: Bool) throws -> (Strip, Strip) {
      let chosen = Self.positions(errors, count: count, towardsLarge: towardsLarge)
      let images = set.selecting(chosen).examples
      let numbers = chosen.map { errors[$0] }
      return (Strip(images, errors: numbers), Strip(try model.reconstruct(images), errors: numbers))
    }
    let own = try strips(data.test, errors.test, towardsLarge: true)
    let others = try zip(data.controls, errors.controls).map { try strips($0, $1, towardsLarge: false) }
    let shown = min(count, points.images.shape[0])
    self.init(
      width: data.imageShape[1], height: data.imageShape[0], digits: own.0, digitReconstructions: own.1,
      symbols: others.map(\.0), symbolReconstructions: others.map(\.1),
      generated: Strip(
        points.images.sliced(axis: 0, 0..<shown), errors: Array(points.distances[..<shown])),
      trajectory: iterations.map { step in
        let images = points.trajectoryImages(at: [step])
        return Strip(images, errors: Array(points.distances[..<images.shape[0]]))
      }, iterations: iterations)
  }
}
