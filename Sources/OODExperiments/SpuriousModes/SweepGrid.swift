/// The models of a sweep, all trained by one recipe.
///
/// ```swift
/// let grid = SweepGrid.quick()                  // or .paper(), or SweepGrid(json:name:) for a file
/// let mine = grid.shard(1, of: 4)               // every fourth model
/// ```
public struct SweepGrid: Sendable, Hashable {
  public let recipe: SweepPoint.Recipe
  public private(set) var points: [SweepPoint]

  /// Traps when a model occurs twice or has another recipe.
  public init(_ points: [SweepPoint], recipe: SweepPoint.Recipe) {
    precondition(Set(points).count == points.count, "A model occurs twice in the grid.")
    precondition(points.allSatisfy { $0.recipe == recipe }, "A grid has one recipe for all of its models.")
    self.points = points
    self.recipe = recipe
  }

  /// The paper's values of b, ρ and p (B. Kégl, M. Cherti and A. Kazakçı, 2018, section 4).
  static let bottlenecks = [2, 4, 8, 16, 32, 64, 128]
  static let sparsities = [0, 0.1, 0.2, 0.4, 0.5, 0.7, 0.9]
  static let corruptions = [0, 0.1, 0.2, 0.3, 0.4, 0.5]

  /// 187 models over the paper's ranges, with its 128 maps, kernels of 5 × 5 and training.
  ///
  /// The paper gives the ranges and the number of models, not which combinations. The choice here: for each L = 1...6
  /// every bottleneck (7 models), and at b = 128 and at b = 32 every ρ > 0 (6 each) and every p > 0 (5 each), which makes
  /// 29 for each L and 174 in all; then b = 64 with p = 0.2 at L = 3 for every ρ (7) and at L = 2 for every ρ > 0 (6).
  public static func paper(seed: UInt64 = 0) -> SweepGrid {
    func point(_ layers: Int, _ bottleneck: Int, _ sparsity: Double = 0, _ corruption: Double = 0)
      -> SweepPoint
    {
      SweepPoint(
        layers: layers, bottleneck: bottleneck, channelSparsity: sparsity, corruption: corruption,
        epochs: 100, seed: seed, recipe: .paper)
    }
    var points: [SweepPoint] = []
    for layers in 1...6 {
      points += bottlenecks.map { point(layers, $0) }
      for bottleneck in [128, 32] {
        points += sparsities.dropFirst().map { point(layers, bottleneck, $0) }
        points += corruptions.dropFirst().map { point(layers, bottleneck, 0, $0) }
      }
    }
    points += sparsities.map { point(3, 64, $0, 0.2) }
    points += sparsities.dropFirst().map { point(2, 64, $0, 0.2) }
    return SweepGrid(points, recipe: .paper)
  }

  /// 25 small models for two cores: 24 with 32 maps that are trained for 2 epochs by the fast recipe, and one that is not
  /// trained, for comparison. L = 2, 3, 4 and 6, bottlenecks from 4 to 32 maps, and at some of them ρ and p.
  public static func quick(seed: UInt64 = 0) -> SweepGrid {
    func point(
      _ layers: Int, _ bottleneck: Int, _ sparsity: Double = 0, _ corruption: Double = 0, epochs: Int = 2
    ) -> SweepPoint {
      SweepPoint(
        layers: layers, maps: 32, bottleneck: bottleneck, channelSparsity: sparsity, corruption: corruption,
        epochs: epochs, seed: seed)
    }
    var points: [SweepPoint] = []
    for layers in [2, 3, 4, 6] {
      points += [4, 8, 16, 32].map { point(layers, $0) }
      points += [point(layers, 32, 0.7), point(layers, 32, 0, 0.3)]
    }
    return SweepGrid(points + [point(3, 32, epochs: 0)], recipe: .fast)
  }

  /// The part of one machine of several: every `count`th model from the `index`th, counted from 1.
  public func shard(_ index: Int, of count: Int) -> SweepGrid {
    precondition(
      count >= 1 && (1...count).contains(index), "There is no part \(index) of \(count); parts count from 1.")
    return SweepGrid(
      points.enumerated().filter { $0.offset % count == index - 1 }.map(\.element), recipe: recipe)
  }

  /// The same models with other times through the images; those that are not trained stay so.
  /// - Throws: `SweepError.malformedGrid` when two models become one.
  public func training(epochs: Int) throws(SweepError) -> SweepGrid {
    var copy = self
    for index in copy.points.indices where copy.points[index].epochs > 0 {
      copy.points[index].epochs = epochs
    }
    guard Set(copy.points).count == copy.points.count else {
      throw .malformedGrid(file: "The grid", reason: "two of its models differ only in their epochs")
    }
    return copy
  }
}
