import ArgumentParser
import GenModels
import OODDetectors

/// The table of a part, and which part it is.
struct PartInput: Sendable {
  let table: Matrix
  let columnNames: [String]?
  let shard: Shard
  let seed: UInt64
  let options: MethodOptions
  /// The file of `--ranges`.
  let ranges: LoadedModel?
}

/// How a method of `ood detect` is fitted by parts.
struct PartFit: Sendable {
  let fit: @Sendable (PartInput) throws -> any MergeablePart
  /// The first pass of methods that need one: how far the values reach.
  let firstPass: (@Sendable (PartInput) throws -> any MergeablePart)?

  init<Base: MergeableDetector>(
    _ type: Base.Type, settings: @escaping @Sendable (PartInput) throws -> Base.PartSettings
  ) {
    fit = { input in
      try DetectorPart<Base>(
        of: input.table, shard: input.shard, settings: settings(input), columnNames: input.columnNames)
    }
    firstPass = nil
  }

  /// Of a method with histograms.
  /// - Parameters:
  ///   - type: Its detectors.
  ///   - ranges: The settings of its first pass.
  ///   - settings: Its settings, given the ranges of all rows.
  init<Base: RangedDetector>(
    ranged type: Base.Type, ranges: @escaping @Sendable (PartInput) -> Base.RangeSettings,
    settings: @escaping @Sendable (PartInput, [ClosedRange<Double>]) throws -> Base.PartSettings
  ) {
    firstPass = { input in
      try HistogramRanges<Base>(
        of: input.table, shard: input.shard, settings: ranges(input), columnNames: input.columnNames)
    }
    fit = { input in
      let file = input.ranges!
      guard let found = file.model as? HistogramRanges<Base> else {
        throw Failure("\(file.path) holds no ranges of \(Base.kind), but a \(file.kind).")
      }
      guard found.featureCount == input.table.columns, found.columnNames == input.columnNames else {
        throw Failure("\(file.path): its ranges are of a table with other columns than --train.")
      }
      guard found.settings == ranges(input) else {
        throw Failure(
          "\(file.path): its ranges were made with \(found.settings); give the same options and --seed in both passes."
        )
      }
      let ranges = try naming(file.path) { try found.complete() }
      return try DetectorPart<Base>(
        of: input.table, shard: input.shard, settings: settings(input, ranges),
        columnNames: input.columnNames)
    }
  }
}

extension MethodOptions {
  /// The number of bins, which parts must know beforehand.
  func statedBins() throws -> Int {
    switch bins ?? .fixed(10) {
    case .fixed(let bins): return bins
    case .automatic:
      throw ValidationError("--bins auto looks at all rows; parts need a number of bins.")
    }
  }
}
