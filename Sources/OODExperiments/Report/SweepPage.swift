import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A sweep as one HTML page that needs no network: ORR over IRR of all models for any θ, what each model misses and what it
/// reconstructs by mistake, Δ over objectness, a table, and the data themselves.
///
///     let page = try SweepPage(directory: "results")
///     try page.write(to: "results/index.html")
///
/// A link such as `index.html#model=NAME&theta=30&control=mean` opens the page there; `control` is the number of a control
/// set from 0, `mean` or `min`.
public struct SweepPage: Sendable {
  public let records: [SweepRecord]
  /// The images of models, by the model's name; a model without is shown without images.
  public let panels: [String: ModelPanel]
  /// What was measured, and on which images; nil when that is not known.
  public let settings: SweepSettings?

  /// - Throws: `SweepPageError` when there are no records, or some that one plot can't show together.
  public init(
    records: [SweepRecord], panels: [String: ModelPanel] = [:], settings: SweepSettings? = nil
  ) throws(SweepPageError) {
    try Self.check(records)
    try Self.check(panels, of: records)
    self.records = records
    self.panels = panels
    self.settings = settings
  }

  /// The page of a directory that `Sweep` wrote. Models whose images are not there are shown without.
  /// - Throws: `SweepError` when there are no records or a file is damaged; `SweepPageError`.
  public init(directory: String) throws {
    let files = SweepDirectory(directory)
    let records = try files.records()
    var panels: [String: ModelPanel] = [:]
    for record in records {
      do {
        panels[record.name] = try files.panel(of: record)
      } catch SweepError.unreadableFile {
        continue
      }
    }
    try self.init(records: records, panels: panels, settings: try files.settings())
  }

  /// Writes the page, beside and renamed.
  public func write(to path: String) throws { try writeFile(Array(html.utf8), to: path) }

  /// The whole page. Some 2 kB for each model, and its images.
  public var html: String {
    Markup.page(
      title: "Spurious and missing modes of \(records.count) models", style: Self.layout,
      body: """
        \(Self.body)
        \(embeddedData)
        <script>
        "use strict";
        \(Self.scripts.joined(separator: "\n"))
        </script>
        """)
  }

  /// The script's parts, in the order in which they run.
  private static var scripts: [String] {
    [
      dataScript, rateScript, drawingScript, scatterScript, objectnessScript, filterScript, tableScript,
      imageScript, panelScript, panelChartScript, controlScript, downloadScript, startScript,
    ]
  }
}
