import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Synchronization
import Testing

@Suite("Density experiment")
struct DensityExperimentTests {
  private static var settings: DensitySettings {
    var settings = DensitySettings.quick
    settings.trainingCount = 400
    settings.heldOutCount = 300
    settings.steps = 4
    settings.batchSize = 100
    settings.side = 24
    return settings
  }

  /// A family that knows the truth, one that knows it up to a constant, and one that only draws.
  private static let toy = GaussianBlobs.eightGaussians()
  private static let known = [
    DensityFamily("truth", source: "", sampling: "one draw") { _, _, _ in FittedDensity(toy, parameters: 0) },
    DensityFamily("energy", source: "", likelihood: .unnormalized, sampling: "none") { _, _, _ in
      FittedDensity(
        parameters: 1, logDensity: { x in try toy.logDensity(x).map { $0 + 700 } }, sample: nil)
    },
    DensityFamily("draws", source: "", likelihood: .none, sampling: "one draw") { _, _, _ in
      FittedDensity(sampler: toy, parameters: 2)
    },
  ]

  static func experiment(folder: String? = nil) throws -> DensityExperiment {
    try DensityExperiment(settings: settings, toys: [DensityToy(toy)], families: known, folder: folder)
  }

  static let result = Result { try experiment().run() }

  @Test("The truth has no gap, an energy's normalizer is found on the grid, and draws are drawn")
  func families() throws {
    let result = try Self.result.get()
    let rows = result.report.rows
    #expect(rows.map(\.family) == ["truth", "energy", "draws"])
    #expect(rows[0].gap == 0 && rows[0].gapError == 0)
    let (mass, gap) = (try #require(rows[0].mass), try #require(rows[1].gap))
    #expect(abs(mass - 1) < 0.05 && abs(gap) < 0.05, "\(mass), \(gap)")
    #expect(rows[2].gap == nil && rows[2].nats == nil && rows[2].discrepancy != nil)
    let html = result.page.html
    #expect(html.contains("eight-gaussians") && !html.contains("src=") && !html.contains("href="))
  }

  @Test("Every family of the library learns, and is better than nothing where it can be")
  func library() throws {
    let result = try DensityExperiment(settings: Self.settings, toys: [DensityToy(TwoMoons())]).run()
    #expect(result.report.rows.count == DensityFamily.all.count)
    #expect(Set(result.report.rows.map(\.family)).count == DensityFamily.all.count)
    for row in result.report.rows {
      // Only what can be drawn from alone has no density to compare.
      #expect((row.gap == nil) == (row.family == "Wasserstein GAN"), "\(row.family)")
      if let gap = row.gap { #expect(gap.isFinite && gap > -0.2, "\(row.family): \(gap)") }
      #expect(row.discrepancy != nil, "\(row.family)")
    }
  }

  @Test("What is kept in a folder is not learned again, unless with other settings")
  func kept() throws {
    let folder = NSTemporaryDirectory() + "/densities-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func run(seed: UInt64) throws -> (DensityExperiment.Result, fits: Int) {
      let fits = Mutex(0)
      var settings = Self.settings
      settings.seed = seed
      let counted = DensityFamily("kernel density", source: "", sampling: "a point and noise") { x, _, _ in
        fits.withLock { $0 += 1 }
        return FittedDensity(table: try KernelDensity(fitting: Matrix(x)), parameters: x.count)
      }
      let result = try DensityExperiment(
        settings: settings, toys: [DensityToy(Self.toy)], families: [counted], folder: folder
      ).run()
      return (result, fits.withLock { $0 })
    }
    let (first, again, other) = (try run(seed: 0), try run(seed: 0), try run(seed: 1))
    #expect(first.fits == 1 && again.fits == 0 && other.fits == 1)
    #expect(again.0.page.html == first.0.page.html)
    #expect(other.0.report.rows[0].nats != first.0.report.rows[0].nats)
  }

  @Test("Settings that make no sense are refused")
  func refusals() {
    var settings = DensitySettings()
    settings.steps = 0
    #expect(throws: ExperimentError.self) { try DensityExperiment(settings: settings) }
    // Their results would share a file.
    let twice = #expect(throws: ExperimentError.self) {
      try DensityExperiment(toys: [DensityToy(Self.toy), DensityToy(Self.toy)], families: Self.known)
    }
    #expect("\(twice!)".contains("truth on eight-gaussians is there twice"), "\(twice!)")
  }
}
