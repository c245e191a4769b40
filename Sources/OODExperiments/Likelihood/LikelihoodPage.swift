import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A likelihood experiment's report as one HTML page: histograms, tables and pictures inside it, light or dark as the reader's
/// system is, and nothing fetched from anywhere.
public struct LikelihoodPage: Sendable {
  public let report: LikelihoodReport
  let samples: Tensor
  let examples: [Tensor]

  init(_ report: LikelihoodReport, samples: Tensor, examples: [Tensor]) {
    self.report = report
    self.samples = samples
    self.examples = examples
  }

  private var names: [String] { report.sets.map(\.name) }

  /// The whole page.
  public var html: String {
    Markup.page(
      title: "Likelihood as an out-of-distribution score: \(report.trainingSet)", style: Self.style,
      body: """
        <main>
        \(introduction)
        \(densities)
        \(table)
        \(batches)
        \(histograms)
        \(pictures)
        \(trainings)
        </main>
        """)
  }

  // MARK: Sections

  private var introduction: String {
    let family = report.settings.family.title
    var sentences: [String] = []
    for (number, set) in names.enumerated().dropFirst() {
      let ranked = report.scores.map { ($0.name, $0.comparisons[number - 1].auroc) }
      guard let plain = ranked.first(where: { $0.0 == "log-density" }) else { continue }
      let models = ranked.filter { $0.0 != "compressed length alone" && $0.0 != "log-density, untrained" }
      guard let best = models.max(by: { $0.1 < $1.1 }) else { continue }
      sentences.append(
        "<strong>\(Markup.escaped(set))</strong>: AUROC of −ln p \(Markup.fixed(plain.1, 3)); best score "
          + "\(Markup.escaped(best.0)) with \(Markup.fixed(best.1, 3)).")
    }
    return """
      <h1>What is likelihood worth as an out-of-distribution score?</h1>
      <p>\(family), trained on \(report.settings.trainingCount) images of \(Markup.escaped(report.trainingSet)). Each score is
      asked to tell the test images of that set (\(Markup.escaped(names.first ?? ""))) from those of others. AUROC is the
      probability that a foreign image scores higher than one of the training distribution: 1 is perfect, 0.5 is chance, and
      below 0.5 the score prefers the foreign images.</p>
      <ul>\(sentences.map { "<li>\($0)</li>" }.joined(separator: "\n"))</ul>
      """
  }

  private var legend: String {
    let items = names.enumerated().map { number, name in
      "<span class=\"key\"><i class=\"swatch swatch\(number % 4)\"></i>\(Markup.escaped(name))</span>"
    }
    return "<p class=\"legend\">\(items.joined(separator: " "))</p>"
  }

  private func chart(
    _ score: LikelihoodReport.Score, axis: String = "", width: Double = 340, height: Double = 170
  ) -> String {
    let histogram = score.histogram
    let drawing = HistogramChart(
      histogram: histogram, names: names, axis: axis, width: width, height: height)
    let outside = zip(histogram.below, histogram.above).map { $0 + $1 }
    let note = zip(names, outside).filter { $0.1 > 0 }
      .map { "\(Markup.escaped($0)) \($1)" }.joined(separator: ", ")
    return """
      <figure>\(drawing.svg)
      <figcaption><b>\(Markup.escaped(score.name))</b> \(Markup.escaped(score.about))
      \(note.isEmpty ? "" : "<span class=\"note\">Beyond the frame: \(note).</span>")</figcaption></figure>
      """
  }

