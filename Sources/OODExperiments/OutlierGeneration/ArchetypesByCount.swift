import GenModels

/// Archetypal analyses of a flow's latents with more and more archetypes, each decoded by the flow: what the extremes of a set of images
/// are, and how many pay.
struct ArchetypesByCount {
  /// 3 to 14, as in T. Bungert's figures, 2021, but no more than there are images.
  let counts: [Int]
  /// The share of the latents' variance that the archetypes leave, for each number of them.
  let residualShares: [Double]
  /// The number of archetypes after which more of them help little.
  let elbow: Int
  /// The archetypes as images, `[k, height, width, channels]` for each k.
  let images: [Tensor]

  /// - Parameters:
  ///   - latents: `[images, D]`.
  ///   - flow: What they are latents of.
  ///   - seed: Decides starts that are drawn.
  /// - Throws: `TableError` for latents that are not finite.
  init(of latents: Tensor, flow: Flow, seed: UInt64) throws {
    let table = Matrix(latents)
    let means = table.columnMeans()
    var variance = 0.0
    for i in 0..<table.rows {
      for j in 0..<table.columns { variance += (table[i, j] - means[j]) * (table[i, j] - means[j]) }
    }
    var settings = ArchetypalSettings()
    settings.iterations = 50
    settings.tolerance = 1e-4
    counts = (3...14).filter { $0 <= table.rows }
    let fits = try counts.map {
      try ArchetypalAnalysis.fit(table, archetypes: $0, settings: settings, seed: seed)
    }
    residualShares = fits.map { variance > 0 ? $0.residual / variance : 0 }
    elbow = 3 + ArchetypalAnalysis.elbow(of: residualShares)
    images = fits.map { flow.examples(from: Tensor($0.model.archetypes)) }
  }
}
