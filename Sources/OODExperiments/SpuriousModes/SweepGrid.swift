import GenModels

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
  /// 29 for each L and 174 in all; then channel winner-take-all by position, which the authors' best models have: at L = 3 and
  /// L = 6 with b = 128 and b = 32 in cells of 1, 2 and 4 positions (12), and at L = 6 with b = 16 in cells of 4.
  public static func paper(seed: UInt64 = 0) -> SweepGrid {
    func point(
      _ layers: Int, _ bottleneck: Int, _ sparsity: Double = 0, _ corruption: Double = 0, stride: Int? = nil
    ) -> SweepPoint {
      SweepPoint(
        layers: layers, bottleneck: bottleneck, channelSparsity: sparsity, channelStride: stride,
        corruption: corruption, epochs: 100, seed: seed, recipe: .paper)
    }
    var points: [SweepPoint] = []
    for layers in 1...6 {
      points += bottlenecks.map { point(layers, $0) }
      for bottleneck in [128, 32] {
        points += sparsities.dropFirst().map { point(layers, bottleneck, $0) }
        points += corruptions.dropFirst().map { point(layers, bottleneck, 0, $0) }
      }
    }
    for layers in [3, 6] {
      for bottleneck in [128, 32] { points += [1, 2, 4].map { point(layers, bottleneck, stride: $0) } }
    }
    return SweepGrid(points + [point(6, 16, stride: 4)], recipe: .paper)
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
    guard let shard = Shard(index, of: count) else {
      preconditionFailure("There is no part \(index) of \(count); parts count from 1.")
    }
    return SweepGrid(shard.part(of: points), recipe: recipe)
  }

  /// The same models with another number of maps in all layers but the bottleneck, which keeps its own.
  /// - Throws: `SweepError.malformedGrid` when two models become one.
  public func with(maps: Int) throws(SweepError) -> SweepGrid {
    try changing("maps") { $0.maps = maps }
  }

  /// The same models trained by another recipe.
  public func with(recipe: SweepPoint.Recipe) throws(SweepError) -> SweepGrid {
    try changing("recipes", recipe: recipe) { $0.recipe = recipe }
  }

  /// The same models with other times through the images; those that are not trained stay so.
  /// - Throws: `SweepError.malformedGrid` when two models become one.
  public func training(epochs: Int) throws(SweepError) -> SweepGrid {
    try changing("epochs") { if $0.epochs > 0 { $0.epochs = epochs } }
  }

  private func changing(
    _ setting: String, recipe: SweepPoint.Recipe? = nil, _ change: (inout SweepPoint) -> Void
  ) throws(SweepError) -> SweepGrid {
    var points = points
    for index in points.indices { change(&points[index]) }
    guard Set(points).count == points.count else {
      throw .malformedGrid(file: "The grid", reason: "two of its models differ only in their \(setting)")
    }
    return SweepGrid(points, recipe: recipe ?? self.recipe)
  }
}
