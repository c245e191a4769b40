import GenModels
import OODDatasets

/// A first look at spurious and missing modes, on drawn digits and symbols that need no download: a small sweep of
/// winner-take-all autoencoders, one of them untrained, and its page (B. Kégl, M. Cherti and A. Kazakçı, 2018).
///
/// ```swift
/// let result = try await Demonstration().run(in: "demo")
/// result.records                   // what each model reconstructs
/// result.page                      // the path of the page
/// ```
public struct Demonstration: Sendable {
  /// Decides the drawings, the networks' first weights and the order of training.
  public var seed: UInt64
  /// Digits to train on, digits to ask about, and symbols: half of them to ask about, and half for the classifier of digits
  /// against symbols.
  public var trainingCount, testCount, symbolCount: Int
  public var epochs: Int

  public init(
    seed: UInt64 = 0, trainingCount: Int = 6_000, testCount: Int = 1_000, symbolCount: Int = 2_000,
    epochs: Int = 6
  ) {
    self.seed = seed
    self.trainingCount = trainingCount
    self.testCount = testCount
    self.symbolCount = symbolCount
    self.epochs = epochs
  }

  /// Five autoencoders of 2 to 5 layers, and one that is not trained: what the architecture does by itself.
  public var grid: SweepGrid {
    func point(_ layers: Int, _ bottleneck: Int, epochs: Int) -> SweepPoint {
      SweepPoint(layers: layers, maps: 16, bottleneck: bottleneck, epochs: epochs, seed: seed)
    }
    return SweepGrid(
      [(2, 16), (3, 8), (3, 16), (5, 16), (5, 32)].map { point($0.0, $0.1, epochs: epochs) }
        + [point(3, 16, epochs: 0)], recipe: .fast)
  }

  public struct Result: Sendable {
    /// By falling mean of Δ.
    public let records: [SweepRecord]
    /// The path of the page.
    public let page: String
  }

  /// The sweep, which writes into this directory.
  public func sweep(in directory: String) throws -> Sweep {
    func drawn(_ glyphs: SyntheticGlyphs, _ count: Int, _ split: SyntheticGlyphs.Split, _ name: String)
      -> Dataset
    {
      var set = glyphs.dataset(0..<count, of: split, seed: seed)
      set.name = name
      return set
    }
    let data = try SweepData(
      training: drawn(.digits, trainingCount, .train, "drawn digits to train on"),
      test: drawn(.digits, testCount, .test, "drawn digits"),
      controls: [drawn(.symbols, symbolCount, .test, "drawn symbols")], splitsControls: true)
    var sweep = Sweep(grid, data: data, directory: directory)
    sweep.measurement.generatedCount = 200
    sweep.classifierEpochs = 2
    sweep.classifierSeed = seed
    return sweep
  }

  /// Trains, measures and writes the page. What an earlier run with the same settings left in the directory is used.
  ///
  /// - Parameters:
  ///   - directory: Made where it doesn't exist.
  ///   - event: What has been done; called from several threads.
  public func run(
    in directory: String, event: @escaping @Sendable (SweepEvent) -> Void = { _ in }
  ) async throws -> Result {
    let sweep = try sweep(in: directory)
    try await sweep.run(resumes: true, event: event)
    let page = sweep.directory.file("index.html")
    try SweepPage(directory: directory).write(to: page)
    return Result(
      records: try sweep.directory.records().sorted { $0.deltaMean.estimate > $1.deltaMean.estimate },
      page: page)
  }
}