  private var densities: String {
    guard let score = report.scores.first(where: { $0.name == "log-density" }) else { return "" }
    let main = chart(
      score, axis: "−ln p(x), nats: to the left is what the model finds probable", width: 1040, height: 300)
    let rows = report.sets.map { set in
      let lengths = ImageCompressor.allCases.map { compressor in
        "<td>\(set.compressedBitsPerDimension[compressor.rawValue].map { Markup.fixed($0, 2) } ?? "–")</td>"
      }
      return "<tr><th>\(Markup.escaped(set.name))</th><td>\(set.count)</td>"
        + "<td>\(Markup.fixed(set.bitsPerDimension, 2))</td>\(lengths.joined())</tr>"
    }
    let heads = ImageCompressor.allCases.map { "<th>\($0.rawValue)</th>" }.joined()
    return """
      <h2>The densities</h2>
      \(legend)
      <div class="wide">\(main)</div>
      <div class="scroll"><table><thead><tr><th>test set</th><th>images</th><th>model, bits per dimension</th>\(heads)</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private var table: String {
    let heads = names.dropFirst().map { "<th colspan=\"2\">\(Markup.escaped($0))</th><th>FPR</th>" }.joined()
    let rows = report.scores.map { score in
      let cells = score.comparisons.map { comparison in
        """
        <td class="bar"><span style="width:\(Markup.fixed(100 * comparison.auroc, 1))%"></span></td>\
        <td title="95% interval \(Markup.fixed(comparison.low, 4)) to \(Markup.fixed(comparison.high, 4))">\
        \(Markup.fixed(comparison.auroc, 4))</td><td>\(Markup.fixed(comparison.falsePositiveRateAt95, 3))</td>
        """
      }
      return "<tr><th title=\"\(Markup.escaped(score.about))\">\(Markup.escaped(score.name))</th>"
        + "\(cells.joined())</tr>"
    }
    return """
      <h2>AUROC of every score</h2>
      <div class="scroll"><table class="auroc"><thead><tr><th>score</th>\(heads)</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      <p class="note">FPR: the share of \(Markup.escaped(names.first ?? "")) that is flagged where 95% of the foreign images are.
      “compressed length alone” and “untrained” are baselines: they have learned nothing.</p>
      """
  }

  private var batches: String {
    guard !report.batchScores.isEmpty else { return "" }
    let heads = names.enumerated().map { number, name in
      "<th>\(Markup.escaped(name)): flagged</th>" + (number > 0 ? "<th>AUROC</th>" : "")
    }
    let rows = report.batchScores.map { score in
      let cells = score.sets.enumerated().map { number, set in
        "<td>\(set.flagged.map { Markup.fixed($0, 3) } ?? "–")</td>"
          + (number > 0 ? "<td>\(set.auroc.map { Markup.fixed($0, 4) } ?? "–")</td>" : "")
      }
      return "<tr><th>\(Markup.escaped(score.name))</th><td>\(score.batchSize)</td>\(cells.joined())</tr>"
    }
    return """
      <h2>Batches of images from one source</h2>
      <div class="scroll"><table><thead><tr><th>score</th><th>batch</th>\(heads.joined())</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      <p class="note">Flagged: the share of batches beyond ε, the 0.99 quantile of the bootstrap over held-out training images
      (Nalisnick et al. 2019, algorithm 1).</p>
      """
  }

  private var histograms: String {
    let charts = report.scores.dropFirst().map { chart($0) }
    return """
      <h2>Histograms of the other scores</h2>
      \(legend)
      <div class="grid">\(charts.joined(separator: "\n"))</div>
      """
  }

  private var pictures: String {
    let drawn = picture(samples, "Draws from the model")
    let sets = zip(names, examples).map { picture($1, "The first images of \($0)") }
    return "<h2>Pictures</h2><div class=\"grid\">\(drawn)\n\(sets.joined(separator: "\n"))</div>"
  }

  private func picture(_ images: Tensor, _ title: String) -> String {
    let sheet = ContactSheet(columns: 10, scale: 2, margin: 1)
    let data = Data(PNG.bytes(of: sheet.page(of: images))).base64EncodedString()
    return """
      <figure><img alt="\(Markup.escaped(title))" src="data:image/png;base64,\(data)">
      <figcaption>\(Markup.escaped(title))</figcaption></figure>
      """
  }

  private var trainings: String {
    let rows = report.trainings.map { training in
      "<tr><th>\(Markup.escaped(training.role))</th>"
        + "<td>\(training.parameterCount.map(String.init) ?? "–")</td>"
        + "<td>\(training.loss.map { Markup.fixed($0, 1) } ?? "–")</td>"
        + "<td>\(training.seconds > 0 ? Markup.fixed(training.seconds, 1) : "kept")</td></tr>"
    }
    let settings = report.settings
    return """
      <h2>The models</h2>
      <div class="scroll"><table><thead><tr><th>model</th><th>parameters</th><th>last loss, nats</th><th>seconds</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      <p class="note">Seed \(settings.seed), \(settings.epochs) epochs, batches of \(settings.batchSize), learning rate
      \(settings.learningRate), mutation rate \(settings.mutationRate).</p>
      """
  }

  // MARK: Style

  private static let style = """
    body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 60px; }
    h1 { font-size: 26px; line-height: 1.2; margin: 12px 0; }
    h2 { font-size: 18px; margin: 36px 0 8px; }
    p, ul { max-width: 72ch; }
    .note, figcaption { color: var(--soft); font-size: 13px; }
    figcaption b { color: var(--ink); }
    figure { margin: 0; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 22px; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: 3px 12px 3px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
    th:first-child { text-align: left; font-weight: 500; }
    thead th { color: var(--soft); font-weight: 500; font-size: 13px; }
    td.bar { min-width: 110px; background: linear-gradient(var(--line), var(--line)) 50% 50% / 1px 100% no-repeat; padding: 3px 0; }
    td.bar { width: 110px; max-width: 110px; }
    td.bar + td { padding-left: 10px; }
    td.bar span { display: block; height: 11px; background: var(--accent); border-radius: 0 3px 3px 0; }
    svg { width: 100%; height: auto; display: block; }
    svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
    .axis { stroke: var(--soft); stroke-width: 1; }
    .set { fill-opacity: .28; stroke-width: 1.4; stroke-linejoin: round; }
    .set0 { fill: var(--c0); stroke: var(--c0); } .set1 { fill: var(--c1); stroke: var(--c1); }
    .set2 { fill: var(--c2); stroke: var(--c2); } .set3 { fill: var(--c3); stroke: var(--c3); }
    .swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
    .swatch0 { background: var(--c0); } .swatch1 { background: var(--c1); }
    .swatch2 { background: var(--c2); } .swatch3 { background: var(--c3); }
    .key { margin-right: 16px; white-space: nowrap; }
    img { max-width: 100%; image-rendering: pixelated; border-radius: 4px; }
    """
}
