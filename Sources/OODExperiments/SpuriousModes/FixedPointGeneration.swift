import GenModels
import OODMetrics

/// Iterative generation: from images of uniform noise, x₀ ~ U[0, 1), a model is applied again and again,
/// xₜ₊₁ = M(xₜ), until its answers stand still (B. Kégl, M. Cherti and A. Kazakçı, 2018, figure 3). What it
/// ends at are approximate fixed points, M(x) ≈ x: images that the model reconstructs, and so has among its
/// modes.
///
/// ```swift
/// let generation = FixedPointGeneration(iterations: 100, tolerance: 1)
/// let points = try generation.generate(count: 1000, imageShape: [28, 28, 1], from: model, seed: 0)
/// points.images                            // [1000, 28, 28, 1]
/// points.convergedShare                    // of them, within the tolerance
/// ```
///
/// An image has **converged** after t steps when ‖M(xₜ) − xₜ‖ ≤ tolerance in the norm; it then stays as it is
/// and costs nothing more. Every image is judged by the answer to itself: one that does not converge in T
/// steps is x_T, judged by one application more. A model that jumps between two images never converges,
/// however long it runs.
///
/// The same seed, settings, model and kernel variant give the same bits for any number of threads. Image i
/// starts from the same noise whatever the batch size and the number of images.
public struct FixedPointGeneration: Sendable, Hashable, Codable {
  /// The most steps, T.
  public var iterations: Int
  /// The distance between x and M(x), in units of the norm, at which an image counts as a fixed point. The
  /// default is a fiftieth of the paper's θ.
  public var tolerance: Double
  /// How the distance is measured.
  public var norm: ReconstructionNorm
  /// Images that go through the model at once.
  public var batchSize: Int
  /// Of how many images, the first ones, every step is kept.
  public var trajectoryCount: Int

  public init(
    iterations: Int = 100, tolerance: Double = 1, norm: ReconstructionNorm = .l1, batchSize: Int = 256,
    trajectoryCount: Int = 10
  ) {
    self.iterations = iterations
    self.tolerance = tolerance
    self.norm = norm
    self.batchSize = batchSize
    self.trajectoryCount = trajectoryCount
  }

  /// Generates `count` images of that shape. Cost: at most count · (T + 1) passes through the model.
  /// - Throws: `MeasureError` for fewer than one image or a setting out of range, and when the model gives
  ///   NaN or infinite numbers.
  public func generate(
    count: Int, imageShape: Shape, from oracle: some ReconstructionOracle, seed: UInt64
  ) throws -> FixedPoints {
    guard count >= 1 else {
      throw MeasureError.outOfRange(
        name: "number of images to generate", value: "\(count)", expected: "at least 1")
    }
    var random = RandomGenerator(seed: seed).split("fixed-point generation")
    return try generate(from: random.uniform(Shape([count] + imageShape)), through: oracle)
  }

  /// Generates from these images, `[images, ...]`, instead of noise: where does the model take them?
  /// - Throws: As `generate(count:imageShape:from:seed:)`, and for starts that are NaN or infinite.
  public func generate(
    from starts: Tensor, through oracle: some ReconstructionOracle
  ) throws -> FixedPoints {
    try checkSettings()
    precondition(starts.rank >= 1, "Generation starts from a batch of images, not from a scalar.")
    guard starts.shape[0] >= 1 else {
      throw MeasureError.tooFewExamples(set: "starts", found: 0, needed: 1, reason: "to generate from")
    }
    if let position = starts.firstNonFinite {
      throw MeasureError.notFinite(
        set: "starts", position: position, value: "\(starts.withUnsafeElements { $0[position] })")
    }
    var parts: [Batch] = []
    for start in stride(from: 0, to: starts.shape[0], by: batchSize) {
      let range = start..<min(starts.shape[0], start + batchSize)
      var batch = Batch(
        starts: starts.sliced(axis: 0, range), recorded: max(0, min(range.count, trajectoryCount - start)))
      try batch.run(self, oracle, first: start)
      parts.append(batch)
    }
    return FixedPoints(
      images: .concatenate(parts.map(\.images), axis: 0), distances: parts.flatMap(\.distances),
      iterations: parts.flatMap(\.iterations), converged: parts.flatMap(\.converged),
      trajectories: parts.flatMap { $0.trajectories.map { .concatenate($0, axis: 0) } })
  }

  private func checkSettings() throws(MeasureError) {
    for (name, value, least) in [
      ("number of iterations", iterations, 1), ("batch size", batchSize, 1),
      ("number of trajectories", trajectoryCount, 0),
    ] where value < least {
      throw .outOfRange(name: name, value: "\(value)", expected: "at least \(least)")
    }
    guard tolerance >= 0 else {
      throw .outOfRange(name: "tolerance", value: "\(tolerance)", expected: "0 or above")
    }
  }
}

/// Images on their way together.
private struct Batch {
  /// The images that have ended; the starts before that.
  var images: Tensor
  var distances: [Double]
  var iterations: [Int]
  var converged: [Bool]
  /// The steps of the first images, each `[1, ...]`.
  var trajectories: [[Tensor]]

  init(starts: Tensor, recorded: Int) {
    images = starts
    distances = Array(repeating: .infinity, count: starts.shape[0])
    iterations = Array(repeating: 0, count: starts.shape[0])
    converged = Array(repeating: false, count: starts.shape[0])
    trajectories = (0..<recorded).map { [starts.sliced(axis: 0, $0..<$0 + 1)] }
  }

  /// Applies the model until every image has converged or the steps are used up; `first` is the first image's
  /// number.
  mutating func run(
    _ settings: FixedPointGeneration, _ oracle: some ReconstructionOracle, first: Int
  ) throws {
    // `moving[k]` is the place in the batch of row k of `x`.
    var moving = Array(0..<images.shape[0])
    var x = images
    for t in 0...settings.iterations {
      let next = try oracle.reconstruct(x)
      let moves = settings.norm.distances(next, x).elements
      if let position = next.firstNonFinite {
        let image = first + moving[position / (next.count / moving.count)]
        throw MeasureError.notFinite(
          set: "image \(image) after \(t + 1) steps", position: position % (next.count / moving.count),
          value: "\(next.withUnsafeElements { $0[position] })")
      }
      var going: [Int] = []
      for (row, place) in moving.enumerated() {
        let distance = Double(moves[row])
        if distance <= settings.tolerance || t == settings.iterations {
          images.replaceRow(place, byRow: row, of: x)
          distances[place] = distance
          iterations[place] = t
          converged[place] = distance <= settings.tolerance
        } else {
          going.append(row)
          if trajectories.indices.contains(place) {
            trajectories[place].append(next.sliced(axis: 0, row..<row + 1))
          }
        }
      }
      if going.isEmpty { return }
      x = going.count == moving.count ? next : next.rows(Indexes(going))
      moving = going.map { moving[$0] }
    }
  }
}

extension Tensor {
  /// Overwrites one row with a row of another tensor whose rows have the same length.
  fileprivate mutating func replaceRow(_ row: Int, byRow other: Int, of source: Tensor) {
    let length = count / shape[0]
    withUnsafeMutableElements { destination in
      source.withUnsafeElements { source in
        for k in 0..<length { destination[row * length + k] = source[other * length + k] }
      }
    }
  }
}
