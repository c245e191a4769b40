import GenModels
import OODDatasets
import OODMetrics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Every density family of the library on distributions in the plane whose density is known: what each has learned, drawn beside the
/// truth, with nats, time and parameters.
///
/// ```swift
/// let result = try DensityExperiment(settings: .quick).run()
/// ```
public struct DensityExperiment: Sendable {
  public let settings: DensitySettings
  public let toys: [DensityToy]
  public let families: [DensityFamily]
  private let store: ResultStore

  /// - Parameters:
  ///   - settings: Numbers of points and steps.
  ///   - toys: Distributions with names of their own.
  ///   - families: What learns each, with names of their own.
  ///   - folder: Where each family's results on each toy are kept and, where they were made with the same settings, taken from: by names, so
  ///     that a family that has changed needs another one; nil for neither.
  /// - Throws: `ExperimentError` for settings that make no sense, and for two families or toys of one name.
  public init(
    settings: DensitySettings = DensitySettings(), toys: [DensityToy] = DensityToy.all,
    families: [DensityFamily] = DensityFamily.all, folder: String? = nil
  ) throws(ExperimentError) {
    if let problem = settings.problem { throw .invalidSettings(problem) }
    self.settings = settings
    self.toys = toys
    self.families = families
    store = ResultStore(folder: folder)
    var names: Set<String> = []
    for (toy, family) in pairs where !names.insert(Self.name(toy, family)).inserted {
      throw .invalidSettings("\(family.name) on \(toy.name) is there twice, or under a name much like it")
    }
  }

  /// What `run` is at: a toy and a family.
  public typealias Progress = ExperimentProgress

  /// What came out.
  public struct Result: Sendable {
    public let report: DensityReport
    let pictures: [DensityPicture]
    /// The report as one self-contained page.
    public var page: DensityPage { DensityPage(report, pictures: pictures) }
  }

  /// A toy's points, and what is measured at them.
  private struct Ground {
    let toy: DensityToy
    let training, heldOut: Tensor
    let truth: [Double]
    let reach: Double
    let grid: Tensor
    let brightest: Double
  }

  /// A family on a toy: what the folder keeps.
  private struct Found: Codable, Sendable {
    let row: DensityReport.Row
    let picture: DensityPicture?
  }

  private typealias Pair = (toy: DensityToy, family: DensityFamily)

  private var pairs: [Pair] { toys.flatMap { toy in families.map { (toy, $0) } } }

  private static func name(_ toy: DensityToy, _ family: DensityFamily) -> String {
    ResultStore.name("\(toy.name) \(family.name)")
  }

  private func key(_ toy: DensityToy, _ family: DensityFamily) -> String {
    ResultStore.key(settings, toy.name, family.name)
  }

  /// Learns and measures, or takes from the folder what is there. The same settings give the same report, but for times.
  /// - Throws: What training and scoring throw.
  public func run(progress: (Progress) throws -> Void = { _ in }) throws -> Result {
    var (marks, rows, pictures): ([DensityReport.Toy], [DensityReport.Row], [DensityPicture]) = ([], [], [])
    for toy in toys {
      try progress(.working("drawing \(toy.name)"))
      let (ground, mark, picture) = try prepare(toy)
      marks.append(mark)
      pictures.append(picture)
      for family in families {
        let found = try store.result(Self.name(toy, family), key: key(toy, family)) {
          try measure(family, on: ground, progress)
        }
        rows.append(found.row)
        if let picture = found.picture { pictures.append(picture) }
      }
    }
    return Result(report: DensityReport(settings: settings, toys: marks, rows: rows), pictures: pictures)
  }

  /// Does the experiment's tasks together with everybody who does so in its folder, on any machine that sees it: each family on each toy is
  /// one. Where nothing is left, `run` finds all in the folder.
  /// - Throws: As `run`. Traps without a folder.
  public func work(
    _ sharing: WorkSharing = WorkSharing(),
    progress: @escaping @Sendable (Progress) throws -> Void = { _ in }
  ) async throws -> WorkOutcome {
    try await ExperimentTasks<Progress>(
      store.folder,
      stages: [
        { _ in
          pairs.map { toy, family in
            store.task(Self.name(toy, family), key: key(toy, family)) { progress in
              try measure(family, on: prepare(toy).ground, progress)
            }
          }
        }
      ]
    ).run(sharing, progress: progress)
  }

