import GenModels
import OODExperiments
import OODMetrics
import Testing

@Suite("Iterative generation to fixed points")
struct FixedPointGenerationTests {
  /// Moves every number halfway to 0 when it is below ½, else halfway to 1: its fixed points are images of 0 and 1, and
  /// after t steps a number u is u/2ᵗ or 1 − (1 − u)/2ᵗ, exactly.
  struct Attractors: ReconstructionOracle {
    var exampleShape = shape
    func reconstruct(checked x: Tensor) -> Tensor {
      Tensor(x.elements.map { $0 < 0.5 ? $0 / 2 : ($0 + 1) / 2 }, shape: x.shape)
    }
  }

  /// Turns every image into its negative: only grey is a fixed point, all others jump for ever.
  struct Negative: ReconstructionOracle {
    var exampleShape = shape
    func reconstruct(checked x: Tensor) -> Tensor { 1 - x }
  }

  /// Doubles, and so leaves the numbers of 32 bits.
  struct Doubling: ReconstructionOracle {
    var exampleShape = shape
    func reconstruct(checked x: Tensor) -> Tensor { x * 2 }
  }

  static let shape: Shape = [4, 4, 1]

  @Test("From noise every image comes to the fixed point whose basin it began in")
  func attractors() throws {
    let generation = FixedPointGeneration(iterations: 60, tolerance: 1e-4, batchSize: 32, trajectoryCount: 3)
    let points = try generation.generate(count: 100, imageShape: Self.shape, from: Attractors(), seed: 1)
    #expect(points.images.shape == [100, 4, 4, 1])
    #expect(points.convergedShare == 1 && points.convergedCounts == Proportion(successes: 100, trials: 100))
    #expect(points.images.elements.allSatisfy { min($0, 1 - $0) < 1e-4 })
    #expect(points.convergedImages == points.images)
    #expect(points.distances.allSatisfy { $0 <= 1e-4 })
    // Both fixed values occur, and images differ: the noise decides.
    let bright = points.images.flattened().sum(axes: [1]).elements.map { $0.rounded() }
    #expect(Set(bright).count > 5)
    // A step from within tolerance is the distance that was stated.
    let again = try Attractors().reconstructionError(points.images).elements.map { Double($0) }
    #expect(again == points.distances)
  }

  @Test("The number of steps is the first at which the step is within tolerance")
  func steps() throws {
    // From 0.25 in one number the step at t is 2⁻ᵗ⁻³: within 2⁻⁷ from t = 4 on. 0 stands still at once.
    let starts = Tensor([0.25, 0, 0.75, 0.25], shape: [2, 2])
    let generation = FixedPointGeneration(iterations: 10, tolerance: 0x1p-7)
    let points = try generation.generate(
      from: starts.reshaped([4, 1]), through: Attractors(exampleShape: [1]))
    #expect(points.iterations == [4, 0, 4, 4])
    #expect(points.distances == [0x1p-7, 0, 0x1p-7, 0x1p-7])
    #expect(points.images.elements == [0x1p-6, 0, 1 - 0x1p-6, 0x1p-6])
    #expect(points.trajectories.map { $0.shape[0] } == [5, 1, 5, 5])
    #expect(points.trajectories[0].elements == [0.25, 0.125, 0.0625, 0x1p-5, 0x1p-6])
    // A row for each image, a column for each step; who ended stays.
    let page = points.trajectoryImages(at: [0, 2, 9])
    #expect(page.shape == [12, 1])
    #expect(Array(page.elements.prefix(6)) == [0.25, 0.0625, 0x1p-6, 0, 0, 0])
  }

  @Test("Images that don't converge are judged too, and say so")
  func unconverged() throws {
    let starts = Tensor([0.5, 0.5, 0.25, 0.5], shape: [2, 2])
    let generation = FixedPointGeneration(iterations: 7, tolerance: 0.1)
    let points = try generation.generate(from: starts, through: Negative(exampleShape: [2]))
    #expect(points.converged == [true, false])
    #expect(points.iterations == [0, 7] && points.distances == [0, 0.5])
    #expect(points.images.elements == [0.5, 0.5, 0.75, 0.5])
    #expect(points.convergedShare == 0.5)
    #expect(points.convergedImages.elements == [0.5, 0.5])
    #expect(points.trajectories[1].shape == [8, 2])
    // The norm's units are its own: the root mean square is below the sum.
    let squared = FixedPointGeneration(iterations: 7, tolerance: 0.13, norm: .meanSquared)
    #expect(try squared.generate(from: starts, through: Negative(exampleShape: [2])).convergedShare == 1)
  }

