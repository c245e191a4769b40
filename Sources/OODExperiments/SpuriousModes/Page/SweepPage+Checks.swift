/// What the page's script takes for granted.
extension SweepPage {
  static func check(_ records: [SweepRecord]) throws(SweepPageError) {
    guard let first = records.first else { throw .noRecords }
    var names: Set<String> = []
    for record in records {
      guard names.insert(record.name).inserted else { throw .repeatedModel(name: record.name) }
      try checkAgreement(record, first)
      try checkCounts(record)
    }
  }

  /// One plot has one θ and one list of control sets.
  private static func checkAgreement(_ record: SweepRecord, _ first: SweepRecord) throws(SweepPageError) {
    func require(_ what: String, _ found: String, _ expected: String) throws(SweepPageError) {
      guard found == expected else {
        throw .otherMeasurement(
          name: record.name, what: what, found: found, first: first.name, expected: expected)
      }
    }
    func list(_ names: [String]) -> String { names.joined(separator: ", ") }
    try require("the list of control sets", list(record.controls), list(first.controls))
    try require("θ", "\(record.theta)", "\(first.theta)")
    try require("the step of curves", "\(record.curves.step)", "\(first.curves.step)")
    try require("the number of steps of curves", "\(record.curves.steps)", "\(first.curves.steps)")
  }

  /// Every list has its length, and every count lies in its range.
  private static func checkCounts(_ record: SweepRecord) throws(SweepPageError) {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(SweepPageError) {
      if !condition { throw .inconsistent(name: record.name, reason: reason()) }
    }
    let sets = record.controls.count
    try require(sets > 0, "it has no control set")
    let lists = [
      ("orr", record.orr.count), ("delta", record.delta.count), ("auroc", record.auroc.count),
      ("best_theta", record.bestTheta.count), ("best_delta", record.bestDelta.count),
      ("look_like_domain", record.lookLikeDomain.count), ("curves.controls", record.curves.controls.count),
    ]
    for (key, count) in lists {
      try require(count == sets, "\(key) has \(count) entries for \(sets) control sets")
    }
    let (step, steps) = (record.curves.step, record.curves.steps)
    try require(step > 0 && step.isFinite && steps >= 1, "curves have \(steps) steps of \(step)")
    let curves =
      [("curves.in", record.curves.inClass, record.irr.trials)]
      + zip(record.curves.controls, record.orr).map { ("curves.controls", $0, $1.trials) }
    for (key, counts, trials) in curves {
      try require(counts.count == steps + 1, "\(key) has \(counts.count) counts for \(steps) steps")
      try require(trials > 0, "\(key) belongs to a set without images")
      try require(
        counts.allSatisfy { $0 >= 0 && $0 <= trials },
        "\(key) counts fewer than 0 or more than \(trials) images")
    }
  }

  static func check(_ panels: [String: ModelPanel], of records: [SweepRecord]) throws(SweepPageError) {
    for record in records {
      guard let panel = panels[record.name] else { continue }
      func require(_ condition: Bool, _ reason: String) throws(SweepPageError) {
        if !condition { throw .inconsistent(name: record.name, reason: reason) }
      }
      try require(panel.width > 0 && panel.height > 0, "its images have no pixels")
      let sets = record.controls.count
      try require(
        panel.symbols.count == sets && panel.symbolReconstructions.count == sets,
        "its images are those of another number of control sets than \(sets)")
      try require(
        panel.trajectory.count == panel.iterations.count,
        "its trajectory has not one strip for each iteration")
      let pairs = zip(
        [panel.digits] + panel.symbols, [panel.digitReconstructions] + panel.symbolReconstructions)
      for (source, reconstruction) in pairs {
        try require(source.count == reconstruction.count, "an image or a reconstruction is missing")
      }
      let strips = panel.symbols + panel.trajectory + [panel.digits, panel.generated]
      try require(
        strips.allSatisfy { $0.count == $0.errors.count },
        "a strip of images has not one error for each image")
    }
  }
}