  private func prepare(
    _ toy: DensityToy
  ) throws -> (ground: Ground, mark: DensityReport.Toy, picture: DensityPicture) {
    var random = RandomGenerator(seed: settings.seed).split("densities").split(toy.name)
    let training = toy.sample(settings.trainingCount, &random)
    let heldOut = toy.sample(settings.heldOutCount, &random)
    let other = toy.sample(settings.heldOutCount, &random)
    let truth = try toy.logDensity(heldOut)
    let reach = 1.25 * Double(training.absolute().elements.max() ?? 1)
    let grid = DensityPicture.grid(side: settings.side, reach: reach)
    let onGrid = try toy.logDensity(grid).map { exp($0) }
    let brightest = onGrid.max() ?? 1
    let ground = Ground(
      toy: toy, training: training, heldOut: heldOut, truth: truth, reach: reach, grid: grid,
      brightest: brightest)
    let mark = DensityReport.Toy(
      name: toy.name, nats: truth.reduce(0, +) / Double(truth.count),
      discrepancy: try discrepancy(other, heldOut), reach: reach)
    return (
      ground, mark,
      DensityPicture(toy: toy.name, family: nil, onGrid, side: settings.side, brightest: brightest)
    )
  }

  private func measure(
    _ family: DensityFamily, on ground: Ground, _ progress: (Progress) throws -> Void
  ) throws -> Found {
    let what = "\(ground.toy.name), \(family.name)"
    try progress(.working(what))
    let (fitted, trainingSeconds) = try timed {
      try family.fit(ground.training, settings) { try progress(.training(what, $0)) }
    }
    let width = 2 * ground.reach / Double(settings.side)
    let pixel = width * width
    var (nats, gap, gapError, mass, densitySeconds): (Double?, Double?, Double?, Double?, Double?)
    var densities: [Double]?
    if let logDensity = fitted.logDensity {
      let count = Double(ground.truth.count)
      var (found, seconds) = try timed { try logDensity(ground.heldOut) }
      densitySeconds = seconds * 1000 / count
      var onGrid = try logDensity(ground.grid)
      if family.likelihood == .unnormalized {
        // ln Z from the grid, in a way that does not overflow.
        let largest = onGrid.max() ?? 0
        let constant = largest + log(onGrid.reduce(0) { $0 + exp($1 - largest) } * pixel)
        found = found.map { $0 - constant }
        onGrid = onGrid.map { $0 - constant }
      }
      let values = onGrid.map { exp($0) }
      densities = values
      mass = values.reduce(0, +) * pixel
      let differences = zip(ground.truth, found).map { $0 - $1 }
      let mean = differences.reduce(0, +) / count
      let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      (nats, gap, gapError) = (found.reduce(0, +) / count, mean, (variance / count).squareRoot())
    }
    var (discrepancy, drawSeconds): (Double?, Double?)
    if let sample = fitted.sample {
      var random = RandomGenerator(seed: settings.seed).split("draws").split(family.name)
      let (drawn, seconds) = try timed { try sample(settings.heldOutCount, &random) }
      drawSeconds = seconds * 1000 / Double(settings.heldOutCount)
      if drawn.firstNonFinite == nil { discrepancy = try self.discrepancy(drawn, ground.heldOut) }
      if densities == nil { densities = histogram(drawn, ground.reach, pixel) }
    }
    let row = DensityReport.Row(
      toy: ground.toy.name, family: family.name, source: family.source, sampling: family.sampling,
      likelihood: family.likelihood, parameters: fitted.parameters, nats: nats, gap: gap, gapError: gapError,
      mass: mass, discrepancy: discrepancy, trainingSeconds: trainingSeconds,
      densitySeconds: densitySeconds, drawSeconds: drawSeconds)
    return Found(
      row: row,
      picture: densities.map {
        DensityPicture(
          toy: ground.toy.name, family: family.name, $0, side: settings.side, brightest: ground.brightest)
      })
  }

  /// The density of draws over the picture's pixels, for models that have none of their own.
  private func histogram(_ drawn: Tensor, _ reach: Double, _ pixel: Double) -> [Double] {
    let side = settings.side
    var counts = [Double](repeating: 0, count: side * side)
    let elements = drawn.elements
    for point in 0..<drawn.shape[0] {
      let x = (Double(elements[2 * point]) / reach + 1) / 2 * Double(side)
      let y = (1 - Double(elements[2 * point + 1]) / reach) / 2 * Double(side)
      guard x >= 0, y >= 0, x < Double(side), y < Double(side) else { continue }
      counts[Int(y) * side + Int(x)] += 1 / (Double(drawn.shape[0]) * pixel)
    }
    return counts
  }

  /// √MMD² between at most 2000 points of each set; 0 where the estimate is negative.
  private func discrepancy(_ a: Tensor, _ b: Tensor) throws -> Double {
    func rows(_ x: Tensor) -> Matrix { Matrix(x.examples(0..<min(2000, x.shape[0]))) }
    let found = try MaximumMeanDiscrepancy(
      generated: rows(a), real: rows(b), kernel: .gaussian(standardDeviation: 0.5))
    return max(0, found.squared).squareRoot()
  }

  private func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try body()
    return (value, (clock.now - start) / .seconds(1))
  }
}
