extension SweepDirectory {
  /// Gathers all records into `models.jsonl` and removes what is left of the work on models that are done.
  ///
  /// - Returns: The records by name; the models that workers here have been given and that have none; and the files of claims that
  ///   say why a model can't be done, which go for another try.
  /// - Throws: `SweepError`.
  public func collect() throws -> (records: [SweepRecord], missing: [String], failed: [SweepError.Failure]) {
    let records = try records()
    let names = Set(records.map(\.name))
    try removeRemains(of: Array(names))
    try writeAll(records)
    let missing = try plan()?.work.keys.filter { !names.contains($0) }.sorted() ?? []
    let claims = try ClaimView(path).claims
    let watch = ClaimWatch(silenceSeconds: 60)
    let failed = missing.compactMap { name -> SweepError.Failure? in
      guard case .failed(let reason) = watch.standing(claims[name]?.last) else { return nil }
      return .init(name: name, reason: reason)
    }
    return (records, missing, failed)
  }
}