  @Test("The same seed gives the same images, whatever the batch and the threads; another seed gives others")
  func deterministic() throws {
    let model = DenseAutoencoder(.init(features: 16, hidden: [8]), seed: 3)
    let generation = FixedPointGeneration(iterations: 20, tolerance: 1e-3)
    let points = try generation.generate(count: 40, imageShape: Self.shape, from: model, seed: 7)
    let alone = try Parallelism.withThreads(1) {
      try generation.generate(count: 40, imageShape: Self.shape, from: model, seed: 7)
    }
    #expect(alone.images == points.images && alone.iterations == points.iterations)
    #expect(alone.distances == points.distances && alone.converged == points.converged)
    let others = try generation.generate(count: 40, imageShape: Self.shape, from: model, seed: 8)
    #expect(others.trajectories[0] != points.trajectories[0])
    // The starts don't depend on the batch or the number of images.
    var small = generation
    (small.batchSize, small.trajectoryCount) = (3, 5)
    let few = try small.generate(count: 7, imageShape: Self.shape, from: Attractors(), seed: 7)
    let many = try generation.generate(count: 40, imageShape: Self.shape, from: Attractors(), seed: 7)
    #expect(few.images == many.images.sliced(axis: 0, 0..<7))
    #expect(few.iterations == Array(many.iterations.prefix(7)))
    #expect(few.trajectories == Array(many.trajectories.prefix(5)))
  }

  @Test("A real network's converged images are images that it can reconstruct")
  func network() throws {
    let model = ConvolutionalAutoencoder(
      .init(height: 8, width: 8, layers: 1, maps: 4, bottleneckMaps: 4, kernel: 3, bottleneck: .plain),
      seed: 2)
    let generation = FixedPointGeneration(iterations: 30, tolerance: 0.05)
    let points = try generation.generate(count: 12, imageShape: model.exampleShape, from: model, seed: 1)
    let able = try model.canReconstruct(points.images, threshold: 0.0501)
    #expect(zip(able, points.converged).allSatisfy { $0 || !$1 })
    #expect(points.convergedCounts.successes > 0)
    #expect(points.trajectories.count == 10)
  }

  @Test("Settings out of range, and models that diverge, are refused in words")
  func refused() throws {
    func error(
      _ generation: FixedPointGeneration, count: Int = 2,
      _ oracle: some ReconstructionOracle = Attractors(exampleShape: [2])
    ) throws -> MeasureError? {
      do {
        _ = try generation.generate(count: count, imageShape: [2], from: oracle, seed: 0)
        return nil
      } catch let error as MeasureError { return error }
    }
    #expect(try error(FixedPointGeneration()) == nil)
    #expect(try error(FixedPointGeneration(), count: 0) != nil)
    #expect(try error(FixedPointGeneration(iterations: 0)) != nil)
    #expect(try error(FixedPointGeneration(tolerance: .nan)) != nil)
    #expect(try error(FixedPointGeneration(tolerance: -1)) != nil)
    #expect(try error(FixedPointGeneration(batchSize: 0)) != nil)
    #expect(try error(FixedPointGeneration(trajectoryCount: -1)) != nil)
    let diverged = try error(FixedPointGeneration(iterations: 500), Doubling(exampleShape: [2]))
    #expect("\(diverged!)".contains("steps\" has inf"))
    #expect(throws: MeasureError.self) {
      try FixedPointGeneration().generate(
        from: Tensor([.nan], shape: [1, 1]), through: Attractors(exampleShape: [1]))
    }
    #expect(throws: MeasureError.self) {
      try FixedPointGeneration().generate(from: .zeros([0, 4]), through: Attractors(exampleShape: [4]))
    }
  }
}
